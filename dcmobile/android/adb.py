"""Runs commands on phones and copies files, through Android's own program ``adb``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dcmobile.errors import Code, MachineError

# Seconds that a command may take which has nothing to do but answer.
_ANSWER = 30.0
# The words that adb has for a phone's state; another one is known by two blanks before it.
_STATES = "device|offline|unauthorized|authorizing|connecting|bootloader|recovery|sideload|rescue|host"
# What USB 2 and a slow phone copy in a second, in bytes; for how long a copy may take.
_SLOWEST_COPY = 1e6


@dataclass(frozen=True)
class Listed:
    """A line of ``adb devices -l``. state: "device" for one that can be used; else adb's word for why it cannot."""

    serial: str
    state: str
    model: str

    @property
    def title(self) -> str:
        """The serial number, with the model where adb tells it."""
        return f"{self.serial} ({self.model.replace('_', ' ')})" if self.model else self.serial


@dataclass(frozen=True)
class Ended:
    """How a command on a phone ended. code: its exit code; 128 + N where signal N ended it."""

    code: int
    output: str
    errors: str


class LostDeviceError(MachineError):
    """adb does not reach the phone any more."""


class LateError(MachineError):
    """A command was not done in its time."""


class Adb:
    """adb, for one phone or to list all."""

    def __init__(self, program: Path, serial: str = "") -> None:
        self._program = program
        self.serial = serial

    @staticmethod
    def find() -> Adb:
        """The one in PATH, else of the SDK in ANDROID_HOME or ANDROID_SDK_ROOT. Raises ``MachineError``."""
        folders = [Path(os.environ[name]) for name in ("ANDROID_HOME", "ANDROID_SDK_ROOT") if os.environ.get(name)]
        found = shutil.which("adb") or next(
            (path for folder in folders if (path := shutil.which("adb", path=str(folder / "platform-tools")))), None
        )
        if found is None:
            raise MachineError(
                "adb is not installed, or not in PATH: it is in Android's platform-tools (Debian: apt-get install adb)",
                Code.MACHINE_UNSUPPORTED,
            )
        return Adb(Path(found))

    def of(self, serial: str) -> Adb:
        """The same, for the phone with that serial number."""
        return Adb(self._program, serial)

    def devices(self) -> list[Listed]:
        """Every phone and emulator that adb sees, usable or not. Starts adb's server where none runs."""
        ended = self._call("devices", "-l", seconds=_ANSWER)
        if ended.code != 0:
            raise MachineError(f"adb does not work: {_last_line(ended.errors)}", Code.MACHINE_UNSUPPORTED)
        return [found for line in ended.output.splitlines() if (found := _listed(line)) is not None]

    def shell(self, command: str, seconds: float = _ANSWER) -> Ended:
        """Run a line of the phone's shell. Raises ``LostDeviceError`` and ``LateError``."""
        ended = self._call("-s", self.serial, "shell", command, seconds=seconds)
        self._check_lost(ended)
        return ended

    def push(self, local: Path, remote: str) -> None:
        """Copy a file to the phone. Raises ``MachineError``: storage full, no permission, phone gone."""
        self._copy("push", str(local), remote, local.stat().st_size)

    def pull(self, remote: str, local: Path) -> None:
        """Copy a file from the phone."""
        self._copy("pull", remote, str(local), 0)

    def _copy(self, direction: str, source: str, target: str, size: int) -> None:
        ended = self._call("-s", self.serial, direction, source, target, seconds=_ANSWER + size / _SLOWEST_COPY)
        if ended.code == 0:
            return
        self._check_lost(ended)
        said = ended.errors + ended.output
        if "No space left" in said:
            raise MachineError(
                f"{self.serial}: no room for {Path(source).name} ({size:,} bytes) in {target.rpartition('/')[0]}: free "
                "some of the phone's storage",
                Code.MACHINE_LIMIT,
            )
        raise MachineError(
            f"{self.serial}: adb cannot {direction} {source} to {target}: {_last_line(said)}", Code.MACHINE_UNSUPPORTED
        )

    def _check_lost(self, ended: Ended) -> None:
        # adb says it so itself; a phone's own programs do not begin a line with these words.
        found = re.search(
            r"^(?:adb: |error: |adb: error: )+(device .*(?:not found|offline|unauthorized).*|closed|no devices.*)$",
            ended.errors,
            re.MULTILINE,
        )
        if ended.code != 0 and found:
            raise LostDeviceError(
                f"{self.serial}: adb has lost the phone ({found[1].strip()}): is it still plugged in, awake and "
                "unlocked?",
                Code.MACHINE_UNSUPPORTED,
            )

    def _call(self, *words: str, seconds: float) -> Ended:
        # In a session of its own: at Ctrl-C the phone is cleaned up with adb, which must not end of it as well.
        try:
            done = subprocess.run(
                [self._program, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=seconds,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            who = self.serial or "adb"
            raise LateError(f"{who}: no answer within {seconds:.0f} seconds", Code.MACHINE_LIMIT) from None
        except OSError as error:
            raise MachineError(f"cannot run {self._program}: {error.strerror}", Code.MACHINE_UNSUPPORTED) from None
        return Ended(done.returncode, _text(done.stdout), _text(done.stderr))


def _listed(line: str) -> Listed | None:
    """Of ``SERIAL STATE product:... model:...``. Serial numbers of phones on a network may have blanks; what adb says
    of itself begins with a star.
    """
    found = re.fullmatch(
        rf"([^\s*].*?)\s+({_STATES}|no permissions.*?|(?<=\s\s)\S+)(?:\s+(\S+:\S+.*|\[.*))?", line.rstrip()
    )
    if found is None:
        return None
    model = re.search(r"\bmodel:(\S+)", found[3] or "")
    state = "no permissions" if found[2].startswith("no permissions") else found[2]
    return Listed(found[1], state, model[1] if model else "")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("adb: ").removeprefix("error: ") if lines else "it says nothing"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
