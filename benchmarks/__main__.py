"""``python -m benchmarks``: this project beside its peers, in one run; see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants import Contestant, DcmobileContestant, PeerContestant, default_program
from benchmarks.files import ensure_files, ensure_network
from benchmarks.folder import BUILD, network_folder
from benchmarks.layers import LAYERS
from benchmarks.machine import describe_machine
from benchmarks.markdown import measured, replace_measured
from benchmarks.networks import NETWORKS
from benchmarks.peers import PEERS
from benchmarks.race import race_file, run_race
from benchmarks.results import OWN, Race, load_races, rows, write_report

_DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> int:
    """Prepare, race, report."""
    options = _options()
    everything = {each.name for each in (*NETWORKS, *LAYERS)}
    if unknown := [name for name in options.networks if name not in everything]:
        print(f"no network is called {unknown[0]!r}; there is {', '.join(sorted(everything))}", file=sys.stderr)
        return 2
    if not options.program.exists():
        print(f"{options.program} is missing: make bench builds it, or say --program", file=sys.stderr)
        return 2
    BUILD.mkdir(parents=True, exist_ok=True)
    machine = describe_machine(max(os.sched_getaffinity(0)))
    for name in options.networks:
        for threads in options.threads:
            _race(name, threads, options)
    if options.layers:
        for layer in LAYERS:
            _race(layer.name, 1, options)
    _report(options, machine)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [peer.name for peer in PEERS]
    parser.add_argument("--networks", type=_list, default=[each.name for each in NETWORKS], help="which, with commas")
    parser.add_argument("--peers", type=_list, default=names, help=f"which, with commas: {','.join(names)}")
    parser.add_argument("--threads", type=_numbers, default=[1, 2], help="1,2")
    parser.add_argument("--rounds", type=int, default=5, help="of each runtime, network and number of threads (5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a round (1)")
    parser.add_argument("--layers", action="store_true", help="single layers too, batch 1 and 64")
    parser.add_argument("--huffman", action="store_true", help="decoding beside zstd's too")
    parser.add_argument("--resume", action="store_true", help="leave out what an earlier call finished")
    parser.add_argument("--program", type=Path, default=default_program(), help="dcmobile-bench")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/benchmarks.md alone")
    return parser.parse_args()


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _numbers(text: str) -> list[int]:
    return [int(part) for part in _list(text)]


def _race(name: str, threads: int, options: argparse.Namespace) -> None:
    if options.resume and any(race.complete for race in load_races([name], [threads])):
        return
    folder = network_folder(name)
    _tell(f"{name}: files")
    ensure_network(folder)
    cpus = sorted(os.sched_getaffinity(0))[-threads:]
    contestants: list[Contestant] = [DcmobileContestant(options.program, folder, threads, cpus)]
    missing = {}
    for peer in PEERS:
        if peer.name in options.peers:
            reason = ensure_files(peer, folder)
            if reason is None:
                contestants.append(PeerContestant(peer, folder, threads, cpus))
            else:
                missing[peer.name] = reason
    run_race(name, threads, contestants, missing, options.rounds, options.seconds, _tell)


def _report(options: argparse.Namespace, machine: dict[str, Any]) -> None:
    names = [each.name for each in (*NETWORKS, *LAYERS)]
    races = load_races(names, [1, 2])
    report: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "machine": machine,
        "versions": _versions(races),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "rows": rows(races),
        "huffman": _huffman(options),
    }
    print(write_report(report))
    if not options.no_docs:
        from benchmarks.plot import plot_layers, plot_networks

        replace_measured(_DOCS / "benchmarks.md", measured(report, races))
        plot_networks(races, _DOCS / "benchmarks.png")
        if any(race_file(layer.name, 1).exists() for layer in LAYERS):
            plot_layers(races, _DOCS / "benchmarks-layers.png")


def _versions(races: Sequence[Race]) -> dict[str, str]:
    found: dict[str, str] = {}
    for race in races:
        for name in (OWN, *(peer.name for peer in PEERS)):
            if (facts := race.timed(name)) and facts.get("version"):
                found[name] = facts["version"]
    return found


def _huffman(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measured now, or what an earlier call found."""
    from benchmarks.huffman import kept, measure

    return measure(options.rounds, options.seconds) if options.huffman else kept()


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
