"""The arm64 dcmobile-bench under qemu: that the file runs on a processor, not how fast."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcmobile.android.bench_program import BenchProgram, program_for
from dcmobile.android.bench_request import BenchRequest
from dcmobile.errors import Code, DcmError, MachineError

#: Said wherever a result is shown.
NO_TIMES = (
    "Times under qemu say nothing about a phone's: qemu translates each instruction. Kernels, memory and that it runs "
    "are real."
)
# Libraries for a program that is not linked statically; Debian's place.
_LIBRARIES = Path("/usr/aarch64-linux-gnu")
_PROGRAMS = ("qemu-aarch64", "qemu-aarch64-static")


@dataclass(frozen=True)
class EmulatedBench:
    """cpu: by qemu's name. result: the JSON of dcmobile-bench."""

    cpu: str
    result: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Everything, with the warning about times."""
        return {
            "device": {"emulator": "qemu-aarch64", "cpu": self.cpu},
            "abi": "arm64-v8a",
            "warnings": [NO_TIMES],
            "result": self.result,
        }


def bench_emulated(request: BenchRequest, cpu: str, programs: dict[str, BenchProgram]) -> EmulatedBench:
    """Run on one of qemu's processors.

    Raises ``MachineError`` (no qemu, no such processor, no program, late) and ``DcmError`` with what the program says.
    """
    emulator = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if emulator is None:
        raise MachineError(
            f"{_PROGRAMS[0]} is not installed: apt-get install qemu-user, or what your system calls it",
            Code.MACHINE_UNSUPPORTED,
        )
    who = f"qemu {cpu}"
    program = program_for(["arm64-v8a"], programs, who)
    libraries = ["-L", str(_LIBRARIES)] if program.interpreter and _LIBRARIES.is_dir() else []
    graph = str(request.model)
    command = [emulator, "-cpu", cpu, *libraries, str(program.path), *request.flags(graph, "-")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=request.timeout)
    except subprocess.TimeoutExpired:
        raise MachineError(
            f"{who}: not done after {request.timeout:g} seconds and stopped: fewer --runs or --seconds, or a longer "
            "--timeout",
            Code.MACHINE_LIMIT,
        ) from None
    if done.returncode != 0:
        raise _failure(done, request, graph, who)
    return EmulatedBench(cpu, request.result(done.stdout, who))


def _failure(done: subprocess.CompletedProcess[str], request: BenchRequest, graph: str, who: str) -> DcmError:
    if "unable to find CPU model" in done.stderr:
        return MachineError(
            f"{who}: qemu knows no such processor: qemu-aarch64 -cpu help lists them", Code.MACHINE_UNSUPPORTED
        )
    own = request.failure(done.stderr, graph, who)
    said = " ".join(done.stderr.split())[:200]
    return own or MachineError(f"{who}: ended with {done.returncode}: {said}", Code.MACHINE_UNSUPPORTED)
