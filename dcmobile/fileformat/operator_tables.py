"""An operator's table in the file: its attributes, which are the fields of a class in ``dcmobile.operators``, and its
weights, which are numbers of weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from enum import IntEnum
from functools import cache
from typing import Any, get_type_hints

import numpy as np

import dcmobile.fileformat.schema_generated as schema_generated
from dcmobile.errors import GraphError
from dcmobile.fileformat.schema import add_table, camel, member, union_type
from dcmobile.graph import Op
from dcmobile.operators import OPERATORS, Attributes

#: In the place of a weight's number: there is none.
NO_WEIGHT = 0xFFFFFFFF

#: Fields of an operator's table that name weights instead of attributes, in the order of the schema.
WEIGHT_ROLES = ("weight", "recurrent", "bias", "recurrent_bias")

_OPERATORS = {operator.__name__: operator for operator in OPERATORS}

# How many values an operator makes, where it is more than one.
_VALUES_MADE = {"Lstm": 3, "Gru": 2}

# A flatbuffer that is one table without fields, which has every default.
_EMPTY_TABLE = bytes([4, 0, 4, 0, 4, 0, 0, 0])
_EMPTY_TABLE_AT = 4


def values_made(kind: str) -> int:
    """How many values an operator makes (docs/format.md, section 3)."""
    return _VALUES_MADE.get(kind, 1)


@cache
def weight_roles(kind: str) -> Mapping[str, bool]:
    """The weights of an operator in the order of the schema, and whether each must be there."""
    table = getattr(schema_generated, kind)()
    table.Init(_EMPTY_TABLE, _EMPTY_TABLE_AT)
    roles = (role for role in WEIGHT_ROLES if hasattr(table, camel(role)))
    return {role: getattr(table, camel(role))() != NO_WEIGHT for role in roles}


def check_op(op: Op) -> None:
    """Raise ``GraphError`` unless the format has the operator, with these weights and as many outputs."""
    union_type("OpAttributes", op.kind)
    roles = weight_roles(op.kind)
    for role in op.weights:
        if role not in roles:
            raise GraphError(f"{op.kind} {op.name!r} has a weight as {role!r}, which the format does not know")
    for role, required in roles.items():
        if required and role not in op.weights:
            raise GraphError(f"{op.kind} {op.name!r} has no {role}")
    if len(op.outputs) != values_made(op.kind):
        raise GraphError(f"{op.kind} {op.name!r} makes {len(op.outputs)} values instead of {values_made(op.kind)}")


def add_operator_table(builder: Any, op: Op, weight_index: Mapping[str, int]) -> int:
    """Write the operator's table; ``weight_index`` gives the number of each weight. Raises ``GraphError`` for an
    attribute that the format cannot hold.
    """
    values: dict[str, Any] = {role: weight_index[op.weights[role]] for role in WEIGHT_ROLES if role in op.weights}
    for name, kind in attribute_types(op.kind).items():
        value = _checked(op, name, kind, getattr(op.attributes, name))
        if not isinstance(value, tuple):
            values[name] = value
        elif value:  # an absent vector is an empty one
            values[name] = builder.CreateNumpyVector(np.array(value, np.uint32))
    return add_table(builder, op.kind, values)


def _checked(op: Op, name: str, kind: type[Any], value: Any) -> Any:
    """The attribute as the schema's scalar or tuple of scalars."""
    if kind is tuple:
        return tuple(_unsigned(op, name, each) for each in value)
    if kind is not float:
        return _unsigned(op, name, value)
    with np.errstate(over="ignore"):
        stored = float(np.float32(value))
    if math.isnan(stored) or (math.isinf(stored) and not math.isinf(value)):
        raise GraphError(f"{op.kind} {op.name!r}: {name} is {value}, which no float32 holds")
    return stored


def _unsigned(op: Op, name: str, value: Any) -> int:
    number = int(value)
    if not 0 <= number <= 0xFFFFFFFF:
        raise GraphError(f"{op.kind} {op.name!r}: {name} is {number}; it must be 0 to 4294967295")
    return number


def operator_table(op: Any) -> Any:
    """The table of a stored ``Op``, as an instance of its generated class."""
    return member("OpAttributes", op.AttributesType(), op.Attributes())


def read_attributes(number: int, table: Any) -> Attributes:
    """An operator's attributes from its table; ``number`` is its type in the union."""
    operator = OPERATORS[number - 1]
    values: dict[str, Any] = {}
    for name, kind in attribute_types(operator.__name__).items():
        if kind is not tuple:
            values[name] = kind(getattr(table, camel(name))())
        elif getattr(table, f"{camel(name)}IsNone")():
            values[name] = ()
        else:
            values[name] = tuple(int(each) for each in getattr(table, f"{camel(name)}AsNumpy")())
    return operator(**values)


def read_weights(table: Any) -> dict[str, int]:
    """The number of each weight of an operator, by its role, in the order of the schema."""
    roles = ((role, int(getattr(table, camel(role))())) for role in weight_roles(type(table).__name__))
    return {role: number for role, number in roles if number != NO_WEIGHT}


@cache
def attribute_types(kind: str) -> Mapping[str, type[Any]]:
    """The fields of an operator's attributes: int, bool, float, tuple (of ints) or an enumeration."""
    operator = _OPERATORS[kind]
    hints = get_type_hints(operator)
    return {field.name: _plain_type(hints[field.name]) for field in fields(operator)}


def _plain_type(hint: Any) -> type[Any]:
    if hint == tuple[int, ...]:
        return tuple
    assert hint in (int, bool, float) or issubclass(hint, IntEnum), hint
    found: type[Any] = hint
    return found
