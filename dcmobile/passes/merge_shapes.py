"""Puts changes of shape and order that follow each other into one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dcmobile.graph import BATCH, Graph, Op
from dcmobile.operators import Expand, Flatten, Reduce, Reshape, Transpose
from dcmobile.passes.batch_rules import BROADCASTING
from dcmobile.passes.rewriting import Rewriting
from dcmobile.reshaping import reshaping


def merge_shapes(graph: Graph) -> Graph:
    """The graph with one Reshape for several, one Transpose for several, a Reshape for a Transpose or a Reduce that
    leaves every element in its place, and without an Expand that its reader's broadcasting does anyway.
    """
    work = Rewriting(graph)
    for op in work.ops():
        match op.attributes:
            case Reshape() | Flatten():
                work.keep(_reshaped(op, op.inputs[0], work))
            case Transpose(permutation=permutation):
                work.keep(_transposed(op, permutation, work))
            case Reduce(axes=axes) if all(work.shape(op.inputs[0])[axis] == 1 for axis in axes):
                work.keep(_reshaped(op, op.inputs[0], work))
            case attributes if isinstance(attributes, BROADCASTING):
                work.keep(_without_expand(op, work))
            case _:
                work.keep(op)
    return work.finish()


def _reshaped(op: Op, source: str, work: Rewriting) -> Op:
    """``op`` as a change of shape of the value that the Reshapes before it started from."""
    while (before := work.producer(source, Reshape, Flatten)) is not None:
        source = before.inputs[0]
    return replace(op, attributes=reshaping(work.shape(source), work.shape(op.output)), inputs=(source,))


def _transposed(op: Op, permutation: tuple[int, ...], work: Rewriting) -> Op:
    source = op.inputs[0]
    while (before := work.producer(source, Transpose)) is not None:
        assert isinstance(before.attributes, Transpose)
        permutation = tuple(before.attributes.permutation[axis] for axis in permutation)
        source = before.inputs[0]
    shape = work.shape(source)
    moved = [axis for axis in permutation if shape[axis] != 1]
    if moved == sorted(moved):  # only axes of one element change places
        return _reshaped(op, source, work)
    return replace(op, attributes=Transpose(permutation), inputs=(source,))


def _without_expand(op: Op, work: Rewriting) -> Op:
    inputs = list(op.inputs)
    for place, name in enumerate(inputs):
        expanded = work.producer(name, Expand)
        if expanded is None:
            continue
        shapes = [work.shape(each) for each in inputs]
        shapes[place] = work.shape(expanded.inputs[0])
        if _broadcast(*shapes) == _broadcast(work.shape(op.output)):
            inputs[place] = expanded.inputs[0]
    return replace(op, inputs=tuple(inputs))


def _broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that the shapes broadcast to. Any number but 1 can stand for the batch, which they share."""
    large = 2**20 + 7
    numbers = [tuple(large if size == BATCH else size for size in shape) for shape in shapes]
    return np.broadcast_shapes(*numbers)
