"""Small graphs, captured or put together, and what a pass makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from evaluate_graph import evaluate

from dcmobile.graph import Graph, Op, Value, Weight
from dcmobile.operators import Attributes

Shape = tuple[int, ...]


class GraphBuilder:
    """Operators in order, each with the shape of its result; weights are random."""

    def __init__(self, **inputs: Shape) -> None:
        self._random = np.random.default_rng(0)
        self._inputs = tuple(inputs)
        self._values = {name: Value(name, shape) for name, shape in inputs.items()}
        self._ops: list[Op] = []
        self._weights: dict[str, Weight] = {}

    def weight(self, name: str, shape: Shape) -> str:
        self._weights[name] = Weight(name, self._random.normal(size=shape).astype(np.float32))
        return name

    def constant(self, name: str, shape: Shape) -> str:
        """A weight of ones."""
        self._weights[name] = Weight(name, np.ones(shape, np.float32))
        return name

    def add(self, output: str, attributes: Attributes, *inputs: str, shape: Shape, **weights: str) -> str:
        self._values[output] = Value(output, shape)
        self._ops.append(Op("", attributes, inputs, output, weights))
        return output

    def graph(self, *outputs: str) -> Graph:
        names = ("output",) if len(outputs) == 1 else tuple(f"output_{index}" for index in range(len(outputs)))
        return Graph(self._inputs, tuple(self._ops), outputs, names, self._values, self._weights).check()


def same_results(before: Graph, after: Graph, batch: int = 2, positive: bool = False) -> None:
    """Assert that two graphs compute the same."""
    generator = torch.Generator().manual_seed(0)
    shapes = [tuple(batch if size == -1 else size for size in before.values[name].shape) for name in before.inputs]
    inputs = [torch.randn(shape, generator=generator) for shape in shapes]
    inputs = [x.abs() + 0.1 for x in inputs] if positive else inputs
    for made, expected in zip(evaluate(after, *inputs), evaluate(before, *inputs), strict=True):
        torch.testing.assert_close(made, expected, rtol=1e-5, atol=1e-5)


def changed(run: Callable[..., Graph], graph: Graph, *arguments: Any) -> str:
    """The graph after a pass, as text, checked to compute the same as before."""
    after = run(graph, *arguments)
    same_results(graph, after)
    return str(after)
