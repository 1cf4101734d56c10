"""``make demo``: MNIST -> dense -> pruned, shared, coded -> .dcmodel -> the test digits through the C++ runtime."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import click
from rich.console import Console

from dcmobile import DcmError
from dcmobile.fileformat import read_file
from dcmobile.report.paper_accounting import PaperCount, count_layer
from examples.mnist import data, summary
from examples.mnist.job import Job
from examples.mnist.progress import run_side_by_side
from examples.mnist.task import TASKS

#: The paper's width of a relative index on these networks (Tables 2 and 3).
PAPER_INDEX_BITS = 5


@click.command()
@click.option("--seeds", default=1, show_default=True, type=click.IntRange(1, 100), help="How many seeds, from 0.")
@click.option(
    "--network", "networks", multiple=True, type=click.Choice([task.name for task in TASKS]), help="Default: all."
)
@click.option("--output", default=Path("build/demo"), show_default=True, type=click.Path(path_type=Path))
@click.option("--fresh", is_flag=True, help="Train anew instead of going on from what earlier runs left.")
def main(seeds: int, networks: tuple[str, ...], output: Path, fresh: bool) -> None:
    """Train, compress and run LeNet-300-100 and LeNet-5 on all of MNIST."""
    console = Console()
    start = time.monotonic()
    try:
        folder = data.fetch()
        console.print(f"MNIST: 60,000 + 10,000 digits, checksums right, in {folder}", highlight=False)
        chosen = [task for task in TASKS if not networks or task.name in networks]
        longest_first = sorted(chosen, key=lambda task: task.cost, reverse=True)
        jobs = [Job(task.name, seed, output, fresh) for seed in range(seeds) for task in longest_first]
        rows: list[summary.Row] = []
        for row in run_side_by_side(jobs, console):
            rows.append(row)
            rows.sort(key=lambda each: (each.network, each.seed))
            summary.write_report(rows, output / "report.json")
        for task in chosen:
            shutil.copyfile(output / "seed0" / f"{task.name}.dcmodel", output / f"{task.name}.dcmodel")
        _show(rows, console, output, time.monotonic() - start)
    except (DcmError, data.DataError, OSError) as problem:
        console.print(f"demo: error: {problem}", style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("\nStopped. The same command goes on from here.")
        sys.exit(130)


def _show(rows: list[summary.Row], console: Console, output: Path, seconds: float) -> None:
    reported = {task.name: task.reported for task in TASKS}
    for row in rows:
        if row.seed == 0:
            console.print()
            console.print(summary.layer_table(row, reported[row.network].title))
            console.print()
            console.print(summary.paper_table(_paper_counts(Path(row.file)), reported[row.network]))
    console.print()
    console.print(summary.network_table(rows, reported))
    console.print()
    summary.print_verdict(console, rows, reported)
    console.print(f"{seconds:.0f} s. Figures: {output / 'report.json'}", highlight=False)


def _paper_counts(file: Path) -> list[tuple[str, PaperCount]]:
    """The layers of a file, in order, counted as the paper counts."""
    graph = read_file(file).graph
    counts = []
    for op in graph.ops:
        sharing = graph.weights[op.weights["weight"]].sharing if "weight" in op.weights else None
        if sharing is not None:
            bits = max(1, (sharing.centroids.size - 1).bit_length())
            counts.append((op.name, count_layer(sharing, bits, PAPER_INDEX_BITS)))
    return counts


if __name__ == "__main__":
    main()
