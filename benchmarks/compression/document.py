"""The measured part of docs/compression.md: tables, and plots beside the page."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compression.figure import bytes_by_part, size_against_error
from benchmarks.compression.job import Row
from benchmarks.compression.task import TASKS, Task

BEGIN = "<!-- measured: begin (make compress-bench writes what is between these lines) -->"
END = "<!-- measured: end -->"


def write_document(page: Path, rows: Sequence[Row]) -> None:
    """Put the tables between the page's two marks, and the plots beside it. Raises ``ValueError`` without marks."""
    ordered = sorted(rows, key=lambda row: (row.network, row.seed))
    page.with_name("compression-error.svg").write_text(size_against_error(ordered))
    page.with_name("compression-parts.svg").write_text(bytes_by_part(ordered))
    replace_between(page, BEGIN, END, measured(ordered))


def replace_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put the text between the page's two marks. Raises ``ValueError`` without marks."""
    before, found, rest = page.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{page} has no lines {begin!r} and {end!r}")
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}")


def measured(rows: Sequence[Row]) -> str:
    """The tables."""
    parts = [_files(rows)]
    for task in TASKS:
        own = [row for row in rows if row.network == task.name]
        if own:
            parts.append(f"{_summary(task, own)}\n\n{_layers(task, own[0])}")
    parts.append(
        "![Test error against size of the file](compression-error.svg)\n\n![Bytes by part](compression-parts.svg)"
    )
    return "\n\n".join(parts) + "\n"


def _files(rows: Sequence[Row]) -> str:
    header = (
        "| network | seed | fp32 bytes | file bytes | smaller | dense error | file error | "
        "held back: dense | file | minutes |"
    )
    lines = [header, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    titles = {task.name: task.reported.title for task in TASKS}
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
    paper = task.reported
    count = f"median of {len(rows)} seeds" if len(rows) > 1 else "one seed"
    return (
        f"### {paper.title}\n\n{ratio:.1f}x smaller at {error:.2f} % ({count}); the goal is {task.goal:.0f}x at "
        f"{task.largest_error:.2f} % at most. The paper has {paper.ratio:.0f}x, from {paper.dense_error:.2f} to "
        f"{paper.error:.2f} %. Layers of seed {rows[0].seed}, with the paper's Tables 2 and 3 in brackets:"
    )


def _layers(task: Task, row: Row) -> str:
    lines = ["| layer | kept | bits a kept weight | bytes | of that gaps | codes | biases |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    model = {name: weight.numel() for name, weight in task.network().named_parameters()}
    for layer, paper in zip(row.layers, task.reported.layers, strict=True):
        parts = layer["parts"]
        kept = 100 * layer["non_zeros"] / model[f"{layer['name']}.weight"]
        lines.append(
            f"| {layer['name']} | {kept:.1f} % ({100 * paper.kept:.0f} %) | {layer['bits_per_weight']:.1f} "
            f"({paper.weight_bits_huffman + paper.index_bits_huffman:.1f}) | {layer['bytes']:,} | {parts['gaps']:,} | "
            f"{parts['codes']:,} | {parts['biases']:,} |"
        )
    lines.append(f"| graph |  |  | {row.structure_bytes:,} |  |  |  |")
    return "\n".join(lines)
