"""Largest element of each window."""

from dcmobile import operators
from dcmobile.capture.translation import Call, Unsupported, translates


@translates("aten.max_pool2d.default", keep=True)
def max_pool2d(call: Call) -> None:
    """``torch.nn.functional.max_pool2d``; an absent stride is the kernel's size."""
    x = call.value("self")
    if len(x.shape) != 4:
        raise Unsupported(f"its input has {len(x.shape)} dimensions, not [N, C, H, W]: add a batch dimension")
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
    call.emit(attributes, x)
