"""The largest element of each window."""

from __future__ import annotations

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import need_rank, reshape, window_of_row
from dcmobile.capture.translation import translates


@translates("aten.max_pool2d.default", "aten.max_pool2d_with_indices.default", keep=True)
def max_pool2d(call: Call) -> None:
    """``torch.nn.functional.max_pool2d``; an absent stride is the kernel's size. Indices cannot be used."""
    x = call.value("self")
    need_rank(x, 4, "[N, C, H, W]")
    kernel = call.pair("kernel_size") or (1, 1)
    stride = call.pair("stride") or kernel
    padding = call.pair("padding") or (0, 0)
    dilation = call.pair("dilation") or (1, 1)
    attributes = operators.MaxPool2d(
        kernel_h=kernel[0],
        kernel_w=kernel[1],
        stride_h=stride[0],
        stride_w=stride[1],
        pad_top=padding[0],
        pad_left=padding[1],
        pad_bottom=padding[0],
        pad_right=padding[1],
        dilation_h=dilation[0],
        dilation_w=dilation[1],
        ceil_mode=bool(call.number("ceil_mode")),
    )
    if call.operator == "aten.max_pool2d.default":
        call.emit(attributes, x)
    else:
        call.give_all([call.step(attributes, x, shape=call.result_shape(0)), None])


@translates("aten.max_pool1d.default", keep=True)
def max_pool1d(call: Call) -> None:
    """``torch.nn.functional.max_pool1d``, on one row."""
    x, result = call.value("self"), call.shape
    need_rank(x, 3, "[N, C, L]")
    kernel = call.integers("kernel_size")[0]
    padding = call.integers("padding")[0]
    attributes = operators.MaxPool2d(
        kernel_h=1,
        kernel_w=kernel,
        stride_w=(call.integers("stride") or [kernel])[0],
        pad_left=padding,
        pad_right=padding,
        dilation_w=call.integers("dilation")[0],
        ceil_mode=bool(call.number("ceil_mode")),
    )
    row = call.step(attributes, window_of_row(call, x), shape=(*result[:2], 1, result[2]))
    call.give(reshape(call, row, result))
