"""A part of a graph as a network of its own, run by the C++ runtime.

A layer is changed many times and run each time, but what lies before it gives the same values every time. So the values
that cross a cut between two operators are computed once, and only the operators behind it run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dcmobile import _native
from dcmobile.calibration.inputs import Arrays
from dcmobile.encode import EncodedWeight
from dcmobile.fileformat import build_file
from dcmobile.graph import Graph
from dcmobile.model import Model
from dcmobile.passes.drop_dead_code import drop_dead_code


def crossing(graph: Graph, cut: int) -> tuple[str, ...]:
    """The values that are there before operator number ``cut`` and that it or a later one reads; constants are not
    among them.
    """
    made = [*graph.inputs, *(name for op in graph.ops[:cut] for name in op.outputs)]
    read = {name for op in graph.ops[cut:] for name in op.inputs}
    constant = _constants(graph)
    return tuple(name for name in made if name in read and name not in constant)


def part(graph: Graph, begin: int, end: int, outputs: Sequence[str]) -> Graph:
    """Operators ``begin`` up to ``end`` as a graph: what crosses the cut at ``begin`` comes in, ``outputs`` go out by
    their names in the graph. Constants that are made earlier are made here again: a file cannot take them as inputs,
    since they have no batch.
    """
    ops = graph.ops[begin:end]
    read = {name for op in ops for name in op.inputs}
    constant = _constants(graph)
    ops = (*(op for op in graph.ops[:begin] if constant.issuperset(op.outputs)), *ops)
    inputs = tuple(name for name in crossing(graph, begin) if name in read)
    values = {name: graph.values[name] for name in (*inputs, *(name for op in ops for name in op.outputs))}
    cut_out = Graph(inputs, ops, tuple(outputs), tuple(outputs), values, graph.weights)
    return drop_dead_code(cut_out)


def _constants(graph: Graph) -> set[str]:
    """The values that depend on no input."""
    found: set[str] = set()
    for op in graph.ops:
        if found.issuperset(op.inputs):
            found.update(op.outputs)
    return found


def run(
    graph: Graph, batches: Sequence[Arrays], encoded: Mapping[str, EncodedWeight], threads: int
) -> list[dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]]:
    """The outputs for each batch, by the names of their values. encoded: weights that are encoded already."""
    data = build_file(graph, encoded).data
    native = _native.Model.open_memory(np.frombuffer(data, np.uint8), threads=threads)
    results = []
    with Model(native, "a part of the network", threads) as model:
        for batch in batches:
            result = model({name: batch[name] for name in graph.inputs})
            made = result if isinstance(result, tuple) else (result,)
            results.append(dict(zip(graph.outputs, made, strict=True)))
    return results
