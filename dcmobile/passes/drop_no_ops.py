"""Drops operators that give their input back."""

from __future__ import annotations

from dataclasses import replace

from dcmobile.graph import Graph, Op
from dcmobile.operators import Activation, Add, Conv2d, Flatten, Linear, MaxPool2d, Relu


def drop_no_ops(graph: Graph) -> Graph:
    """The graph without a Relu on what is >= 0 already, Flatten of one axis, MaxPool2d with a window of one element.

    A graph that would have no operator left stays as it is: a file needs one.
    """
    same_as: dict[str, str] = {}
    non_negative: set[str] = set()
    kept: list[Op] = []
    for op in graph.ops:
        op = replace(op, inputs=tuple(same_as.get(name, name) for name in op.inputs))
        if _gives_input_back(op, non_negative):
            same_as[op.output] = op.inputs[0]
            continue
        if _is_non_negative(op, non_negative):
            non_negative.add(op.output)
        kept.append(op)
    if not kept:
        return graph
    return graph.replace_ops(kept, [same_as.get(name, name) for name in graph.outputs])


def _gives_input_back(op: Op, non_negative: set[str]) -> bool:
    match op.attributes:
        case Relu():
            return op.inputs[0] in non_negative
        case Flatten(first_axis=first, last_axis=last):
            return first == last
        case MaxPool2d() as pool:
            window = (pool.kernel_h, pool.kernel_w, pool.stride_h, pool.stride_w)
            return window == (1, 1, 1, 1) and not (pool.pad_top or pool.pad_left or pool.pad_bottom or pool.pad_right)
        case _:
            return False


def _is_non_negative(op: Op, non_negative: set[str]) -> bool:
    match op.attributes:
        case (
            Relu()
            | Linear(activation=Activation.Relu)
            | Conv2d(activation=Activation.Relu)
            | Add(activation=Activation.Relu)
        ):
            return True
        case MaxPool2d() | Flatten() | Add():
            return all(name in non_negative for name in op.inputs)
        case _:
            return False
