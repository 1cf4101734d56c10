"""What the headers of an ELF file say: for which ABI of Android, and what it needs (System V ABI, chapter 4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from dcmobile.errors import Code, FileError

# e_machine and the word size, to Android's name of the ABI.
_ABIS = {(183, 64): "arm64-v8a", (40, 32): "armeabi-v7a", (62, 64): "x86_64", (3, 32): "x86"}
ABIS = tuple(_ABIS.values())
_EXECUTABLE, _SHARED = 2, 3
_PT_LOAD, _PT_INTERP = 1, 3
# Headers lie at the start of what a linker writes.
_HEAD = 1 << 16


@dataclass(frozen=True)
class Elf:
    """interpreter: what has to load it, "" for a library or a program that needs nothing. alignment: of the
    segment that asks for the least, bytes. is_library: a shared object that nothing has to load.
    """

    abi: str
    interpreter: str
    alignment: int
    is_library: bool


def read_elf(path: Path) -> Elf | None:
    """None for a file that is no program or library of a known ABI. Raises ``FileError`` if it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}", Code.FILE_IO) from None
    try:
        return _parse(data)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError):
        return None


def _parse(data: bytes) -> Elf:
    if data[:4] != b"\x7fELF" or data[5] != 1:  # little-endian
        raise KeyError
    bits = {1: 32, 2: 64}[data[4]]
    kind, machine = struct.unpack_from("<HH", data, 16)
    if kind not in (_EXECUTABLE, _SHARED):
        raise KeyError
    word, table_place, sizes_place = ("<Q", 32, 54) if bits == 64 else ("<I", 28, 42)
    table = struct.unpack_from(word, data, table_place)[0]
    size, count = struct.unpack_from("<HH", data, sizes_place)
    # Of a program header: where its offset, its size in the file and its alignment are.
    offset_at, size_at, alignment_at = (8, 32, 48) if bits == 64 else (4, 16, 28)
    interpreter, alignments = "", []
    for header in range(table, table + count * size, size):
        segment = struct.unpack_from("<I", data, header)[0]
        if segment == _PT_LOAD:
            alignments.append(struct.unpack_from(word, data, header + alignment_at)[0])
        if segment == _PT_INTERP:
            place = struct.unpack_from(word, data, header + offset_at)[0]
            length = struct.unpack_from(word, data, header + size_at)[0]
            interpreter = data[place : place + length].rstrip(b"\0").decode("ascii")
    library = kind == _SHARED and not interpreter
    return Elf(_ABIS[machine, bits], interpreter, min(alignments, default=0), library)
