"""All races that were run, as rows, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.folder import BUILD
from benchmarks.peers import PEERS
from benchmarks.race import race_file

OWN = "dcmobile"
TITLES = {OWN: "**dcmobile**", **{peer.name: peer.title for peer in PEERS}}
PRECISIONS = {OWN: "fp32, shared", **{peer.name: peer.precision for peer in PEERS}}
_COUNTED = {peer.name for peer in PEERS if peer.counts}


@dataclass(frozen=True)
class Race:
    """One network on one number of threads. runtimes: facts by name, those that failed with the reason as "failed".

    other_load: before each round, the share of the processors that other programs used; None where it is not known.
    """

    network: str
    threads: int
    complete: bool
    runtimes: dict[str, dict[str, Any]]
    other_load: list[float | None] = field(default_factory=list)

    def timed(self, name: str) -> dict[str, Any] | None:
        """The facts of a runtime that was timed."""
        facts = self.runtimes.get(name, {})
        return facts if "median_ms" in facts else None

    def best_peer(self, precision: str | None = None) -> str | None:
        """The fastest of those that the goals are ratios to, or of those among them with this precision."""
        names = [name for name in _COUNTED if self.timed(name) and precision in (None, PRECISIONS[name])]
        return min(names, key=lambda name: self.runtimes[name]["median_ms"], default=None)

    def ratio(self, name: str | None, to: str = OWN) -> float | None:
        """How many times as long as a run of ``to`` one of the runtime takes; None if either was not timed."""
        own, other = self.timed(to), self.timed(name or "")
        return None if own is None or other is None else float(other["median_ms"] / own["median_ms"])


def load_races(networks: Sequence[str], threads: Sequence[int]) -> list[Race]:
    """Those that are kept, in the order given."""
    files = [race_file(network, count) for network in networks for count in threads]
    return [Race(**json.loads(file.read_text())) for file in files if file.exists()]


def rows(races: Sequence[Race]) -> list[dict[str, Any]]:
    """A row a network, number of threads and runtime; of those that failed, the reason."""
    return [
        {"network": race.network, "threads": race.threads, "runtime": name, **_row(facts)}
        for race in races
        for name, facts in race.runtimes.items()
    ]


def _row(facts: dict[str, Any]) -> dict[str, Any]:
    if "failed" in facts:
        return {"failed": facts["failed"]}
    keys = ("median_ms", "min_ms", "file_bytes", "peak_rss_bytes", "load_ms", "max_rel_err", "spread_ms")
    more = ("imported_rss_bytes", "first_run_ms", "load_split_ms", "weight_bytes", "version", "rounds")
    return {key: facts.get(key) for key in keys} | {key: facts[key] for key in more if key in facts}


def write_report(report: dict[str, Any]) -> Path:
    """Write build/bench/report.json."""
    file = BUILD / "report.json"
    file.write_text(json.dumps(report, indent=1) + "\n")
    return file
