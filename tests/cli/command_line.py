"""Calls the command line, in this process and as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from click.testing import CliRunner, Result

from dcmobile.cli.main import cli

PROGRESS = tuple(
    f"dcmobile: {stage}"
    for stage in (
        "reading the program",
        "capturing the network",
        "pruning",
        "sharing weights",
        "Huffman coding",
        "verifying and writing",
    )
)


def call(*arguments: Any) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="dcmobile")


def fails(code: int, *arguments: Any) -> str:
    """Run a command that must fail with one line on stderr and nothing on stdout; gives the line without its prefix."""
    result = call(*arguments)
    assert result.exit_code == code, (result.exit_code, result.output)
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line not in PROGRESS]
    if code == 2:  # click's usage lines come before the error
        assert lines[0].startswith("Usage: dcmobile")
        return lines[-1]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("dcmobile: error: ")
    return lines[0].removeprefix("dcmobile: error: ")


def start(*arguments: Any, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run ``python -m dcmobile.cli`` and wait for it."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, timeout=120, env=environment(), **settings
    )


def command(*arguments: Any) -> list[str]:
    """The command line of a program of its own."""
    return [sys.executable, "-m", "dcmobile.cli", *(str(argument) for argument in arguments)]


def environment() -> dict[str, str]:
    """As a user's shell has it: what changes Python's own output is not set."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONUNBUFFERED", "DCM_DEBUG")}
