"""build/compression/report.json, and the same on the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.compression.job import Row
from benchmarks.compression.task import task_of


def write_report(rows: Sequence[Row], path: Path) -> None:
    """All rows as a JSON list, by network and seed."""
    ordered = sorted(rows, key=lambda row: (row.network, row.seed))
    part = path.with_suffix(".part")
    part.write_text(json.dumps([row.to_json() for row in ordered], indent=1) + "\n")
    part.replace(path)


def read_report(path: Path) -> list[Row]:
    """The rows of an earlier run; none if there is no report, or one of another version."""
    try:
        return [Row(**row) for row in json.loads(path.read_text())]
    except (OSError, TypeError, ValueError):
        return []


def reached(row: Row) -> bool:
    """Whether the file is as small and as right as its task asks."""
    task = task_of(row.network)
    return row.ratio >= task.goal and row.file_error <= min(row.dense_error + task.loss + 1e-9, task.largest_error)


def print_rows(console: Console, rows: Sequence[Row]) -> None:
    """A line a file."""
    table = Table(title="Whole files; errors on the 10,000 test pictures", box=box.SIMPLE)
    table.add_column("network", no_wrap=True)
    for heading in ("seed", "dense bytes", "file bytes", "ratio", "goal", "dense err. %", "file err. %", "s"):
        table.add_column(heading, justify="right")
    for row in sorted(rows, key=lambda row: (row.network, row.seed)):
        task = task_of(row.network)
        table.add_row(
            task.title,
            str(row.seed),
            f"{row.dense_bytes:,}",
            f"{row.file_bytes:,}",
            f"{row.ratio:.1f}x",
            f"{task.goal:.0f}x",
            f"{row.dense_error:.2f}",
            f"{row.file_error:.2f}",
            f"{row.seconds:.0f}",
            style="green" if reached(row) else "yellow",
        )
    console.print(table)
