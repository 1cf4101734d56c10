"""Shapes of the values in a file, which stores only those of its inputs (docs/format.md, section 3)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dcmobile.errors import GraphError
from dcmobile.operators import Add, Attributes, Conv2d, Flatten, Linear, MaxPool2d, Relu, Softmax

Shape = tuple[int, ...]


def output_shape(attributes: Attributes, inputs: Sequence[Shape], weight: Shape | None) -> Shape:
    """Shape of an operator's result. weight: shape of its ``weight``, if it has one. The batch (-1) stays as it is.

    The arguments come from a file that the runtime has verified; an operator without a rule here raises ``GraphError``.
    """
    x = inputs[0]
    match attributes:
        case Linear() if weight is not None:
            return (*x[:-1], weight[0])
        case Conv2d() as conv if weight is not None:
            vertical = (conv.pad_top, conv.pad_bottom)
            horizontal = (conv.pad_left, conv.pad_right)
            height = _windows(x[2], weight[2], conv.stride_h, conv.dilation_h, vertical)
            width = _windows(x[3], weight[3], conv.stride_w, conv.dilation_w, horizontal)
            return (x[0], weight[0], height, width)
        case MaxPool2d() as pool:
            vertical = (pool.pad_top, pool.pad_bottom)
            horizontal = (pool.pad_left, pool.pad_right)
            height = _windows(x[2], pool.kernel_h, pool.stride_h, pool.dilation_h, vertical, pool.ceil_mode)
            width = _windows(x[3], pool.kernel_w, pool.stride_w, pool.dilation_w, horizontal, pool.ceil_mode)
            return (x[0], x[1], height, width)
        case Flatten(first_axis=first, last_axis=last):
            return (*x[:first], math.prod(x[first : last + 1]), *x[last + 1 :])
        case Relu() | Add() | Softmax():
            return x
    raise GraphError(f"no shape rule for {type(attributes).__name__}")


def _windows(
    size: int, kernel: int, stride: int, dilation: int, padding: tuple[int, int], ceil_mode: bool = False
) -> int:
    before, after = padding
    room = size + before + after - (dilation * (kernel - 1) + 1)
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + before:
        count -= 1  # the last window would start in the padding behind the input
    return count
