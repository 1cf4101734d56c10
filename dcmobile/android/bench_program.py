"""dcmobile-bench as it is for a phone: for which processor a file is, and where one lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dcmobile
from dcmobile.android.elf import ABIS, read_elf
from dcmobile.errors import CallError, Code, FileError, MachineError

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
    elf = read_elf(path)
    if elf is None:
        raise FileError(f"{path} is no program for {', '.join(ABIS)}", Code.FILE_FORMAT)
    return BenchProgram(path, elf.abi, elf.interpreter)


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
    best = next((abi for abi in abis if abi in ABIS), "arm64-v8a")
    raise MachineError(
        f"{who} runs {', '.join(abis) or 'no known ABI'}, and {there}: build one with {_BUILD} {best}, or name one "
        "with --bench-binary",
        Code.MACHINE_UNSUPPORTED,
    )
