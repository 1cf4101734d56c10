"""What an attack is: a hostile file, what it tries and what it must get."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hand_assembly import SCALARS, TABLES, build
from hand_made_model import Model, tiny
from plain_weights import crc32c


@dataclass(frozen=True)
class Attack:
    """A file that somebody might send. `code` is the name of the error that loading it gives, "OK" if it loads.

    `model` gives what the file says, if it can be said in another form too.
    """

    name: str
    code: str
    tries: str
    make: Callable[[], bytes]
    model: Callable[[], Model] | None = None


def saying(name: str, code: str, tries: str, model: Callable[[], Model]) -> Attack:
    """The file that says what the model does."""
    return Attack(name, code, tries, lambda: build(model()), model)


def write_attacks(attacks: Iterable[Attack], folder: Path) -> None:
    """Write a file for each attack, NAME.dcmodel, and a table of all, attacks.tsv."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for attack in attacks:
        (folder / f"{attack.name}.dcmodel").write_bytes(attack.make())
        lines.append(f"{attack.name}\t{attack.code}\t{attack.tries}\n")
    (folder / "attacks.tsv").write_text("".join(lines), encoding="utf-8")


def spoilt(name: str, code: str, tries: str, change: Callable[[Model], object]) -> Attack:
    """The small model put together by hand, with one thing changed before it becomes a file."""

    def spoil() -> Model:
        model = tiny()
        change(model)
        return model

    return saying(name, code, tries, spoil)


def patched(name: str, code: str, tries: str, change: Callable[[bytearray], object]) -> Attack:
    """The file of the small model, with bytes changed in place; what `change` returns, if anything, is the file."""

    def make() -> bytes:
        data = bytearray(build(tiny()))
        result = change(data)
        return bytes(result if isinstance(result, bytes | bytearray) else data)

    return Attack(name, code, tries, make)


def sealed(change: Callable[[Model], object]) -> Callable[[Model], object]:
    """The change, and checksums that fit what it left of the payload: a hostile writer computes them too."""

    def change_and_seal(model: Model) -> None:
        change(model)
        payload = bytes(model["payload"])
        for weight in model["weights"]:
            kind, fields = weight["encoding"]
            if kind == "Dense":
                size = 4 - 2 * fields["element_type"]
                for axis in weight["shape"]:
                    size *= axis
                fields["crc32c"] = crc32c(payload[fields["offset"] : fields["offset"] + size])
            for chunk in fields.get("chunks", ()):
                size = sum(chunk["gap_bytes"]) + sum(chunk["code_bytes"])
                chunk["crc32c"] = crc32c(payload[chunk["offset"] : chunk["offset"] + size])

    return change_and_seal


def set_payload(model: Model, at: int, *values: int) -> None:
    """Overwrite bytes of the payload."""
    payload = bytearray(model["payload"])
    payload[at : at + len(values)] = values
    model["payload"] = bytes(payload)


# --- Places in a file ---


def u32(data: bytearray, at: int) -> int:
    """The number at a place."""
    number: int = struct.unpack_from("<I", data, at)[0]
    return number


def put(data: bytearray, at: int, *numbers: int, kind: str = "u32") -> None:
    """Overwrite numbers at a place."""
    struct.pack_into(f"<{len(numbers)}{SCALARS[kind]}", data, at, *numbers)


def _field_number(table: str, field: str) -> int:
    """Of a union, the member's table: the type's number is one less."""
    number = 0
    for name, kind in TABLES[table].items():
        union = isinstance(kind, str) and "|" in kind
        if name == field:
            return number + union
        number += 1 + union
    raise KeyError(field)


def _kind(table: str, field: str) -> Any:
    return TABLES[table][field]


def vtable(data: bytearray, table: int) -> int:
    """Where the vtable of the table at a place is."""
    distance: int = struct.unpack_from("<i", data, table)[0]
    return table - distance


def place(data: bytearray, *path: str | int) -> int:
    """Where the field at the end of the path is: ("weights", 0, "shape") is the reference to that vector.

    A union's name is followed by the member's: ("weights", 0, "encoding", "SparseShared", "chunks").
    """
    at, kind = 0, "Model"
    for step in path:
        target = at + u32(data, at)
        if isinstance(step, int):
            at = target + 4 + 4 * step
        elif step in TABLES and step != kind:
            kind = step
        else:
            entry = struct.unpack_from("<H", data, vtable(data, target) + 4 + 2 * _field_number(kind, step))[0]
            assert entry, f"the field {step} is absent"
            at, field = target + entry, _kind(kind, step)
            kind = field[0] if isinstance(field, list) else field
    return at


def target(data: bytearray, *path: str | int) -> int:
    """What the field at the end of the path refers to; of an empty path, the root table."""
    at = place(data, *path)
    return at + u32(data, at)


def entry(data: bytearray, *path: str | int, number: int) -> int:
    """Where the vtable's entry for a field by its number is, of the table at the end of the path."""
    return vtable(data, target(data, *path)) + 4 + 2 * number
