"""The share of the processors that others use."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from benchmarks import other_load
from benchmarks.other_load import busy_share


def test_busy_share() -> None:
    assert busy_share((10, 100), (30, 200)) == 0.2
    assert busy_share((10, 100), (10, 100)) == 0.0


def test_reads_the_first_line_of_proc_stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  10 0 10 70 10 0 0 0 5 5\ncpu0 1 1 1 1\n")
    monkeypatch.setattr(other_load, "_STAT", stat)
    # user + 30, idle + 50, iowait + 10, steal + 10: 40 of 100
    later = threading.Timer(0.05, stat.write_text, ["cpu  40 0 10 120 20 0 0 10 5 5\n"])
    later.start()
    assert other_load.other_load(0.5) == 0.4
    later.join()
    monkeypatch.setattr(other_load, "_STAT", tmp_path / "missing")
    assert other_load.other_load(0.0) is None
