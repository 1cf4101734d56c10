"""Elements moved between channels and pixels."""

from __future__ import annotations

from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import need_rank, reshape, transpose
from dcmobile.capture.translation import translates


@translates("aten.pixel_shuffle.default", keep=True)
def pixel_shuffle(call: Call) -> None:
    """``torch.nn.functional.pixel_shuffle``: [N, C r r, H, W] to [N, C, H r, W r]."""
    x, r = call.value("self"), call.integer("upscale_factor")
    need_rank(x, 4, "[N, C, H, W]")
    n, c, h, w = x.shape
    parts = reshape(call, x, (n, c // (r * r), r, r, h, w))
    call.give(reshape(call, transpose(call, parts, (0, 1, 4, 2, 5, 3)), call.shape))


@translates("aten.pixel_unshuffle.default", keep=True)
def pixel_unshuffle(call: Call) -> None:
    """``torch.nn.functional.pixel_unshuffle``: [N, C, H r, W r] to [N, C r r, H, W]."""
    x, r = call.value("self"), call.integer("downscale_factor")
    need_rank(x, 4, "[N, C, H, W]")
    n, c, h, w = x.shape
    parts = reshape(call, x, (n, c, h // r, r, w // r, r))
    call.give(reshape(call, transpose(call, parts, (0, 1, 3, 5, 2, 4)), call.shape))


@translates("aten.channel_shuffle.default", keep=True)
def channel_shuffle(call: Call) -> None:
    """``torch.nn.functional.channel_shuffle``: the channels of each group dealt out in turn."""
    x, groups = call.value("self"), call.integer("groups")
    n, c, *rest = x.shape
    parts = reshape(call, x, (n, groups, c // groups, *rest))
    swapped = transpose(call, parts, (0, 2, 1, *range(3, 3 + len(rest))))
    call.give(reshape(call, swapped, call.shape))
