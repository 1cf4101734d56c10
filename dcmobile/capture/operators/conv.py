"""Convolutions of one and two dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.operators.conv_transpose import transposed
from dcmobile.capture.shape_steps import need_rank
from dcmobile.capture.translation import Unsupported, translates


@translates("aten.conv1d.default", "aten.conv2d.default", keep=True)
def conv(call: Call) -> None:
    """``torch.nn.functional.conv1d`` and ``conv2d`` with padding in elements, the same on both sides."""
    padding = _numbers(call, "padding")
    _emit(call, padding, padding)


@translates("aten.conv1d.padding", "aten.conv2d.padding", keep=True)
def conv_padding(call: Call) -> None:
    """The same with padding "valid" (none) or "same" (result of the input's size, stride 1).

    "same" needs ``dilation * (kernel - 1)`` elements in all. Where that is odd, PyTorch puts the greater half behind.
    """
    kernel = call.weight("weight").values.shape[2:]
    total = [0] * len(kernel)
    if call.number("padding") == "same":
        total = [d * (k - 1) for d, k in zip(_numbers(call, "dilation"), kernel, strict=True)]
    before = [size // 2 for size in total]
    _emit(call, before, [size - half for size, half in zip(total, before, strict=True)])


@translates("aten.convolution.default")
def convolution(call: Call) -> None:
    """Any convolution, as decomposed programs have it."""
    if call.number("transposed"):
        transposed(call)
    else:
        padding = _numbers(call, "padding")
        _emit(call, padding, padding)


def _numbers(call: Call, name: str) -> list[int]:
    """One number for each axis of the window; a call may give one for all."""
    axes = call.weight("weight").values.ndim - 2
    sizes = call.integers(name)
    return sizes * axes if len(sizes) == 1 else sizes


def _emit(call: Call, before: Sequence[int], after: Sequence[int]) -> None:
    x, rank = call.value("input"), call.weight("weight").values.ndim
    stride, dilation, groups = _numbers(call, "stride"), _numbers(call, "dilation"), call.integer("groups")
    if rank == 3:
        need_rank(x, rank, "[N, C, L]")
        one = operators.Conv1d(
            stride=stride[0], pad_left=before[0], pad_right=after[0], dilation=dilation[0], groups=groups
        )
        call.emit(one, x, weights=call.weights("weight", "bias"))
    elif rank == 4:
        need_rank(x, rank, "[N, C, H, W]")
        two = operators.Conv2d(
            stride_h=stride[0],
            stride_w=stride[1],
            pad_top=before[0],
            pad_left=before[1],
            pad_bottom=after[0],
            pad_right=after[1],
            dilation_h=dilation[0],
            dilation_w=dilation[1],
            groups=groups,
        )
        call.emit(two, x, weights=call.weights("weight", "bias"))
    else:
        raise Unsupported(f"it has {rank - 2} dimensions, only 1 and 2 are supported")
