"""The packed model: section 9 of docs/format.md, read into nested dicts and from those into a FlatBuffer of its own.

Nothing here knows an operator: `hand_assembly` holds the schema's tables, and the rules are the same for all of them.
"""

import struct
from typing import Any

from hand_assembly import TABLES, build
from plain_flatbuffer import FormatError, LimitError, NewerError, require

# Fields of the model that stand beside the packed form.
OUTSIDE = ("version", "payload", "packed")
CHECKSUM = "crc32c"
MAX_VALUES = 2**22


class PackedForm:
    """The bytes and how far they have been read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.values = 0

    def take(self, size: int) -> bytes:
        require(size <= len(self.data) - self.at, "the packed model ends too early")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, most: int = 2**32 - 1) -> int:
        value = 0
        for place in range(5):
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                require(byte > 0 or place == 0, "a number has a superfluous byte")
                require(value <= most, f"a number is above {most}")
                return value
        raise FormatError("a number has more than 5 bytes")

    def count(self, least_bytes: int = 1) -> int:
        count = self.number()
        require(count * least_bytes <= len(self.data) - self.at, "the packed model ends too early")
        self.values += count
        if self.values > MAX_VALUES:
            raise LimitError("the packed model holds more values than this reader allows")
        return count

    def vector(self, kind: str) -> Any:
        sizes = {"u8": ("B", 1), "u16": ("H", 2), "f32": ("f", 4)}
        if kind in sizes:
            code, size = sizes[kind]
            count = self.count(size)
            return list(struct.unpack(f"<{count}{code}", self.take(count * size)))
        return [self.value(kind) for _ in range(self.count())]

    def chunk(self) -> dict[str, Any]:
        numbers = [self.number() for _ in range(4)]
        (checksum,) = struct.unpack("<I", self.take(4))
        sizes = [self.number(65535) for _ in range(8)]
        names = ("start", "gap_count", "code_count", "offset")
        return dict(zip(names, numbers, strict=True)) | {
            "crc32c": checksum,
            "gap_bytes": sizes[:4],
            "code_bytes": sizes[4:],
        }

    def value(self, kind: Any, name: str = "") -> Any:
        if isinstance(kind, list):
            return self.vector(kind[0])
        if kind == "u8":
            return self.take(1)[0]
        if kind == "f32" or name == CHECKSUM:
            return struct.unpack("<f" if kind == "f32" else "<I", self.take(4))[0]
        if kind == "string":
            return self.take(self.count())
        if kind == "chunk":
            return self.chunk()
        if kind == "i32":
            number = self.number()
            return -(number + 1) // 2 if number % 2 else number // 2
        if kind in ("u16", "u32"):
            return self.number(65535 if kind == "u16" else 2**32 - 1)
        if "|" in kind:
            return self.union(kind.split("|"))
        return self.table(kind)

    def union(self, members: list[str]) -> tuple[str, dict[str, Any]]:
        (number,) = self.take(1)
        require(number != 0, "a table has the type 0")
        if number > len(members):
            raise NewerError(f"a table has the unknown type {number}")
        member = members[number - 1]
        return member, self.table(member)

    def table(self, name: str) -> dict[str, Any]:
        fields = TABLES[name]
        present = self.number()
        if present >> len(fields):
            raise NewerError(f"a {name} has a field that this reader does not know")
        table = {}
        for index, (field, kind) in enumerate(fields.items()):
            if present >> index & 1:
                require(name != "Model" or field not in OUTSIDE, f"a packed model has the field {field}")
                table[field] = self.value(kind, field)
        return table


def expand(data: bytes) -> bytes:
    """A FlatBuffer that says the same, without a payload."""
    form = PackedForm(data)
    model = form.table("Model")
    require(form.at == len(data), "the packed model has bytes behind its end")
    return build(model)
