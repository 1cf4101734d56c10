"""Writes the packed form of section 9 of docs/format.md from nested dicts, part by part, so that a test can spoil any.

A part is found by its path, which ends in the part's name: ("ops", 0, "name", "bytes"). Tables have a part "present",
vectors and strings a "count", unions a "type". Nothing in the form says where a part stands, so one of another size
needs no change elsewhere. `plain_packed` reads what this writes.
"""

from __future__ import annotations

import struct
from typing import Any

from hand_assembly import SCALARS, TABLES, build
from plain_packed import CHECKSUM, OUTSIDE

Step = str | int
Path = tuple[Step, ...]


def number(value: int) -> bytes:
    """7 bits a byte, the least significant first."""
    data = bytearray()
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*data, value])


def signed(value: int) -> bytes:
    """An element of an [int]."""
    return number(2 * value if value >= 0 else -2 * value - 1)


class HandPacking:
    """The form of a model, without the fields that stand beside it."""

    def __init__(self, model: dict[str, Any]) -> None:
        self.parts: dict[Path, bytes] = {}
        self._table((), "Model", {field: value for field, value in model.items() if field not in OUTSIDE})

    def form(self) -> bytes:
        """All parts, one after another."""
        return b"".join(self.parts.values())

    def replace(self, data: bytes, *path: Step) -> None:
        """Put `data` in the place of a part, or of all parts whose paths begin with `path`."""
        old = [each for each in self.parts if each[: len(path)] == path]
        assert old, f"there is no part {path}"
        self.parts = {each: b"" if each in old[1:] else part for each, part in self.parts.items()}
        self.parts[old[0]] = data

    def until(self, *path: Step) -> bytes:
        """The form up to a part, or to the first of those whose paths begin with `path`."""
        data = bytearray()
        for each, part in self.parts.items():
            if each[: len(path)] == path:
                return bytes(data)
            data += part
        raise KeyError(path)

    def _table(self, path: Path, name: str, value: dict[str, Any]) -> None:
        fields = [(field, kind) for field, kind in TABLES[name].items() if value.get(field) is not None]
        order = list(TABLES[name])
        self.parts[*path, "present"] = number(sum(1 << order.index(field) for field, _ in fields))
        for field, kind in fields:
            at = (*path, field)
            if isinstance(kind, str) and "|" in kind:
                self._union(at, kind.split("|"), value[field], value.get(f"{field}_type"))
            elif field == CHECKSUM:
                self.parts[at] = struct.pack("<I", value[field])
            else:
                self._value(at, kind, value[field])

    def _union(self, path: Path, members: list[str], value: Any, type_number: int | None) -> None:
        member, table = value
        self.parts[*path, "type"] = bytes([members.index(member) + 1 if type_number is None else type_number])
        self._table(path, member, table)

    def _value(self, path: Path, kind: Any, value: Any) -> None:
        if isinstance(kind, list):
            self._vector(path, kind[0], value)
        elif kind == "string":
            data = value if isinstance(value, bytes) else value.encode()
            self.parts[*path, "count"] = number(len(data))
            self.parts[*path, "bytes"] = data
        elif kind == "chunk":
            self._chunk(path, value)
        elif kind in ("u16", "u32"):
            self.parts[path] = number(value)
        elif kind == "i32":
            self.parts[path] = signed(value)
        elif kind in SCALARS:
            self.parts[path] = struct.pack(f"<{SCALARS[kind]}", value)
        else:
            self._table(path, kind, value)

    def _vector(self, path: Path, kind: str, value: Any) -> None:
        self.parts[*path, "count"] = number(len(value))
        if kind in ("u8", "u16", "f32"):
            self.parts[*path, "elements"] = struct.pack(f"<{len(value)}{SCALARS[kind]}", *value)
            return
        for index, element in enumerate(value):
            self._value((*path, index), kind, element)

    def _chunk(self, path: Path, value: dict[str, Any]) -> None:
        for field in ("start", "gap_count", "code_count", "offset"):
            self.parts[*path, field] = number(value[field])
        self.parts[*path, CHECKSUM] = struct.pack("<I", value[CHECKSUM])
        for field in ("gap_bytes", "code_bytes"):
            for index, size in enumerate(value[field]):
                self.parts[*path, field, index] = number(size)


def packed_file(form: bytes, payload: bytes | None = None, **outside: Any) -> bytes:
    """A file of version 2 around the form; `outside`: fields of its model that say otherwise."""
    model = {"version": 2, "inputs": [], "ops": [], "outputs": [], "payload": payload, "packed": form}
    return build(model | outside)
