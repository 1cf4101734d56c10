"""One network on one number of threads: every runtime loads, then rounds go round all of them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.contestants import Contestant, ContestantError
from benchmarks.folder import BUILD
from benchmarks.other_load import other_load

Tell = Callable[[str], None]


def race_file(network: str, threads: int) -> Path:
    """Where the result of a race is kept."""
    return BUILD / "races" / f"{network}.{threads}.json"


def run_race(
    network: str,
    threads: int,
    contestants: Iterable[Contestant],
    missing: dict[str, str],
    rounds: int,
    seconds: float,
    tell: Tell,
) -> None:
    """Time them; ``race_file`` is written anew after every round, so that what was measured is kept.

    missing: runtimes that cannot take part, with the reason. seconds: of a round of one runtime.
    """
    runtimes: dict[str, Any] = {name: {"failed": reason} for name, reason in missing.items()}
    result: dict[str, Any] = {
        "network": network,
        "threads": threads,
        "complete": False,
        "other_load": [],
        "runtimes": runtimes,
    }
    running: list[Contestant] = []
    try:
        for contestant in contestants:
            tell(f"{network}, {threads} threads: loading {contestant.name}")
            running.append(contestant)
            _attempt(contestant, running, runtimes, lambda each: runtimes.update({each.name: each.start()}))
        for number in range(rounds):
            tell(f"{network}, {threads} threads: round {number + 1} of {rounds}")
            result["other_load"].append(other_load())
            for contestant in list(running):
                _attempt(contestant, running, runtimes, lambda each: _add_round(runtimes, each, seconds))
            _write(result)
        result["complete"] = True
        _write(result)
    finally:
        for contestant in running:
            contestant.stop()


def _attempt(
    contestant: Contestant, running: list[Contestant], runtimes: dict[str, Any], step: Callable[[Contestant], None]
) -> None:
    """A runtime that fails leaves the race and the reason."""
    try:
        step(contestant)
    except (ContestantError, OSError, ValueError) as error:
        contestant.stop()
        running.remove(contestant)
        runtimes[contestant.name] = {"failed": str(error)}


def _add_round(runtimes: dict[str, Any], contestant: Contestant, seconds: float) -> None:
    facts = runtimes[contestant.name]
    rounds = facts.setdefault("rounds", [])
    rounds.append(contestant.round(seconds))
    medians = [each["median_ms"] for each in rounds]
    facts["median_ms"] = statistics.median(medians)
    facts["spread_ms"] = [min(medians), max(medians)]
    facts["min_ms"] = min(each["min_ms"] for each in rounds)


def _write(result: dict[str, Any]) -> None:
    file = race_file(result["network"], result["threads"])
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(result, indent=1))
    draft.replace(file)
