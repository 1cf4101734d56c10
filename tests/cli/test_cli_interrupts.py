from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable

import pytest

from dcmobile.cli.interrupts import Interrupts


def _press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def _interrupted(work: Callable[[Interrupts], None]) -> bool:
    """Whether the work under ``Interrupts`` ends with a ``KeyboardInterrupt``."""
    try:
        with Interrupts() as interrupts:
            work(interrupts)
    except KeyboardInterrupt:
        return True
    return False


def _swallow() -> None:
    """What torch does while it imports numpy."""
    with contextlib.suppress(KeyboardInterrupt):
        _press_ctrl_c()


def test_raises_at_once_and_restores_the_handler() -> None:
    before = signal.getsignal(signal.SIGINT)
    reached = []

    def work(_: Interrupts) -> None:
        _press_ctrl_c()
        reached.append("after Ctrl-C")

    assert _interrupted(work)
    assert reached == []
    assert signal.getsignal(signal.SIGINT) is before


def test_held_until_the_end_of_the_block() -> None:
    reached = []

    def work(interrupts: Interrupts) -> None:
        with interrupts.held():
            _press_ctrl_c()
            reached.append("the end of the block")
        reached.append("after the block")

    assert _interrupted(work)
    assert reached == ["the end of the block"]


def test_a_swallowed_interrupt_is_found_again() -> None:
    def work(interrupts: Interrupts) -> None:
        _swallow()
        interrupts.check()

    assert _interrupted(work)
    assert not _interrupted(lambda interrupts: interrupts.check())


def test_an_error_after_a_swallowed_interrupt_is_the_interrupt() -> None:
    def work(_: Interrupts) -> None:
        _swallow()
        raise AttributeError("module 'numpy' has no attribute 'nonzero'")

    assert _interrupted(work)


def test_other_errors_pass() -> None:
    def work(_: Interrupts) -> None:
        raise ValueError("as it was")

    with pytest.raises(ValueError, match="as it was"):
        _interrupted(work)


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            _press_ctrl_c()
            interrupts.check()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_works_in_a_thread() -> None:
    done = []

    def work() -> None:
        with Interrupts() as interrupts, interrupts.held():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
