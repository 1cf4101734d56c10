"""``python -m benchmarks.compression``: every network with every seed, then the report and docs/compression.md."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
from rich.console import Console

from benchmarks.compression.document import write_document
from benchmarks.compression.job import Job, Row
from benchmarks.compression.report import print_rows, read_report, write_report
from benchmarks.compression.task import LENETS, TASKS
from dcmobile import DcmError
from examples.mnist import data
from examples.mnist.progress import run_side_by_side


@click.command()
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1, 100), help="How many seeds, from 0.")
@click.option(
    "--network",
    "networks",
    multiple=True,
    type=click.Choice([task.name for task in TASKS]),
    help="Default: the LeNets; resnet20 takes hours.",
)
@click.option("--jobs", default=None, type=click.IntRange(1, 64), help="At a time.  [default: one a core]")
@click.option(
    "--output", default=Path("build/compression"), show_default=True, type=click.Path(path_type=Path), metavar="FOLDER"
)
@click.option("--document", type=click.Path(path_type=Path, exists=True), help="The page that gets the tables.")
@click.option(
    "--share",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.01, 1),
    help="Of the training pictures and steps: 0.02 looks at the whole road, and says nothing of errors.",
)
@click.option("--fresh", is_flag=True, help="Train anew instead of going on from what earlier runs left.")
def main(
    seeds: int,
    networks: tuple[str, ...],
    jobs: int | None,
    output: Path,
    document: Path | None,
    share: float,
    fresh: bool,
) -> None:
    """Compress networks as far as they go at no loss, and judge the files."""
    console = Console(width=None if sys.stdout.isatty() else 110)  # a log has room for the table
    if share < 1 and document is not None:
        raise click.UsageError(
            "a share of the training says nothing of errors: --share and --document exclude each other"
        )
    started = time.monotonic()
    folder = output if share == 1 else output / f"share-{share:g}"
    report = folder / "report.json"
    try:
        chosen = [task for task in TASKS if task.name in (networks or [task.name for task in LENETS])]
        for fetch in {task.fetch for task in chosen}:
            fetch()
        work = [Job(task.name, seed, folder, fresh, share) for seed in range(seeds) for task in reversed(chosen)]
        rows: dict[tuple[str, int], Row] = {(row.network, row.seed): row for row in read_report(report)}
        for row in run_side_by_side(work, console, jobs):
            rows[row.network, row.seed] = row
            write_report(list(rows.values()), report)
        print_rows(console, list(rows.values()))
        if document is not None:
            write_document(document, list(rows.values()))
    except (DcmError, data.DataError, OSError, ValueError) as problem:
        console.print(f"compress-bench: error: {problem}", style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("\nStopped. The same command goes on from here.")
        sys.exit(130)
    console.print(f"{time.monotonic() - started:.0f} s. Figures: {report}", highlight=False)


if __name__ == "__main__":
    main()
