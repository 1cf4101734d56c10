"""What a pass works with that puts other operators in the place of some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dcmobile.graph import Graph, Op, Value, Weight
from dcmobile.operators import Attributes


class Rewriting:
    """A graph that is rewritten operator by operator, in order.

    A pass walks ``ops()``, and for each operator calls ``keep`` (as it is, or with another in its place that makes the
    same values), ``drop`` (another value stands for its result) or neither (nothing may read it any more).
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.made_by: dict[str, Op] = {}  # among the operators that were kept so far
        self._kept: list[Op] = []
        self._same_as: dict[str, str] = {}
        self._values = dict(graph.values)
        self._weights = dict(graph.weights)
        self._reads: dict[str, int] = {}
        for name in (*(name for op in graph.ops for name in op.inputs), *graph.outputs):
            self._reads[name] = self._reads.get(name, 0) + 1

    def ops(self) -> Iterator[Op]:
        """The operators in order, each with its inputs as they are now."""
        for op in self.graph.ops:
            yield replace(op, inputs=tuple(self._same_as.get(name, name) for name in op.inputs))

    def keep(self, op: Op) -> None:
        """Add the operator."""
        self._kept.append(op)
        self.made_by.update(dict.fromkeys(op.outputs, op))

    def drop(self, op: Op, value: str) -> None:
        """Let a value that exists stand for the operator's result."""
        self._same_as[op.output] = value
        self._reads[value] = self._reads.get(value, 0) + self._reads.get(op.output, 0) - 1

    def new_value(self, near: str, shape: tuple[int, ...]) -> str:
        """A name for a further value."""
        number = 1
        while f"{near}.{number}" in self._values:
            number += 1
        name = f"{near}.{number}"
        self._values[name] = Value(name, shape)
        return name

    def new_weight(self, name: str, values: npt.NDArray[np.float32]) -> str:
        """Add a weight under the name, or one like it if that is taken."""
        unique, number = name, 1
        while unique in self._weights:
            number += 1
            unique = f"{name}_{number}"
        self._weights[unique] = Weight(unique, np.ascontiguousarray(values, np.float32))
        return unique

    def replace_weight(self, name: str, values: npt.NDArray[np.float32]) -> None:
        """Give a weight other values of its shape."""
        self._weights[name] = Weight(name, np.ascontiguousarray(values, np.float32))

    def shape(self, value: str) -> tuple[int, ...]:
        """The value's shape."""
        return self._values[value].shape

    def weight(self, name: str) -> Weight:
        """A weight as it is now."""
        return self._weights[name]

    def producer(self, value: str, *kinds: type[Attributes]) -> Op | None:
        """The operator that makes the value, if it is of one of the kinds."""
        op = self.made_by.get(value)
        return op if op is not None and (not kinds or isinstance(op.attributes, kinds)) else None

    def is_read_once(self, value: str) -> bool:
        """Whether one operator, or one output, reads the value and nothing else."""
        return self._reads.get(value, 0) == 1

    def swap(self, old: Op, new: Op) -> None:
        """Put an operator in the place of one that was kept."""
        self._kept[self._kept.index(old)] = new
        self.made_by.update(dict.fromkeys(new.outputs, new))

    def finish(self) -> Graph:
        """The graph as rewritten, without what nothing needs any more."""
        outputs = tuple(self._same_as.get(name, name) for name in self.graph.outputs)
        return replace(self.graph, values=self._values, weights=self._weights).replace_ops(self._kept, outputs)


def uses(graph: Graph) -> Mapping[str, int]:
    """How many operators use each weight."""
    counts: dict[str, int] = {}
    for op in graph.ops:
        for name in op.weights.values():
            counts[name] = counts.get(name, 0) + 1
    return counts
