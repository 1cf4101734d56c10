"""A part of a graph as a network of its own, run by the C++ runtime.

A layer is changed many times and run each time, but what lies before it gives the same values every time. So the values
that cross a cut between two operators are computed once, and only the operators behind it run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dcmobile import _native
from dcmobile.budget.calibration import Arrays
from dcmobile.encode import EncodedWeight
from dcmobile.fileformat import build_file
from dcmobile.graph import Graph
from dcmobile.model import Model


def crossing(graph: Graph, cut: int) -> tuple[str, ...]:
    """The values that are there before operator number ``cut`` and that it or a later one reads."""
    made = [*graph.inputs, *(name for op in graph.ops[:cut] for name in op.outputs)]
    read = {name for op in graph.ops[cut:] for name in op.inputs}
    return tuple(name for name in made if name in read)


def part(graph: Graph, begin: int, end: int, outputs: Sequence[str]) -> Graph:
    """Operators ``begin`` up to ``end`` as a graph: what crosses the cut at ``begin`` comes in, ``outputs`` go out by
    their names in the graph.
    """
    ops = graph.ops[begin:end]
    read = {name for op in ops for name in op.inputs}
    inputs = tuple(name for name in crossing(graph, begin) if name in read)
    names = {*inputs, *(name for op in ops for name in op.outputs)}
    weights = {name for op in ops for name in op.weights.values()}
    return Graph(
        inputs,
        ops,
        tuple(outputs),
        tuple(outputs),
        {name: graph.values[name] for name in names},
        {name: graph.weights[name] for name in weights},
    )


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
