"""What goes to stdout."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from dcmobile.errors import Code, FileError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

# Wide enough that nothing is cut or wrapped where no terminal limits it.
_UNLIMITED = 10_000
# What is tried for the longest names, in this order, until a table fits the terminal.
_NAME_WIDTHS = (60, 40, 30, 24, 20, 18, 16, 14, 12, 11, 10, 9, 8)


class StdoutClosedError(Exception):
    """Whoever read stdout has gone; there is nobody to tell."""


def print_out(text: str) -> None:
    """Write to stdout, now. Raises ``StdoutClosedError``, or ``FileError`` where stdout is a file on a full disk."""
    if sys.stdout is None:  # the caller closed it
        return
    with stdout_errors():
        sys.stdout.write(text)
        sys.stdout.flush()


@contextlib.contextmanager
def stdout_errors() -> Iterator[None]:
    """Turn what can go wrong with stdout into ``StdoutClosedError`` or ``FileError``."""
    try:
        yield
    except OSError as error:
        _discard_stdout()
        if error.errno == errno.EPIPE:
            raise StdoutClosedError from None
        raise FileError(f"cannot write to stdout: {error.strerror}", Code.FILE_IO) from None


def print_tables(tables: Callable[[int], Iterable[RenderableType]]) -> None:
    """Render to stdout with blank lines between.

    tables: makes what is shown, given the most characters that a name should take. In a terminal names give way, so
    that no row wraps and no number is cut; a pipe or file gets them whole.
    """
    from rich.console import Console

    console = Console()
    if console.is_terminal:
        pieces = _fitted(tables, console)
    else:
        console = Console(width=_UNLIMITED)
        pieces = list(tables(_UNLIMITED))
    with stdout_errors(), console.capture() as rendered:
        for index, piece in enumerate(pieces):
            if index:
                console.print()
            console.print(piece, highlight=False)
    print_out("".join(f"{line.rstrip()}\n" for line in rendered.get().splitlines()))


def _fitted(tables: Callable[[int], Iterable[RenderableType]], console: Console) -> list[RenderableType]:
    """Each piece with the longest names that let it fit the terminal."""
    unlimited = console.options.update(max_width=_UNLIMITED)
    fitted: dict[int, RenderableType] = {}
    for room in _NAME_WIDTHS:
        pieces = dict(enumerate(tables(room)))
        for index, piece in pieces.items():
            if index not in fitted and console.measure(piece, options=unlimited).maximum <= console.width:
                fitted[index] = piece
        if len(fitted) == len(pieces):
            break
    return [fitted.get(index, piece) for index, piece in pieces.items()]


def tolerate_encoding(*streams: TextIO | None) -> None:
    """Let the streams take any text: what their encoding lacks is written as an escape."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _discard_stdout() -> None:
    """Send what is left in the buffer nowhere, or the interpreter would complain about it when it exits."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
