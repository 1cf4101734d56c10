"""The graph: section 3 of docs/format.md. What each operator makes of its inputs' shapes is in `plain_shapes` and
`plain_windows`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plain_shapes
import plain_windows
from plain_flatbuffer import NewerError, Table, require
from plain_rules import BATCH, Attributes, Shape, Site, WeightInfo, check_value, has_batch
from plain_schema import ENUMERATIONS, OPERATORS

INPUT = ("name", "shape")
OP = ("name", "attributes_type", "attributes", "inputs")
OUTPUT = ("name", "value")

# How many values an operator reads, where that is not one: from, to. Those with a state: see `arity`.
ANY = 2**32
ARITIES = {
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Divide", "Minimum", "Maximum", "Power", "MatMul"), (2, 2)),
    "Attention": (3, 4),
    "Constant": (0, 0),
    "Concat": (1, ANY),
}


@dataclass(frozen=True)
class PlainInput:
    """An input; a first dimension of -1 is the batch."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class PlainOp:
    """An operator: all its attributes (defaults filled in), the ids it reads, the shapes of the values it makes."""

    name: str | None
    type: str
    attributes: Attributes
    inputs: tuple[int, ...]
    shapes: tuple[Shape, ...]

    @property
    def shape(self) -> Shape:
        """Of the first value."""
        return self.shapes[0]


@dataclass(frozen=True)
class PlainOutput:
    """An output: a name for a value."""

    name: str
    value: int


def arity(kind: str, attributes: Attributes) -> tuple[int, int]:
    """The least and the greatest number of values that the operator reads."""
    if kind in ("Lstm", "Gru"):
        states = (2 if kind == "Lstm" else 1) if attributes["has_state"] else 0
        return 1 + states, 1 + states
    return ARITIES.get(kind, (1, 1))


def output_shapes(
    kind: str, attributes: Attributes, inputs: Sequence[Shape], weights: Sequence[WeightInfo]
) -> list[Shape]:
    """The table of section 3. A batch stays in front: no rule computes with dimension 0 of a value that has it."""
    site = Site(kind, attributes, inputs, weights)
    if kind in plain_shapes.SEVERAL:
        shapes = plain_shapes.SEVERAL[kind](site)
    else:
        shapes = [(plain_windows.RULES | plain_shapes.RULES)[kind](site)]
    for shape in shapes:
        check_value(shape)
    return shapes


def read_inputs(model: Table) -> list[PlainInput]:
    inputs = []
    for table in model.vector("inputs", 4).tables(INPUT):
        dimensions = table.vector("shape", 4)
        require(1 <= dimensions.count <= 8, "an input has not 1 to 8 dimensions")
        shape = tuple(dimensions.scalars("i32"))
        require(all(n >= 1 for n in shape[has_batch(shape) :]), "an input has a dimension below 1")
        check_value(shape)
        inputs.append(PlainInput(table.string("name"), shape))
    require(len(inputs) >= 1, "there is no input")
    check_unique([i.name for i in inputs], "inputs")
    require(len({has_batch(i.shape) for i in inputs}) == 1, "some inputs have a batch and some have none")
    return inputs


def read_attribute(table: Table, name: str, kind: str, default: float) -> Any:
    """One field of an operator's table."""
    if kind == "[u32]":
        return tuple(table.optional_vector(name, 4).scalars("u32"))
    if kind == "f32":
        return table.float32(name, default)
    if kind == "u32":
        return table.scalar(name, "u32", int(default))
    number = table.scalar(name, "u8", int(default))
    if kind == "bool":
        return number != 0
    if number >= len(ENUMERATIONS[kind]):
        raise NewerError(f"the {name} {number} is unknown")
    return number


def read_ops(model: Table, inputs: Sequence[PlainInput], weights: Sequence[WeightInfo]) -> list[PlainOp]:
    ops: list[PlainOp] = []
    shapes = [i.shape for i in inputs]
    members = {kind: [name for name, _, _ in fields] for kind, fields in OPERATORS.items()}
    for number, table in enumerate(model.vector("ops", 4).tables(OP)):
        kind, fields = table.union("attributes", members)
        attributes = {name: read_attribute(fields, name, scalar, default) for name, scalar, default in OPERATORS[kind]}

        own = len(shapes)
        ids = tuple(table.vector("inputs", 4).scalars("u32")) if table.has("inputs") else (own - 1,)
        least, most = arity(kind, attributes)
        wanted = str(least) if least == most else f"{least} or more"
        require(least <= len(ids) <= most, f"op {number} ({kind}) has {len(ids)} inputs instead of {wanted}")
        require(all(i < own for i in ids), f"op {number} ({kind}) reads a value that is not made yet")

        made = output_shapes(kind, attributes, [shapes[i] for i in ids], weights)
        shapes += made
        name = table.string("name") if table.has("name") else None
        ops.append(PlainOp(name, kind, attributes, ids, tuple(made)))
    require(len(ops) >= 1, "there is no op")
    return ops


def read_outputs(model: Table, values: Sequence[Shape]) -> list[PlainOutput]:
    """values: the shape of every value. The inputs come first, so the first says whether there is a batch."""
    outputs = [
        PlainOutput(t.string("name"), t.scalar("value", "u32")) for t in model.vector("outputs", 4).tables(OUTPUT)
    ]
    require(len(outputs) >= 1, "there is no output")
    check_unique([o.name for o in outputs], "outputs")
    require(all(o.value < len(values) for o in outputs), "an output names a value that does not exist")
    if values[0][0] == BATCH:
        require(all(has_batch(values[o.value]) for o in outputs), "an output has not the batch")
    return outputs


def check_unique(names: Sequence[str], what: str) -> None:
    require(len(set(names)) == len(names), f"two {what} have the same name")
