"""Assembles `.dcmodel` files from nested dicts, for tests that need files no writer would make.

A table is a dict of its fields; a union is a pair (member, table), and `<union>_type` overrides its number.
Whatever the dict leaves out is absent in the file.
"""

import struct
from dataclasses import dataclass
from typing import Any

from plain_schema import OPERATORS

SCALARS = {"u8": "B", "u16": "H", "i32": "i", "u32": "I", "f32": "f"}

# As the fields of the operators' tables are stored; enumerations and bools are bytes.
_KINDS: dict[str, Any] = {"u32": "u32", "f32": "f32", "[u32]": ["u32"]}
_OPERATORS = {
    operator: {name: _KINDS.get(kind, "u8") for name, kind, _ in fields} for operator, fields in OPERATORS.items()
}

# [kind] is a vector. A capital letter starts a table, "|" stands between the members of a union.
TABLES: dict[str, dict[str, Any]] = {
    "SparseShared": {
        "gap_bits": "u8",
        "gap_lengths": ["u8"],
        "code_lengths": ["u8"],
        "centroids": ["f32"],
        "centroids_f16": ["u16"],
        "chunks": ["chunk"],
    },
    "DenseShared": {"code_lengths": ["u8"], "centroids": ["f32"], "centroids_f16": ["u16"], "chunks": ["chunk"]},
    "Dense": {"element_type": "u8", "offset": "u32", "crc32c": "u32"},
    "Weight": {"shape": ["u32"], "encoding": "SparseShared|DenseShared|Dense"},
    **_OPERATORS,
    "Op": {"name": "string", "attributes": "|".join(_OPERATORS), "inputs": ["u32"]},
    "Input": {"name": "string", "shape": ["i32"]},
    "Output": {"name": "string", "value": "u32"},
    "Entry": {"key": "string", "value": "string"},
    "Metadata": {"producer": "string", "labels": ["string"], "entries": ["Entry"]},
    "Model": {
        "version": "u16",
        "inputs": ["Input"],
        "weights": ["Weight"],
        "ops": ["Op"],
        "outputs": ["Output"],
        "payload": ["u8"],
        "metadata": "Metadata",
        "packed": ["u8"],
    },
}


@dataclass(frozen=True)
class Repeated:
    """A vector of `count` references to one table: as FlatBuffers allows, and as only a hostile writer does."""

    element: Any
    count: int


def build(model: dict[str, Any]) -> bytes:
    """The file: everything stands after what refers to it, as references only point forward."""
    out = bytearray(b"\0\0\0\0DCM1")
    _refer(out, 0, "Model", model)
    return bytes(out)


def _refer(out: bytearray, at: int, kind: Any, value: Any) -> None:
    struct.pack_into("<I", out, at, _place(out, kind, value) - at)


def _pad(out: bytearray, alignment: int) -> None:
    out += bytes(-len(out) % alignment)


def _place(out: bytearray, kind: Any, value: Any) -> int:
    """Appends a string, vector or table; gives its position."""
    if kind == "string":
        data = value if isinstance(value, bytes) else value.encode()
        _pad(out, 4)
        position = len(out)
        out += struct.pack("<I", len(data)) + data + b"\0"
        return position
    if isinstance(kind, list):
        return _place_vector(out, kind[0], value)
    return _place_table(out, TABLES[kind], value)


def _place_vector(out: bytearray, kind: str, value: Any) -> int:
    # Only the payload needs more than 4, but a count before a multiple of 16 is right for all.
    while len(out) % 16 != 12:
        out.append(0)
    position = len(out)
    if isinstance(value, Repeated):
        out += struct.pack("<I", value.count) + bytes(4 * value.count)
        element = _place(out, kind, value.element)
        places = range(position + 4, position + 4 + 4 * value.count, 4)
        struct.pack_into(f"<{value.count}I", out, position + 4, *(element - at for at in places))
        return position
    out += struct.pack("<I", len(value))
    if kind in SCALARS:
        out += struct.pack(f"<{len(value)}{SCALARS[kind]}", *value)
    elif kind == "chunk":
        for c in value:
            head = (c["start"], c["gap_count"], c["code_count"], c["offset"], c["crc32c"])
            out += struct.pack("<5I8H", *head, *c["gap_bytes"], *c["code_bytes"])
    else:
        first = len(out)
        out += bytes(4 * len(value))
        for i, element in enumerate(value):
            _refer(out, first + 4 * i, kind, element)
    return position


def _place_table(out: bytearray, schema: dict[str, Any], value: dict[str, Any]) -> int:
    # A union becomes two fields; None stands for an absent one.
    fields: list[tuple[Any, Any]] = []
    for name, kind in schema.items():
        if isinstance(kind, str) and "|" in kind:
            members = kind.split("|")
            member, table = value.get(name, (None, None))
            number = members.index(member) + 1 if member else None
            fields += [("u8", value.get(f"{name}_type", number)), (member, table)]
        else:
            fields.append((kind, value.get(name)))

    body = bytearray(4)
    entries, children = [], []
    for kind, content in fields:
        if content is None:
            entries.append(0)
            continue
        code = SCALARS[kind] if isinstance(kind, str) and kind in SCALARS else None
        _pad(body, struct.calcsize(code) if code else 4)
        entries.append(len(body))
        if code:
            body += struct.pack(f"<{code}", content)
        else:
            children.append((len(body), kind, content))
            body += bytes(4)

    _pad(out, 4)
    vtable = len(out)
    out += struct.pack(f"<{len(entries) + 2}H", 4 + 2 * len(entries), len(body), *entries)
    _pad(out, 4)
    position = len(out)
    struct.pack_into("<i", body, 0, position - vtable)
    out += body
    for at, kind, content in children:
        _refer(out, position + at, kind, content)
    return position
