"""The measured part of docs/compression.md: tables, and plots beside the page."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compression.figure import bytes_by_part, size_against_error
from benchmarks.compression.job import Row
from benchmarks.compression.task import FASHION, LENETS, TASKS, Task

BEGIN = "<!-- measured: begin (make compress-bench writes what is between these lines) -->"
END = "<!-- measured: end -->"
FASHION_BEGIN = "<!-- fashion: begin (make compress-fashion writes what is between these lines) -->"
FASHION_END = "<!-- fashion: end -->"


@dataclass(frozen=True)
class _Section:
    """A part of the page: the networks between its two marks, and what the names of its plots begin with."""

    tasks: tuple[Task, ...]
    begin: str
    end: str
    plots: str


_SECTIONS = (
    _Section(LENETS, BEGIN, END, "compression"),
    _Section((FASHION,), FASHION_BEGIN, FASHION_END, "compression-fashion"),
)


def write_document(page: Path, rows: Sequence[Row]) -> None:
    """Put the tables between the page's marks, and the plots beside it; sections without rows stay as they are. Raises
    ``ValueError`` where marks are missing.
    """
    for section in _SECTIONS:
        names = [task.name for task in section.tasks]
        own = sorted((row for row in rows if row.network in names), key=lambda row: (row.network, row.seed))
        if own:
            page.with_name(f"{section.plots}-error.svg").write_text(size_against_error(own))
            page.with_name(f"{section.plots}-parts.svg").write_text(bytes_by_part(own))
            replace_between(page, section.begin, section.end, measured(own, section.plots))


def replace_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put the text between the page's two marks. Raises ``ValueError`` without marks."""
    before, found, rest = page.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{page} has no lines {begin!r} and {end!r}")
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}")


def measured(rows: Sequence[Row], plots: str) -> str:
    """The tables, and the plots, whose names begin so."""
    parts = [_files(rows)]
    for task in TASKS:
        own = [row for row in rows if row.network == task.name]
        if own:
            parts.append(f"{_summary(task, own)}\n\n{_layers(task, own[0])}")
    parts.append(f"![Test error against size of the file]({plots}-error.svg)\n\n![Bytes by part]({plots}-parts.svg)")
    return "\n\n".join(parts) + "\n"


def _files(rows: Sequence[Row]) -> str:
    header = (
        "| network | seed | fp32 bytes | file bytes | smaller | dense error | file error | "
        "held back: dense | file | minutes |"
    )
    lines = [header, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    titles = {task.name: task.title for task in TASKS}
    for row in rows:
        lines.append(
            f"| {titles[row.network]} | {row.seed} | {row.dense_bytes:,} | {row.file_bytes:,} | {row.ratio:.1f}x | "
            f"{row.dense_error:.2f} % | {row.file_error:.2f} % | {row.held_back_dense_error:.2f} % | "
            f"{row.held_back_file_error:.2f} % | {row.seconds / 60:.1f} |"
        )
    return "\n".join(lines)


def _summary(task: Task, rows: Sequence[Row]) -> str:
    ratio = statistics.median(row.ratio for row in rows)
    error = statistics.median(row.file_error for row in rows)
    count = f"median of {len(rows)} seeds" if len(rows) > 1 else "one seed"
    found = f"### {task.title}\n\n{ratio:.1f}x smaller at {error:.2f} % ({count}); the goal is {task.goal:.0f}x at "
    paper = task.reported
    if paper is None:
        return f"{found}{task.loss:.1f} points above the dense network at most. Layers of seed {rows[0].seed}:"
    return (
        f"{found}{task.largest_error:.2f} % at most. The paper has {paper.ratio:.0f}x, from {paper.dense_error:.2f} to "
        f"{paper.error:.2f} %. Layers of seed {rows[0].seed}, with the paper's Tables 2 and 3 in brackets:"
    )


def _layers(task: Task, row: Row) -> str:
    lines = ["| layer | kept | bits a kept weight | bytes | of that gaps | codes | biases |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    model = {name: weight.numel() for name, weight in task.network().named_parameters()}
    papers = task.reported.layers if task.reported is not None else (None,) * len(row.layers)
    for layer, paper in zip(row.layers, papers, strict=True):
        parts = layer["parts"]
        kept = f"{100 * layer['non_zeros'] / model[layer['name'] + '.weight']:.1f} %"
        bits = f"{layer['bits_per_weight']:.1f}"
        if paper is not None:
            kept += f" ({100 * paper.kept:.0f} %)"
            bits += f" ({paper.weight_bits_huffman + paper.index_bits_huffman:.1f})"
        lines.append(
            f"| {layer['name']} | {kept} | {bits} | {layer['bytes']:,} | {parts['gaps']:,} | "
            f"{parts['codes']:,} | {parts['biases']:,} |"
        )
    lines.append(f"| graph |  |  | {row.structure_bytes:,} |  |  |  |")
    return "\n".join(lines)
