"""The mean of each window."""

from __future__ import annotations

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import need_rank, reshape, window_of_row
from dcmobile.capture.translation import Unsupported, translates


@translates("aten.avg_pool2d.default", keep=True)
def avg_pool2d(call: Call) -> None:
    """``torch.nn.functional.avg_pool2d``; an absent stride is the kernel's size."""
    x = call.value("self")
    need_rank(x, 4, "[N, C, H, W]")
    kernel = call.pair("kernel_size") or (1, 1)
    call.emit(_pool(call, kernel, call.pair("stride") or kernel, call.pair("padding") or (0, 0)), x)


@translates("aten.avg_pool1d.default", keep=True)
def avg_pool1d(call: Call) -> None:
    """``torch.nn.functional.avg_pool1d``, on one row."""
    x, result = call.value("self"), call.shape
    need_rank(x, 3, "[N, C, L]")
    kernel = call.integers("kernel_size")[0]
    stride, padding = (call.integers("stride") or [kernel])[0], call.integers("padding")[0]
    attributes = _pool(call, (1, kernel), (1, stride), (0, padding))
    row = call.step(attributes, window_of_row(call, x), shape=(*result[:2], 1, result[2]))
    call.give(reshape(call, row, result))


@translates("aten.avg_pool3d.default")
def avg_pool3d(call: Call) -> None:
    """A window along the first of three axes only, as in ``nn.LocalResponseNorm``: the other two become one."""
    x, result = call.value("self"), call.shape
    kernel = call.integers("kernel_size")
    stride, padding = call.integers("stride") or kernel, call.integers("padding")
    if len(x.shape) != 5 or kernel[1:] != [1, 1] or stride[1:] != [1, 1] or any(padding[-2:]):
        raise Unsupported("it has 3 dimensions, only 1 and 2 are supported")
    attributes = _pool(call, (kernel[0], 1), (stride[0], 1), (padding[0], 0))
    n, c, depth, height, width = x.shape
    flat = reshape(call, x, (n, c, depth, height * width))
    call.give(reshape(call, call.step(attributes, flat, shape=(n, c, result[2], height * width)), result))


def _pool(
    call: Call, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]
) -> operators.AveragePool2d:
    divisor = call.integer("divisor_override") if call.has("divisor_override") else 0
    return operators.AveragePool2d(
        kernel_h=kernel[0],
        kernel_w=kernel[1],
        stride_h=stride[0],
        stride_w=stride[1],
        pad_top=padding[0],
        pad_left=padding[1],
        pad_bottom=padding[0],
        pad_right=padding[1],
        ceil_mode=bool(call.number("ceil_mode")),
        count_include_pad=bool(call.number("count_include_pad")) and any(padding),
        divisor=divisor,
    )
