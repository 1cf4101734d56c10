"""What the demo prints and writes: per network, per layer, and beside the paper."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from dcmobile.report.paper_accounting import PaperCount, total
from examples.mnist.paper import PaperNetwork


@dataclass(frozen=True)
class Row:
    """One network with one seed. Errors in per cent on the 10,000 test digits; ``file_error`` is the runtime's,
    from the file.

    layers: as ``dcmobile inspect --json`` gives them, bits a weight counted for each kept weight. run_seconds:
    of the runtime over all test digits.
    """

    network: str
    seed: int
    dense_bytes: int
    file_bytes: int
    dense_error: float
    file_error: float
    layers: list[dict[str, Any]]
    file: str
    run_seconds: float

    @property
    def ratio(self) -> float:
        """Dense bytes over the bytes of the whole file."""
        return self.dense_bytes / self.file_bytes

    def to_json(self) -> dict[str, Any]:
        """The row of report.json."""
        return {**asdict(self), "ratio": round(self.ratio, 2)}


def write_report(rows: Sequence[Row], path: Path) -> None:
    """All rows as a JSON list."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps([row.to_json() for row in rows], indent=1) + "\n")
    part.replace(path)


def network_table(rows: Sequence[Row], reported: dict[str, PaperNetwork]) -> Table:
    """Size and error of each network, the paper's beside it."""
    table = _table("Whole files, all bytes counted; errors on the 10,000 test digits")
    for heading in ("network", "seed"):
        table.add_column(heading, no_wrap=True)
    for heading in ("fp32\nbytes", "file\nbytes", "\nsmaller", "\npaper", "dense\nerr. %", "file\nerr. %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        style = "green" if row.file_error <= row.dense_error else "yellow"
        table.add_row(
            reported[row.network].title,
            str(row.seed),
            f"{row.dense_bytes:,}",
            f"{row.file_bytes:,}",
            f"{row.ratio:.1f}x",
            f"{reported[row.network].ratio:.0f}x",
            f"{row.dense_error:.2f}",
            f"[{style}]{row.file_error:.2f}[/]",
        )
    return table


def layer_table(row: Row, title: str) -> Table:
    """What each layer of one file takes."""
    table = _table(f"{title}: layers of {Path(row.file).name}")
    table.add_column("layer", no_wrap=True)
    for heading in (
        "weights",
        "density",
        "code\nbits",
        "gap\nbits",
        "bits a weight\nafter Huffman",
        "bytes",
        "smaller",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for layer in row.layers:
        table.add_row(
            layer["name"],
            f"{layer['elements']:,}",
            f"{100 * layer['density']:.1f} %",
            str(layer["code_bits"]),
            str(layer["gap_bits"] or "-"),
            f"{layer['bits_per_weight']:.2f}",
            f"{layer['bytes']:,}",
            f"{layer['dense_bytes'] / layer['bytes']:.1f}x",
        )
    layers = sum(layer["bytes"] for layer in row.layers)
    table.add_section()
    table.add_row("graph", "", "", "", "", "", f"{row.file_bytes - layers:,}", "")
    table.add_row("file", "", "", "", "", "", f"{row.file_bytes:,}", f"{row.ratio:.1f}x")
    return table


def paper_table(counts: Sequence[tuple[str, PaperCount]], reported: PaperNetwork) -> Table:
    """The paper's own accounting of this network (its Tables 2 and 3), the paper's numbers in brackets."""
    table = _table(f"{reported.title}: counted as the paper counts (the paper's number in brackets)")
    table.add_column("layer", no_wrap=True)
    for heading in ("kept\n%", "code bits\nP+Q", "\nP+Q+H", "index bits\nP+Q", "\nP+Q+H", "ratio\nP+Q+H"):
        table.add_column(heading, justify="right", no_wrap=True)
    for (name, count), layer in zip(counts, reported.layers, strict=True):
        table.add_row(
            name,
            f"{100 * count.kept / count.elements:.0f} ({100 * layer.kept:.0f})",
            f"{count.code_bits / count.entries:.0f} ({layer.weight_bits:g})",
            f"{count.code_bits_huffman / count.entries:.1f} ({layer.weight_bits_huffman:g})",
            f"{count.index_bits / count.entries:.0f} ({layer.index_bits:g})",
            f"{count.index_bits_huffman / count.entries:.1f} ({layer.index_bits_huffman:g})",
            f"{count.ratio_huffman:.0f}x",
        )
    whole = total(count for _, count in counts)
    table.add_section()
    table.add_row(
        "all",
        f"{100 * whole.kept / whole.elements:.0f} (8)",
        "",
        "",
        "",
        "",
        f"{whole.ratio_huffman:.0f}x ({reported.ratio:.0f}x)",
    )
    return table


def print_verdict(console: Console, rows: Sequence[Row], reported: dict[str, PaperNetwork]) -> None:
    """One line a network: smaller by how much, with what loss."""
    for name, paper in reported.items():
        mine = [row for row in rows if row.network == name]
        if not mine:
            continue
        kept = sum(row.file_error <= row.dense_error for row in mine)
        ratio = statistics.median(row.ratio for row in mine)
        console.print(
            f"[bold]{paper.title}[/]: {ratio:.1f}x smaller (median of {len(mine)}), error no higher than the "
            f"dense network's for {kept} of {len(mine)} seeds. "
            f"The paper: {paper.ratio:.0f}x, {paper.dense_error:.2f} -> {paper.error:.2f} %."
        )


def _table(title: str) -> Table:
    """Lines under the headings only: fits 80 columns."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="",
        box=box.SIMPLE,
        padding=(0, 1),
        pad_edge=False,
    )
