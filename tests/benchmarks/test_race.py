"""Rounds go round, what fails leaves, and what was measured is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import race, results
from benchmarks.contestants import Contestant, ContestantError


class Fake(Contestant):
    """Answers from a list; writes down its turns."""

    def __init__(self, name: str, times: list[float], turns: list[str], fails_at: int | None = None) -> None:
        self.name = name
        self._times = list(times)
        self._turns = turns
        self._fails_at = fails_at
        self.stopped = 0

    def start(self) -> dict[str, Any]:
        if self._fails_at == 0:
            raise ContestantError("cannot load")
        return {"load_ms": 1.0}

    def round(self, seconds: float) -> dict[str, float]:
        self._turns.append(self.name)
        if self._fails_at is not None and self._turns.count(self.name) == self._fails_at:
            raise ContestantError("crashed")
        time = self._times.pop(0)
        return {"runs": 3, "median_ms": time, "min_ms": time / 2}

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    file = tmp_path / "races" / "net.1.json"
    for module in (race, results):
        monkeypatch.setattr(module, "race_file", lambda network, threads: file)
    monkeypatch.setattr(race, "other_load", lambda: 0.25)
    return lambda: dict(json.loads(file.read_text()))


def run(contestants: list[Fake], rounds: int) -> None:
    race.run_race("net", 1, contestants, {"absent": "not installed"}, rounds, 0.1, lambda line: None)


def test_rounds_are_interleaved_and_summed_up(kept: Callable[[], dict[str, Any]]) -> None:
    turns: list[str] = []
    first, second = Fake("dcmobile", [3.0, 1.0, 2.0], turns), Fake("mnn", [6.0, 4.0, 9.0], turns)
    run([first, second], 3)
    assert turns == ["dcmobile", "mnn"] * 3
    assert first.stopped == second.stopped == 1
    result = kept()
    assert result["complete"]
    assert result["runtimes"]["absent"] == {"failed": "not installed"}
    facts = result["runtimes"]["mnn"]
    assert (facts["median_ms"], facts["min_ms"], facts["spread_ms"]) == (6.0, 2.0, [4.0, 9.0])
    assert len(facts["rounds"]) == 3
    (loaded,) = results.load_races(["net"], [1])
    assert loaded.other_load == [0.25, 0.25, 0.25]
    assert loaded.best_peer() == "mnn"
    assert loaded.ratio("mnn") == 3.0
    assert loaded.ratio("absent") is None


def test_a_runtime_that_fails_leaves_with_its_reason(kept: Callable[[], dict[str, Any]]) -> None:
    turns: list[str] = []
    crashes, never_loads = Fake("mnn", [5.0, 5.0], turns, 2), Fake("ncnn", [], turns, 0)
    run([crashes, never_loads, Fake("dcmobile", [1.0, 1.0, 1.0], turns)], 3)
    assert turns == ["mnn", "dcmobile", "mnn", "dcmobile", "dcmobile"]
    assert crashes.stopped == never_loads.stopped == 1
    runtimes = kept()["runtimes"]
    assert runtimes["mnn"] == {"failed": "crashed"}
    assert runtimes["ncnn"] == {"failed": "cannot load"}
    assert len(runtimes["dcmobile"]["rounds"]) == 3


def test_an_interrupted_race_is_kept_as_far_as_it_went(kept: Callable[[], dict[str, Any]]) -> None:
    turns: list[str] = []

    class Interrupting(Fake):
        def round(self, seconds: float) -> dict[str, float]:
            if self._turns.count(self.name) == 1:
                raise KeyboardInterrupt
            return super().round(seconds)

    contestant = Interrupting("dcmobile", [1.0, 1.0], turns)
    with pytest.raises(KeyboardInterrupt):
        run([contestant], 2)
    assert contestant.stopped == 1
    result = kept()
    assert not result["complete"]
    assert len(result["runtimes"]["dcmobile"]["rounds"]) == 1
