"""The network between capture and file: operators in order, the values that flow between them, the weights.

A ``Graph`` is in static single assignment: every value is made once, by an input or by an operator, before it is used.
Passes take a graph and return a new one; weights are shared between the two, never changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dcmobile.errors import GraphError
from dcmobile.operators import Attributes

#: A first dimension of this size is the batch, chosen by whoever runs the file.
BATCH = -1


@dataclass(frozen=True)
class Value:
    """A float32 tensor that flows through the graph, row-major (NCHW for pictures).

    ``shape[0]`` may be ``BATCH``.
    """

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Sharing:
    """A weight tensor whose non-zero elements share few values (paper, section 3).

    codes: uint16, one per element, row-major flat. 0 is a pruned (zero) weight, ``i + 1`` stands for ``centroids[i]``.
    centroids: float32, at most 256, finite. float16 ones are written as such (half the bytes, same meaning).
    """

    codes: npt.NDArray[np.uint16]
    centroids: npt.NDArray[np.float32] | npt.NDArray[np.float16]


@dataclass(frozen=True)
class Weight:
    """A constant tensor.

    name: its path in the user's model, e.g. ``features.0.weight``.
    values: float32 (or float16, written as such), C-contiguous. With ``sharing``, exactly what the sharing spells out.
    sharing: None for a tensor that is stored dense.
    """

    name: str
    values: npt.NDArray[np.float32] | npt.NDArray[np.float16]
    sharing: Sharing | None = None


@dataclass(frozen=True)
class Op:
    """One operator.

    name: path of the module that it comes from, e.g. ``features.0``; empty if there is none.
    attributes: which operator it is and how (``dcmobile.operators``).
    inputs, output: names of values. more_outputs: further ones, of an operator that makes several (Lstm, Gru).
    weights: role (a field of the schema: ``weight``, ``bias``, ``recurrent``, ``recurrent_bias``) to name of weight.
    source: ``file.py:line`` in the user's code, for error messages; not written to the file.
    """

    name: str
    attributes: Attributes
    inputs: tuple[str, ...]
    output: str
    weights: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    more_outputs: tuple[str, ...] = ()

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every value that it makes, in the order of the format."""
        return (self.output, *self.more_outputs)

    @property
    def kind(self) -> str:
        """The operator's name in the schema, e.g. ``Conv2d``."""
        return type(self.attributes).__name__


@dataclass(frozen=True)
class Graph:
    """inputs and outputs are names of values; ``output_names`` are the outputs' names in the file, in their order."""

    inputs: tuple[str, ...]
    ops: tuple[Op, ...]
    outputs: tuple[str, ...]
    output_names: tuple[str, ...]
    values: Mapping[str, Value]
    weights: Mapping[str, Weight]

    def check(self) -> Graph:
        """Raise ``GraphError`` unless every value is made once and before it is used, and every name exists."""
        made = set(self.inputs)
        if len(made) != len(self.inputs):
            raise GraphError("two inputs have one name")
        if len(self.outputs) != len(self.output_names) or len(set(self.output_names)) != len(self.output_names):
            raise GraphError("outputs need one name each")
        for op in self.ops:
            for name in op.inputs:
                if name not in made:
                    raise GraphError(f"{op.kind} {op.name!r} reads {name!r} before it is made")
            for role, name in op.weights.items():
                if name not in self.weights:
                    raise GraphError(f"{op.kind} {op.name!r}: its {role} {name!r} does not exist")
            for name in op.outputs:
                if name in made:
                    raise GraphError(f"value {name!r} is made twice")
                made.add(name)
        for name in self.outputs:
            if name not in made:
                raise GraphError(f"output {name!r} is never made")
        for name in made:
            if name not in self.values:
                raise GraphError(f"value {name!r} has no shape")
        return self

    def users(self, value: str) -> Iterator[Op]:
        """The operators that read the value."""
        return (op for op in self.ops if value in op.inputs)

    def replace_ops(self, ops: Sequence[Op], outputs: Sequence[str] | None = None) -> Graph:
        """The graph with other operators (and outputs), without the values and weights that nothing reads any more."""
        kept_outputs = self.outputs if outputs is None else tuple(outputs)
        used_values = {
            *self.inputs,
            *kept_outputs,
            *(name for op in ops for name in op.outputs),
            *(name for op in ops for name in op.inputs),
        }
        used_weights = {name for op in ops for name in op.weights.values()}
        return Graph(
            self.inputs,
            tuple(ops),
            kept_outputs,
            self.output_names,
            {name: value for name, value in self.values.items() if name in used_values},
            {name: weight for name, weight in self.weights.items() if name in used_weights},
        ).check()

    def __str__(self) -> str:
        lines = [f"input  {name}: {_shape(self.values[name])}" for name in self.inputs]
        for op in self.ops:
            weights = "".join(f", {role}={name}" for role, name in op.weights.items())
            made = ", ".join(f"{name}: {_shape(self.values[name])}" for name in op.outputs)
            lines.append(f"{made} = {op.attributes}({', '.join(op.inputs)}{weights})")
        lines += [f"output {name}: {value}" for name, value in zip(self.output_names, self.outputs, strict=True)]
        return "\n".join(lines)


def _shape(value: Value) -> str:
    return "[" + ", ".join("B" if size == BATCH else str(size) for size in value.shape) + "]"
