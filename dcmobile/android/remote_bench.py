"""One benchmark on one phone: push, run, pull, and leave nothing behind."""

from __future__ import annotations

import contextlib
import secrets
import shlex
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcmobile.android.adb import Adb, Ended, LateError
from dcmobile.android.bench_program import BenchProgram, program_for
from dcmobile.android.bench_request import BenchRequest
from dcmobile.android.device_facts import DeviceFacts, read_facts
from dcmobile.android.device_state import DeviceState, read_state, warnings
from dcmobile.errors import Code, DcmError, MachineError

#: Where a shell on a phone may write and run programs.
FOLDER = "/data/local/tmp/dcmobile"
# adb's own exit code when a shell's connection ends before the shell.
_CONNECTION_CLOSED = 255
_SIGNALS = {
    signal.SIGKILL: "was killed: the phone had too little memory for it, or somebody stopped it",
    signal.SIGILL: "met an instruction that the processor does not have",
    signal.SIGSEGV: "crashed (SIGSEGV); please report it",
    signal.SIGABRT: "crashed (SIGABRT); please report it",
    signal.SIGSYS: "was stopped: Android does not allow it a system call",
}


@dataclass(frozen=True)
class DeviceBench:
    """result: the JSON of dcmobile-bench. warnings: why the phone may have been slower than it is."""

    facts: DeviceFacts
    abi: str
    before: DeviceState
    after: DeviceState
    result: dict[str, Any]
    warnings: list[str]

    def to_json(self) -> dict[str, Any]:
        """Everything."""
        return {
            "device": self.facts.to_json(),
            "abi": self.abi,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "warnings": self.warnings,
            "result": self.result,
        }


def bench_on(adb: Adb, request: BenchRequest, programs: dict[str, BenchProgram]) -> DeviceBench:
    """Push dcmobile-bench and the model, run, pull the JSON; whatever happens, remove both.

    Raises ``MachineError`` (no program for its ABI, storage full, killed, late, phone gone) and ``DcmError`` with what
    the program says of the model.
    """
    facts = read_facts(adb)
    who = f"{facts.name} ({adb.serial})" if facts.name != adb.serial else adb.serial
    program = program_for(facts.abis, programs, who)
    with _folder(adb, who) as folder:
        adb.push(program.path, f"{folder}/dcmobile-bench")
        adb.push(request.model, f"{folder}/model.dcmodel")
        before = read_state(adb)
        ended = _run(adb, request, folder, who)
        if ended.code != 0:
            raise _failure(ended, request, program, who)
        after = read_state(adb)
        with tempfile.TemporaryDirectory() as here:
            report = Path(here, "report.json")
            adb.pull(f"{folder}/report.json", report)
            result = request.result(report.read_text(encoding="utf-8", errors="backslashreplace"), who)
    return DeviceBench(facts, program.abi, before, after, result, warnings(before, after))


@contextlib.contextmanager
def _folder(adb: Adb, who: str) -> Iterator[str]:
    """A new folder on the phone. At the end a program that still runs in it is stopped and the folder is removed."""
    folder = f"{FOLDER}/{secrets.token_hex(8)}"
    try:
        ended = adb.shell(f"mkdir -p {folder}")
        if ended.code != 0:
            said = " ".join(ended.errors.split())
            full = "no room: free some of the phone's storage" if "No space left" in said else said
            raise MachineError(f"{who}: cannot make the folder {folder}: {full}", Code.MACHINE_LIMIT)
        yield folder
    finally:
        try:
            _remove(adb, folder)
        except KeyboardInterrupt:  # pressed again: it takes a moment only
            _remove(adb, folder)
            raise


def _remove(adb: Adb, folder: str) -> None:
    with contextlib.suppress(DcmError):  # a phone that has gone cannot be cleaned up; the first error counts
        adb.shell(
            f"[ -f {folder}/pid ] && kill -9 $(cat {folder}/pid) 2>/dev/null; rm -rf {folder}; "
            f"rmdir {FOLDER} 2>/dev/null; true"
        )


def _run(adb: Adb, request: BenchRequest, folder: str, who: str) -> Ended:
    flags = shlex.join(request.flags("model.dcmodel", "report.json"))
    # The shell's number is the program's too, since it becomes the program.
    command = f"cd {folder} && chmod 755 dcmobile-bench && echo $$ > pid && exec ./dcmobile-bench {flags} >/dev/null"
    try:
        ended = adb.shell(command, seconds=request.timeout)
    except LateError:
        raise MachineError(
            f"{who}: not done after {request.timeout:g} seconds and stopped: fewer --runs or --seconds, or a longer "
            "--timeout",
            Code.MACHINE_LIMIT,
        ) from None
    if ended.code == _CONNECTION_CLOSED:
        adb.shell(":")  # says so, if the phone has gone
    return ended


def _failure(ended: Ended, request: BenchRequest, program: BenchProgram, who: str) -> DcmError:
    own = request.failure(ended.errors, "model.dcmodel", who)
    if own is not None:
        return own
    said = " ".join((ended.errors or ended.output).split())[:200]
    if "No space left" in said:
        return MachineError(f"{who}: no room: free some of the phone's storage", Code.MACHINE_LIMIT)
    if ended.code in (126, 127):
        hint = "" if program.suits_phones else f": {program.path} needs {program.interpreter}, which no phone has"
        return MachineError(
            f"{who}: the phone cannot run dcmobile-bench for {program.abi}{hint or f': {said}'}",
            Code.MACHINE_UNSUPPORTED,
        )
    for number, meaning in _SIGNALS.items():
        if ended.code == 128 + number:
            return MachineError(f"{who}: dcmobile-bench {meaning}", Code.MACHINE_UNSUPPORTED)
    return MachineError(
        f"{who}: dcmobile-bench ended with {ended.code}{f': {said}' if said else ''}", Code.MACHINE_UNSUPPORTED
    )
