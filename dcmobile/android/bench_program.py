"""dcmobile-bench as it is for a phone: for which processor a file is, and where one lies."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dcmobile
from dcmobile.errors import CallError, Code, FileError, MachineError

# e_machine of ELF and its word size, to Android's name of the ABI.
_ABIS = {(183, 64): "arm64-v8a", (40, 32): "armeabi-v7a", (62, 64): "x86_64", (3, 32): "x86"}
_PT_INTERP = 3
_ANDROID_LINKERS = ("/system/bin/linker", "/system/bin/linker64")
_BUILD = "scripts/build-device-bench"


@dataclass(frozen=True)
class BenchProgram:
    """A dcmobile-bench. interpreter: what has to load it, "" for one that needs nothing."""

    path: Path
    abi: str
    interpreter: str

    @property
    def suits_phones(self) -> bool:
        """Whether a phone's linker can load it, if any has to."""
        return self.interpreter in ("", *_ANDROID_LINKERS)


def read_program(path: Path) -> BenchProgram:
    """What the file's ELF header says. Raises ``FileError`` for a file that is no program of a known ABI."""
    try:
        with path.open("rb") as file:
            data = file.read(1 << 16)  # headers are at the start
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}", Code.FILE_IO) from None
    try:
        abi, interpreter = _parse(data)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError):
        raise FileError(f"{path} is no program for {', '.join(_ABIS.values())}", Code.FILE_FORMAT) from None
    return BenchProgram(path, abi, interpreter)


def known_programs(given: Sequence[Path]) -> dict[str, BenchProgram]:
    """By ABI: those given, else what ``scripts/build-device-bench`` has built in this source tree.

    Raises ``CallError`` for two of one ABI.
    """
    programs: dict[str, BenchProgram] = {}
    for program in map(read_program, given):
        other = programs.setdefault(program.abi, program)
        if other is not program:
            raise CallError(f"{other.path} and {program.path} are both for {program.abi}", Code.CALL_ARGUMENT)
    if given:
        return programs
    folder = Path(dcmobile.__file__).parents[1] / "build/device-bench"
    return {path.parent.name: read_program(path) for path in sorted(folder.glob("*/dcmobile-bench"))}


def program_for(abis: Sequence[str], programs: dict[str, BenchProgram], who: str) -> BenchProgram:
    """The one for the first of a phone's ABIs, best first, that there is a program for. Raises ``MachineError``."""
    for abi in abis:
        if abi in programs:
            return programs[abi]
    there = f"dcmobile-bench is there for {', '.join(programs)} only" if programs else "there is no dcmobile-bench"
    best = next((abi for abi in abis if abi in _ABIS.values()), "arm64-v8a")
    raise MachineError(
        f"{who} runs {', '.join(abis) or 'no known ABI'}, and {there}: build one with {_BUILD} {best}, or name one "
        "with --bench-binary",
        Code.MACHINE_UNSUPPORTED,
    )


def _parse(data: bytes) -> tuple[str, str]:
    if data[:4] != b"\x7fELF" or data[5] != 1:  # little-endian
        raise KeyError
    bits = {1: 32, 2: 64}[data[4]]
    kind, machine = struct.unpack_from("<HH", data, 16)
    if kind not in (2, 3):  # a program, or one that can be loaded anywhere
        raise KeyError
    if bits == 64:
        table, size, count = *struct.unpack_from("<Q", data, 32), *struct.unpack_from("<HH", data, 54)
    else:
        table, size, count = *struct.unpack_from("<I", data, 28), *struct.unpack_from("<HH", data, 42)
    interpreter = ""
    for index in range(count):
        header = table + index * size
        if struct.unpack_from("<I", data, header)[0] != _PT_INTERP:
            continue
        place, length = (
            (*struct.unpack_from("<Q", data, header + 8), *struct.unpack_from("<Q", data, header + 32))
            if bits == 64
            else (*struct.unpack_from("<I", data, header + 4), *struct.unpack_from("<I", data, header + 16))
        )
        interpreter = data[place : place + length].rstrip(b"\0").decode("ascii")
    return _ABIS[machine, bits], interpreter
