"""Transposed convolutions of one and two dimensions."""

from __future__ import annotations

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import need_rank, reshape, window_of_row
from dcmobile.capture.translation import Unsupported, translates


@translates("aten.conv_transpose1d.default", "aten.conv_transpose2d.input", keep=True)
def conv_transpose(call: Call) -> None:
    """``torch.nn.functional.conv_transpose1d`` and ``conv_transpose2d``; the former runs on one row."""
    transposed(call)


def transposed(call: Call) -> None:
    """The operator of a call with ``padding`` and ``output_padding``, both in elements.

    PyTorch cuts ``padding`` off both ends of the full result, then leaves ``output_padding`` of it at the end.
    """
    x, weight = call.value("input"), call.weight("weight")
    rank = weight.values.ndim
    if rank not in (3, 4):
        raise Unsupported(f"it has {rank - 2} dimensions, only 1 and 2 are supported")
    need_rank(x, rank, "[N, C, H, W]" if rank == 4 else "[N, C, L]")
    names = ("stride", "padding", "output_padding", "dilation")
    stride, cut, left_over, dilation = (_both(call.integers(name), rank == 3, name) for name in names)
    if any(extra > size for extra, size in zip(left_over, cut, strict=True)):
        raise Unsupported(f"its output_padding {left_over} is greater than its padding {cut}")
    attributes = operators.ConvTranspose2d(
        stride_h=stride[0],
        stride_w=stride[1],
        pad_top=cut[0],
        pad_left=cut[1],
        pad_bottom=cut[0] - left_over[0],
        pad_right=cut[1] - left_over[1],
        dilation_h=dilation[0],
        dilation_w=dilation[1],
        groups=call.integer("groups"),
    )
    if rank == 4:
        call.emit(attributes, x, weights=call.weights("weight", "bias"))
        return
    flat = call.derived_weight("weight", "one row", lambda tensor: tensor.unsqueeze(2))
    result = call.shape
    row = call.step(
        attributes,
        window_of_row(call, x),
        shape=(*result[:2], 1, result[2]),
        weights={**call.weights("bias"), "weight": flat.name},
    )
    call.give(reshape(call, row, result))


def _both(sizes: list[int], row: bool, name: str) -> tuple[int, int]:
    """Vertical and horizontal; a row has nothing to do vertically."""
    if row:
        return (1 if name in ("stride", "dilation") else 0, sizes[0])
    return (sizes[0], sizes[-1])
