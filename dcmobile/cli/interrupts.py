"""Ctrl-C that is never lost: torch, while it is imported, may swallow a ``KeyboardInterrupt`` and go on by halves."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self


class Interrupts:
    """While it lasts, SIGINT raises ``KeyboardInterrupt`` as ever, and is remembered.

    Whatever error comes out after one was asked for is its doing, and becomes a ``KeyboardInterrupt``. Does nothing in
    a thread other than the main one, and where SIGINT is ignored, as in a shell's background job.
    """

    def __init__(self) -> None:
        self._asked = False
        self._held = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self._asked and isinstance(error, Exception):
            raise KeyboardInterrupt from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is done here is not interrupted; ``KeyboardInterrupt`` comes after it."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        self.check()

    def check(self) -> None:
        """Raise the ``KeyboardInterrupt`` that was asked for and has got lost."""
        if self._asked:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        if not self._held:
            raise KeyboardInterrupt
