"""The tables of all operators: what the writer puts into them is what both readers find."""

from __future__ import annotations

from typing import Any

import dcmobile.fileformat.schema_generated as schema_generated
import flatbuffers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_flatbuffer import FlatBuffer
from plain_graph import read_attribute
from plain_schema import NO_WEIGHT
from plain_schema import OPERATORS as PLAIN_OPERATORS

from dcmobile.errors import GraphError
from dcmobile.fileformat import build_file
from dcmobile.fileformat.operator_tables import (
    add_operator_table,
    attribute_types,
    check_op,
    read_attributes,
    read_weights,
    values_made,
    weight_roles,
)
from dcmobile.fileformat.schema import IDENTIFIER
from dcmobile.graph import Graph, Op, Value
from dcmobile.operators import OPERATORS, Attributes, Clamp, Concat, LayerNorm, Linear, Lstm, Pad, Relu, Reshape

KINDS = [operator.__name__ for operator in OPERATORS]
UNSIGNED = st.integers(0, 2**32 - 1)


def values_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Anything that the schema's field holds, the default more often than by chance."""
    if kind is int:
        return st.one_of(st.integers(0, 2), UNSIGNED)
    if kind is float:
        return st.one_of(st.sampled_from([0.0, 1.0]), st.floats(width=32, allow_nan=False))
    if kind is tuple:
        return st.lists(UNSIGNED, max_size=8).map(tuple)
    return st.booleans() if kind is bool else st.sampled_from(kind)


@st.composite
def any_attributes(draw: st.DrawFn, operator: type[Attributes]) -> Attributes:
    values = {name: draw(values_of(kind)) for name, kind in attribute_types(operator.__name__).items()}
    return operator(**values)


def written_table(op: Op, weight_index: dict[str, int]) -> tuple[bytes, Any]:
    """A flatbuffer whose root is the operator's table, and that table."""
    builder = flatbuffers.Builder(0)
    builder.Finish(add_operator_table(builder, op, weight_index), IDENTIFIER)
    data = bytes(builder.Output())
    return data, getattr(schema_generated, op.kind).GetRootAs(data)


@pytest.mark.parametrize("number", range(1, len(OPERATORS) + 1), ids=KINDS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_every_attribute_survives(number: int, data: st.DataObject) -> None:
    operator = OPERATORS[number - 1]
    kind = operator.__name__
    attributes = data.draw(any_attributes(operator))
    roles = [role for role, required in weight_roles(kind).items() if required or data.draw(st.booleans())]
    index = {f"the {role}": data.draw(st.integers(0, 1000)) for role in roles}
    op = Op("name", attributes, (), "y", {role: f"the {role}" for role in roles})
    file, table = written_table(op, index)
    read = read_attributes(number, table)
    assert read == attributes
    assert [type(value) for value in vars(read).values()] == list(attribute_types(kind).values())
    assert read_weights(table) == {role: index[f"the {role}"] for role in roles}

    fields = PLAIN_OPERATORS[kind]
    plain_table = FlatBuffer(file).root([name for name, _, _ in fields])
    plain = {name: read_attribute(plain_table, name, scalar, default) for name, scalar, default in fields}
    held = {role: index.get(f"the {role}", NO_WEIGHT) for role in weight_roles(kind)}
    assert plain == vars(attributes) | held


def test_roles_and_values_are_those_of_the_format() -> None:
    assert weight_roles("Relu") == {}
    assert weight_roles("Linear") == {"weight": True, "bias": False}
    assert weight_roles("LayerNorm") == {"weight": False, "bias": False}
    assert weight_roles("ChannelAffine") == {"weight": True, "bias": True}
    assert weight_roles("Lstm") == {"weight": True, "recurrent": True, "bias": False}
    assert weight_roles("Gru") == {"weight": True, "recurrent": True, "bias": False, "recurrent_bias": False}
    assert [kind for kind in KINDS if values_made(kind) != 1] == ["Lstm", "Gru"]


def test_defaults_take_no_bytes() -> None:
    sizes = {}
    for attributes in (Reshape(), Reshape((3,)), LayerNorm(), LayerNorm(epsilon=0.5), LayerNorm(axes=2)):
        sizes[attributes] = len(written_table(Op("", attributes, (), "y"), {})[0])
    assert sizes[Reshape()] == sizes[LayerNorm()] == min(sizes.values())
    assert sorted(sizes.values())[:3] == [sizes[Reshape()], sizes[Reshape()], sizes[LayerNorm(axes=2)]]


def test_floats_are_rounded_to_float32() -> None:
    _, table = written_table(Op("", LayerNorm(epsilon=1e-5), (), "y"), {})
    assert read_attributes(KINDS.index("LayerNorm") + 1, table) == LayerNorm(epsilon=float(np.float32(1e-5)))


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        (Clamp(low=float("nan")), "low is nan, which no float32 holds"),
        (Clamp(high=1e39), "high is 1e\\+39, which no float32 holds"),
        (Reshape((3, -1)), "shape is -1; it must be 0 to 4294967295"),
        (Pad((0, 2**32), (0, 0)), "before is 4294967296; it must be"),
        (Concat(axis=-1), "axis is -1"),
    ],
)
def test_attributes_that_the_format_cannot_hold(attributes: Attributes, text: str) -> None:
    with pytest.raises(GraphError, match=f"{type(attributes).__name__} 'body.0': {text}"):
        written_table(Op("body.0", attributes, ("x",), "y"), {})


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (Op("a", Attributes(), ("x",), "y"), "no Attributes"),
        (Op("a", Relu(), ("x",), "y", {"bias": "b"}), "Relu 'a' has a weight as 'bias'"),
        (Op("a", Linear(), ("x",), "y", {"weight": "w", "recurrent": "b"}), "Linear 'a' has a weight as 'recurrent'"),
        (Op("a", Linear(), ("x",), "y", {"bias": "b"}), "Linear 'a' has no weight"),
        (Op("a", Lstm(), ("x",), "y", {"weight": "w", "bias": "b"}), "Lstm 'a' has no recurrent"),
        (Op("a", Lstm(), ("x",), "y", {"weight": "w", "recurrent": "w"}), "makes 1 values instead of 3"),
        (Op("a", Relu(), ("x",), "y", more_outputs=("z",)), "makes 2 values instead of 1"),
    ],
)
def test_operators_that_the_format_cannot_hold(op: Op, text: str) -> None:
    with pytest.raises(GraphError, match=text):
        check_op(op)


def test_a_file_is_checked_before_it_is_built() -> None:
    values = {name: Value(name, (1, 2)) for name in "xyz"}
    op = Op("a", Relu(), ("x",), "y", more_outputs=("z",))
    with pytest.raises(GraphError, match="makes 2 values"):
        build_file(Graph(("x",), (op,), ("y",), ("y",), values, {}))
