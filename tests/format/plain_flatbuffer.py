"""The container: section 2 of docs/format.md, a FlatBuffer read without generated code."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_FILE_BYTES = 2**31 - 1
FILE_IDENTIFIER = b"DCM1"

# Field names of a table in schema order. A union takes two fields: "<name>_type", then "<name>".
Fields = Sequence[str]

SCALARS = {
    "u8": struct.Struct("<B"),
    "u16": struct.Struct("<H"),
    "i32": struct.Struct("<i"),
    "u32": struct.Struct("<I"),
}


class FormatError(Exception):
    """The data is no valid `.dcmodel` file; the text says why, in one line."""


class NewerError(FormatError):
    """The file uses something that this reader does not know: a type or a value that a later one may have added."""


class LimitError(FormatError):
    """The file may be valid, but asks for more work or memory than this reader gives."""


def require(condition: bool, text: str) -> None:
    """Refuse the file with `text` unless the condition holds."""
    if not condition:
        raise FormatError(text)


class FlatBuffer:
    """The bytes of a file and the few ways in which they may be looked at."""

    def __init__(self, data: bytes) -> None:
        require(len(data) <= MAX_FILE_BYTES, "the file is larger than 2^31 - 1 bytes")
        require(len(data) >= 8, "the file is too short to be a FlatBuffer")
        require(data[4:8] == FILE_IDENTIFIER, "the file identifier is not DCM1")
        self.data = data
        # References may share their targets, so a small hostile file can describe quadratically much.
        # A file without sharing never needs a fraction of this.
        self.budget = 16 * len(data) + 2**22

    def spend(self, byte_count: int) -> None:
        self.budget -= byte_count
        if self.budget < 0:
            raise LimitError("the FlatBuffer refers to the same bytes far too often")

    def scalar(self, kind: str, at: int) -> int:
        layout = SCALARS[kind]
        require(at % layout.size == 0, f"the {kind} at byte {at} is not aligned")
        require(0 <= at <= len(self.data) - layout.size, f"the {kind} at byte {at} is outside the file")
        value: int = layout.unpack_from(self.data, at)[0]
        return value

    def float32(self, at: int) -> float:
        value: float = struct.unpack("<f", self.scalar("u32", at).to_bytes(4, "little"))[0]
        return value

    def reference(self, at: int) -> int:
        distance = self.scalar("u32", at)
        require(distance > 0, f"the reference at byte {at} points to itself")
        return at + distance

    def root(self, fields: Fields) -> "Table":
        return Table(self, self.reference(0), fields)


class Table:
    """A table: where each of its present fields stands."""

    def __init__(self, buffer: FlatBuffer, position: int, fields: Fields) -> None:
        buffer.spend(64)
        self.buffer = buffer
        self.position = position
        vtable = position - buffer.scalar("i32", position)
        vtable_size = buffer.scalar("u16", vtable)
        # The table's own size stands next. Nothing needs it: each field must lie in the file.
        require(
            vtable_size % 2 == 0 and vtable + vtable_size <= len(buffer.data),
            f"the vtable at byte {vtable} has a bad size",
        )
        self.distances: dict[str, int] = {}
        for number, name in enumerate(fields):
            entry = 4 + 2 * number
            distance = buffer.scalar("u16", vtable + entry) if entry < vtable_size else 0
            if distance:
                self.distances[name] = distance

    def has(self, name: str) -> bool:
        return name in self.distances

    def _place(self, name: str) -> int:
        return self.position + self.distances[name]

    def scalar(self, name: str, kind: str, default: int = 0) -> int:
        if not self.has(name):
            return default
        return self.buffer.scalar(kind, self._place(name))

    def float32(self, name: str, default: float = 0.0) -> float:
        return self.buffer.float32(self._place(name)) if self.has(name) else default

    def _target(self, name: str) -> int:
        require(self.has(name), f"the required field {name} is absent")
        return self.buffer.reference(self._place(name))

    def table(self, name: str, fields: Fields) -> "Table":
        return Table(self.buffer, self._target(name), fields)

    def string(self, name: str) -> str:
        return read_string(self.buffer, self._target(name))

    def vector(self, name: str, element_size: int) -> "Vector":
        return Vector.at(self.buffer, self._target(name), element_size)

    def optional_vector(self, name: str, element_size: int) -> "Vector":
        """The vector, or an empty one where the field is absent."""
        if self.has(name):
            return self.vector(name, element_size)
        return Vector(self.buffer, 0, 0, element_size)

    def union(self, name: str, members: Mapping[str, Fields]) -> tuple[str, "Table"]:
        """The name of the member and its table. Every union of the schema is required."""
        number = self.scalar(f"{name}_type", "u8")
        require(number != 0, f"the union {name} has the type 0")
        if number > len(members):
            raise NewerError(f"the union {name} has the unknown type {number}")
        member = list(members)[number - 1]
        return member, self.table(name, members[member])


@dataclass(frozen=True)
class Vector:
    """The elements of a vector: `count` of them from the byte `start` on."""

    buffer: FlatBuffer
    start: int
    count: int
    element_size: int

    @classmethod
    def at(cls, buffer: FlatBuffer, position: int, element_size: int) -> "Vector":
        count = buffer.scalar("u32", position)
        start = position + 4
        require(count <= (len(buffer.data) - start) // element_size, f"the vector at byte {position} ends outside")
        buffer.spend(count * element_size)
        return cls(buffer, start, count, element_size)

    def bytes(self) -> bytes:
        return self.buffer.data[self.start : self.start + self.count * self.element_size]

    def _places(self) -> range:
        return range(self.start, self.start + self.count * self.element_size, self.element_size)

    def scalars(self, kind: str) -> list[int]:
        return [self.buffer.scalar(kind, at) for at in self._places()]

    def tables(self, fields: Fields) -> Iterator[Table]:
        return (Table(self.buffer, self.buffer.reference(at), fields) for at in self._places())

    def strings(self) -> list[str]:
        return [read_string(self.buffer, self.buffer.reference(at)) for at in self._places()]


def read_string(buffer: FlatBuffer, position: int) -> str:
    text = Vector.at(buffer, position, 1)
    end = text.start + text.count
    require(buffer.data[end : end + 1] == b"\0", f"the string at byte {position} does not end with a zero byte")
    data = text.bytes()
    require(b"\0" not in data, f"the string at byte {position} holds a zero byte")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(f"the string at byte {position} is not UTF-8") from None
