"""Pictures made larger or smaller."""

from __future__ import annotations

import struct

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import need_rank, reshape, window_of_row
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.operators import Interpolation


@translates(
    "aten.upsample_nearest2d.vec",
    "aten._upsample_nearest_exact2d.vec",
    "aten.upsample_nearest1d.vec",
    keep=True,
)
def nearest(call: Call) -> None:
    """``interpolate`` in modes "nearest" and, where it comes to the same, "nearest-exact"."""
    if "exact" in call.operator:
        x, result = call.value("input"), call.shape
        if any(after % before for before, after in zip(x.shape[2:], result[2:], strict=True)):
            raise Unsupported('mode "nearest-exact" by a factor that is not whole: use "nearest"')
    _emit(call, Interpolation.Nearest, False)


@translates(
    "aten.upsample_bilinear2d.vec",
    "aten.upsample_linear1d.vec",
    keep=True,
)
def linear(call: Call) -> None:
    """``interpolate`` in modes "bilinear" and "linear"."""
    _emit(call, Interpolation.Bilinear, bool(call.number("align_corners")))


def _emit(call: Call, interpolation: Interpolation, align_corners: bool) -> None:
    x, result = call.value("input"), call.shape
    row = len(x.shape) == 3
    if not row:
        need_rank(x, 4, "[N, C, H, W]")
    sizes = list(zip(x.shape[2:], result[2:], strict=True))
    factors: list[float | None] = list(call.raw("scale_factors") or [None] * len(sizes))
    if interpolation is Interpolation.Nearest:  # torch copies or doubles these, whatever the factor was
        factors = [
            None if after in (before, 2 * before) else factor
            for factor, (before, after) in zip(factors, sizes, strict=True)
        ]
    steps = [
        0.0 if align_corners else _step(factor, before, after)
        for factor, (before, after) in zip(factors, sizes, strict=True)
    ]
    height, width = (1, *result[2:]) if row else result[2:]
    attributes = operators.Resize2d(height, width, interpolation, align_corners, *([0.0, *steps] if row else steps))
    if row:
        shape = (*result[:2], height, width)
        call.give(reshape(call, call.step(attributes, window_of_row(call, x), shape=shape), result))
    else:
        call.emit(attributes, x)


def _step(factor: float | None, before: int, after: int) -> float:
    """Source elements to a result's element; 0 where that is what the sizes give."""
    if factor is None or factor <= 0 or _float32(1 / factor) == _float32(before / after):
        return 0.0
    return 1 / factor


def _float32(number: float) -> float:
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded
