"""Two-dimensional convolution."""

from dcmobile import operators
from dcmobile.capture.translation import Call, Unsupported, translates


@translates("aten.conv2d.default", keep=True)
def conv2d(call: Call) -> None:
    """``torch.nn.functional.conv2d`` with padding in elements, the same on both sides."""
    pad_h, pad_w = call.pair("padding") or (0, 0)
    _emit(call, (pad_h, pad_w, pad_h, pad_w))


@translates("aten.conv2d.padding", keep=True)
def conv2d_padding(call: Call) -> None:
    """``torch.nn.functional.conv2d`` with padding "valid" (none) or "same" (result of the input's size, stride 1).

    "same" needs ``dilation * (kernel - 1)`` elements in all. Where that is odd, PyTorch puts the greater half behind.
    """
    before, after = (0, 0), (0, 0)
    if call.number("padding") == "same":
        kernel = call.weight("weight").values.shape[2:]
        dilation = call.pair("dilation") or (1, 1)
        total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        before = (total[0] // 2, total[1] // 2)
        after = (total[0] - before[0], total[1] - before[1])
    _emit(call, (*before, *after))


def _emit(call: Call, padding: tuple[int, int, int, int]) -> None:
    x = call.value("input")
    if len(x.shape) != 4:
        raise Unsupported(f"its input has {len(x.shape)} dimensions, not [N, C, H, W]: add a batch dimension")
    stride = call.pair("stride") or (1, 1)
    dilation = call.pair("dilation") or (1, 1)
    top, left, bottom, right = padding
    attributes = operators.Conv2d(
        stride_h=stride[0],
        stride_w=stride[1],
        pad_top=top,
        pad_left=left,
        pad_bottom=bottom,
        pad_right=right,
        dilation_h=dilation[0],
        dilation_w=dilation[1],
        groups=call.integer("groups"),
    )
    call.emit(attributes, x, weights=call.weights("weight", "bias"))
