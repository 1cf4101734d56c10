"""``dcmobile compress`` killed at any moment: the old file or the new one, never a mixture."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_program import make_program, one_thread
from forked import ended, fork

from dcmobile.cli.main import cli

KILLS = 50
OLD = b"what was there before" * 1000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with one_thread():
        yield make_program(tmp_path_factory.mktemp("program"))


def _compress(program: Path, target: Path) -> None:
    cli.main(["compress", str(program), "-o", str(target), "--bits", "6", "--quiet"], standalone_mode=False)


def _wait_for_part(folder: Path, until: float) -> None:
    """Until the temporary file is there: the moment at which a half-written file could take the old one's place."""
    while time.monotonic() < until and not any(path.suffix == ".tmp" for path in folder.iterdir()):
        pass


def test_fifty_kills(program: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "net.dcmodel"
    start = time.monotonic()
    assert ended(fork(lambda: _compress(program, target))) == 0
    whole = time.monotonic() - start
    new = target.read_bytes()

    rng = random.Random(7)
    outcomes = {"old": 0, "new": 0}
    killed = 0
    for kill in range(KILLS):
        target.write_bytes(OLD)
        child = fork(lambda: _compress(program, target))
        started = time.monotonic()
        if kill % 2:  # anywhere
            time.sleep(rng.uniform(0, 1.1) * whole)
        else:  # about the writing
            _wait_for_part(folder, started + 20 * whole + 30)
            time.sleep(rng.choice((0, 0, 0.0002, 0.001, 0.004)))
        os.kill(child, signal.SIGKILL)
        killed += ended(child) == -signal.SIGKILL
        found = target.read_bytes()
        assert found in (OLD, new), f"kill {kill}: a mixture of {len(found)} bytes"
        outcomes["old" if found == OLD else "new"] += 1
        for left in folder.glob(".*.tmp"):  # nobody is there to remove it after SIGKILL
            left.unlink()
        assert list(folder.iterdir()) == [target]
    assert killed > KILLS / 4, "most children ended before they were killed"
    assert outcomes["old"], outcomes

    # What a killed call left does not disturb the next one.
    assert ended(fork(lambda: _compress(program, target))) == 0
    assert target.read_bytes() == new


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_that_end_a_program(program: Path, tmp_path: Path, number: signal.Signals) -> None:
    target = tmp_path / "net.dcmodel"
    target.write_bytes(OLD)
    child = fork(lambda: _compress(program, target))
    time.sleep(0.05)
    os.kill(child, number)
    ended(child)
    assert target.read_bytes() == OLD or len(target.read_bytes()) > len(OLD)
