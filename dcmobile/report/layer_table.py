"""The layers of a file as tables for people; each fits 80 columns for the networks of the paper."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.box import Box
from rich.table import Table
from rich.text import Text

from dcmobile.encode import Encoding
from dcmobile.report.layer_row import LayerRow
from dcmobile.report.printable import printable, shortened
from dcmobile.report.quantities import (
    bits_text,
    bytes_text,
    mean_bits_text,
    percent_text,
    ratio_text,
    shape_text,
)

#: Longer names of layers give way in the middle, unless the caller asks for all of them.
NAME_WIDTH = 20

#: Rules under the head and between sections, nothing else.
_LINES = Box("    \n    \n ── \n    \n ── \n ── \n    \n    \n")
_STORED_AS = {Encoding.SPARSE_SHARED: "sparse", Encoding.DENSE_SHARED: "codes", Encoding.DENSE: "dense"}
# What the columns of the table of bytes are called; those with nothing in them are left out.
_PART_HEADINGS = {
    "codes": "codes",
    "gaps": "gaps",
    "codebook": "code-\nbook",
    "tables": "Huffman\ntables",
    "chunk_records": "chunk\nrecords",
    "dense": "dense",
    "biases": "biases",
}


def layer_table(rows: Sequence[LayerRow], name_width: int = NAME_WIDTH) -> Table:
    """Each layer with its size before and after, and a last row with the sum.

    "stored as": sparse (gaps and codes), codes (one for every weight) or dense (as it is). "bits a weight":
    ``LayerRow.bits_per_weight``. Bytes include the biases.
    """
    table = plain_table("Layers")
    table.add_column("layer", no_wrap=True)
    table.add_column("shape", no_wrap=True)
    table.add_column("stored\nas", no_wrap=True)
    for heading in ("density", "bits a\nweight", "fp32\nbytes", "bytes", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            name_cell(row.name, name_width),
            shape_text(row.shape),
            _STORED_AS[row.statistics.encoding],
            percent_text(row.density),
            bits_text(row.bits_per_weight),
            bytes_text(row.dense_bytes),
            bytes_text(row.bytes),
            ratio_text(row.ratio),
        )
    if len(rows) > 1:
        dense, stored = sum(row.dense_bytes for row in rows), sum(row.bytes for row in rows)
        kept = sum(row.statistics.non_zeros for row in rows) / sum(row.statistics.elements for row in rows)
        table.add_section()
        ratio = dense / stored if stored else math.inf
        table.add_row("all", "", "", percent_text(kept), "", bytes_text(dense), bytes_text(stored), ratio_text(ratio))
    return table


def symbol_table(rows: Sequence[LayerRow], name_width: int = NAME_WIDTH) -> Table:
    """How many bits a code and a gap take in each layer: at a fixed width, by entropy and after Huffman coding."""
    table = plain_table("Bits a code and a gap: fixed width, entropy, after Huffman coding")
    table.add_column("layer", no_wrap=True)
    for heading in ("centroids", "code\nwidth", "\nentropy", "\nHuffman", "gap\nwidth", "\nentropy", "\nHuffman"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        numbers = row.statistics
        table.add_row(
            name_cell(row.name, name_width),
            _or_dash(row.centroids),
            _or_dash(row.code_bits if numbers.code_symbols else 0),
            mean_bits_text(numbers.code_entropy_bits, numbers.code_symbols),
            mean_bits_text(numbers.code_coded_bits, numbers.code_symbols),
            _or_dash(row.gap_bits),
            mean_bits_text(numbers.gap_entropy_bits, numbers.gap_symbols),
            mean_bits_text(numbers.gap_coded_bits, numbers.gap_symbols),
        )
    return table


def parts_table(rows: Sequence[LayerRow], rest: dict[str, int], name_width: int = NAME_WIDTH) -> Table:
    """Where the bytes go. rest: what belongs to no layer, by its name; with it the last row is the size of the file."""
    used = [part for part in _PART_HEADINGS if any(row.parts[part] for row in rows)]
    table = plain_table("Bytes in the file")
    table.add_column("layer", no_wrap=True)
    for heading in [*(_PART_HEADINGS[part] for part in used), "all"]:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        cells = [bytes_text(row.parts[part]) if row.parts[part] else "-" for part in used]
        table.add_row(name_cell(row.name, name_width), *cells, bytes_text(row.bytes))
    table.add_section()
    for name, size in rest.items():
        table.add_row(name, *[""] * len(used), bytes_text(size))
    totals = [bytes_text(sum(row.parts[part] for row in rows)) for part in used]
    table.add_row("file", *totals, bytes_text(sum(row.bytes for row in rows) + sum(rest.values())))
    return table


def plain_table(title: str) -> Table:
    """An empty table in the style of all of dcmobile's: a title, a rule under the headings and above sums."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=_LINES,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def name_cell(name: str, width: int) -> Text:
    """The name of a layer for a table: safe to print, shortened in the middle, never read as markup."""
    return Text(shortened(printable(name), width))


def _or_dash(number: int) -> str:
    return str(number) if number else "-"
