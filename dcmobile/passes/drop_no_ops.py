"""Drops operators that give their input back."""

from __future__ import annotations

from dcmobile.graph import Graph, Op
from dcmobile.operators import (
    Abs,
    Activation,
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    Add,
    Affine,
    AveragePool2d,
    Clamp,
    Concat,
    Expand,
    Flatten,
    MaxPool2d,
    Multiply,
    Pad,
    PowerScalar,
    Relu,
    Reshape,
    Resize2d,
    Sigmoid,
    Slice,
    Softmax,
    Transpose,
)
from dcmobile.passes.rewriting import Rewriting

#: Their results are >= 0 if all that they read is.
_KEEP_SIGNS = (
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    Add,
    AveragePool2d,
    Concat,
    Expand,
    Flatten,
    MaxPool2d,
    Multiply,
    Reshape,
    Slice,
    Transpose,
)


def drop_no_ops(graph: Graph) -> Graph:
    """The graph without operators that change nothing: a Relu on what is >= 0 already, a Reshape to the same shape, a
    pool over one element, ``1 x + 0``, a slice of all, and the like.

    A graph that would have no operator left stays as it is: a file needs one.
    """
    work = Rewriting(graph)
    non_negative: set[str] = set()
    kept = 0
    for op in work.ops():
        if len(op.outputs) == 1 and op.inputs and _gives_input_back(op, work, non_negative):
            work.drop(op, op.inputs[0])
            continue
        if _is_non_negative(op, non_negative):
            non_negative.add(op.output)
        work.keep(op)
        kept += 1
    return work.finish() if kept else graph


def _gives_input_back(op: Op, work: Rewriting, non_negative: set[str]) -> bool:
    before, after = work.shape(op.inputs[0]), work.shape(op.output)
    match op.attributes:
        case Relu() | Abs():
            return op.inputs[0] in non_negative
        case Flatten(first_axis=first, last_axis=last):
            return first == last
        case Reshape() | Expand() | Slice() | AdaptiveAveragePool2d() | AdaptiveMaxPool2d():
            return before == after
        case Concat():
            return len(op.inputs) == 1
        case Transpose(permutation=permutation):
            return permutation == tuple(range(len(permutation)))
        case Affine(scale=scale, shift=shift):
            return (scale, shift) == (1, 0)
        case PowerScalar(exponent=exponent):
            return exponent == 1
        case Clamp(low=low, high=high):
            return (low, high) == (-float("inf"), float("inf"))
        case Pad(before=first_added, after=last_added):
            return not any(first_added) and not any(last_added)
        case MaxPool2d() | AveragePool2d() as pool:
            window = (pool.kernel_h, pool.kernel_w, pool.stride_h, pool.stride_w)
            padding = (pool.pad_top, pool.pad_left, pool.pad_bottom, pool.pad_right)
            divides = isinstance(pool, AveragePool2d) and pool.divisor > 1
            return window == (1, 1, 1, 1) and not any(padding) and not divides
        case Resize2d(scale_h=0.0, scale_w=0.0):
            return before == after
        case _:
            return False


def _is_non_negative(op: Op, non_negative: set[str]) -> bool:
    activation = getattr(op.attributes, "activation", Activation.None_)
    if activation in (Activation.Relu, Activation.Relu6, Activation.Sigmoid, Activation.HardSigmoid):
        return True
    match op.attributes:
        case Relu() | Sigmoid() | Softmax() | Abs():
            return True
        case Clamp(low=low):
            return low >= 0
        case Multiply() if op.inputs[0] == op.inputs[1]:
            return activation == Activation.None_
        case _ if isinstance(op.attributes, _KEEP_SIGNS):
            return activation == Activation.None_ and all(name in non_negative for name in op.inputs)
        case _:
            return False
