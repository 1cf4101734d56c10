"""``dcmobile/operators.py`` against the schema, which defines the operators."""

from __future__ import annotations

import re
from dataclasses import MISSING, Field, fields
from enum import IntEnum
from pathlib import Path

import pytest

from dcmobile import operators
from dcmobile.operators import OPERATORS, Attributes

SCHEMA = re.sub(r"//.*", "", (Path(__file__).parents[1] / "schemas" / "dcmobile.fbs").read_text())
#: Fields that name weights; a graph keeps those in ``Op.weights``.
WEIGHT_ROLES = {"weight", "bias", "recurrent", "recurrent_bias"}
ENUMS = {
    name: {member: int(number) for member, number in re.findall(r"(\w+) = (\d+)", body)}
    for name, body in re.findall(r"enum (\w+) : ubyte \{(.*?)\}", SCHEMA, re.DOTALL)
}


def union_members(name: str) -> list[str]:
    (body,) = re.findall(rf"union {name} \{{(.*?)\}}", SCHEMA, re.DOTALL)
    return re.findall(r"\w+", body)


def table_fields(table: str) -> list[tuple[str, str, str]]:
    """Name, type and default ("" if none is given) of each field, in order."""
    (body,) = re.findall(rf"table {table} \{{(.*?)\}}", SCHEMA, re.DOTALL)
    lines = [line.strip() for line in body.split(";") if line.strip()]
    parsed = [re.fullmatch(r"(\w+): (\[?\w+\]?)(?: = ([\w.]+))?", line) for line in lines]
    assert all(parsed), lines
    return [(match[1], match[2], match[3] or "") for match in parsed if match]


def expected_field(kind: str, default: str) -> tuple[str, object]:
    """A field's annotation and default in Python, from its type and default in the schema."""
    if kind == "uint":
        return "int", int(default or 0)
    if kind == "float":
        return "float", float(default or 0)
    if kind == "bool":
        return "bool", default == "true"
    if kind == "[uint]":
        return "tuple[int, ...]", ()
    (member,) = [name for name, number in ENUMS[kind].items() if name == default or (not default and number == 0)]
    return kind, getattr(operators, kind)[python_name(member)]


def python_name(member: str) -> str:
    return "None_" if member == "None" else member


def has_its_default(field: Field[object], default: object) -> bool:
    """Where the schema's default would be refused (a kernel of 0), the class asks for a value instead."""
    return field.default == default or (field.default is MISSING and default == 0)


def test_operators_are_the_members_of_the_union_in_its_order() -> None:
    assert [operator.__name__ for operator in OPERATORS] == union_members("OpAttributes")


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_fields_are_those_of_the_table(operator: type[Attributes]) -> None:
    in_schema = [field for field in table_fields(operator.__name__) if field[0] not in WEIGHT_ROLES]
    assert [field.name for field in fields(operator)] == [name for name, _, _ in in_schema]
    for field, (_, kind, default) in zip(fields(operator), in_schema, strict=True):
        annotation, value = expected_field(kind, default)
        assert field.type == annotation, field.name
        assert has_its_default(field, value), field.name


def test_enumerations_are_those_of_the_schema() -> None:
    in_python = {
        name: {member.name: member.value for member in kind}
        for name, kind in vars(operators).items()
        if isinstance(kind, type) and issubclass(kind, IntEnum) and kind is not IntEnum
    }
    assert "Activation" in in_python
    assert in_python == {
        name: {python_name(member): number for member, number in ENUMS[name].items()} for name in in_python
    }
