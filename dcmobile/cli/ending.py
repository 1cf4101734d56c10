"""How a command ends: every failure is one line on stderr and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dcmobile.cli.terminal import StdoutClosedError
from dcmobile.errors import DcmError
from dcmobile.report.printable import printable

#: The input, the network or the machine is at fault.
FAILED = 1
#: As a shell reports a program that Ctrl-C (SIGINT) stopped.
INTERRUPTED = 130
#: As a shell reports a program whose reader went away (SIGPIPE), e.g. ``dcmobile inspect net.dcmodel | head -3``.
READER_GONE = 141


class Failure(click.ClickException):
    """One line for stderr."""

    exit_code = FAILED

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))

    def show(self, file: object = None) -> None:
        """Print ``dcmobile: error: ...``."""
        click.echo(f"dcmobile: error: {self.message}", err=True)


class Interrupted(Failure):
    """Ctrl-C."""

    exit_code = INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted")

    def show(self, file: object = None) -> None:
        """Say so, on a line of its own after the terminal's ``^C``."""
        click.echo(f"{os.linesep if sys.stderr.isatty() else ''}dcmobile: interrupted", err=True)


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Errors of what is done with the file say which file it is."""
    try:
        yield
    except DcmError as error:
        if str(path) in str(error):
            raise
        raise type(error)(f"{path}: {error}", error.code) from error


@contextmanager
def command_ending() -> Iterator[None]:
    """Turn what comes out of a command into a ``Failure``, which click shows and exits with.

    With ``DCM_DEBUG=1`` in the environment, failures keep their traceback.
    """
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except KeyboardInterrupt:
        raise Interrupted from None
    except StdoutClosedError:
        raise click.exceptions.Exit(READER_GONE) from None
    except Exception as error:
        if os.environ.get("DCM_DEBUG") == "1":
            raise
        raise Failure(_describe(error)) from None


def _describe(error: Exception) -> str:
    if isinstance(error, DcmError):
        return str(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error) or type(error).__name__
        return f"{os.fsdecode(error.filename)}: {reason}" if isinstance(error.filename, str | bytes) else reason
    if isinstance(error, MemoryError):
        return "out of memory: the network or its input is larger than this machine can hold"
    text = " ".join(str(error).split())[:200]
    return f"internal error: {type(error).__name__}: {text} (DCM_DEBUG=1 shows where; please report it)"
