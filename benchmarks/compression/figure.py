"""Plots of docs/compression.md: SVG that any browser shows, without scripts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from benchmarks.compression.job import Row
from benchmarks.compression.task import TASKS, task_of

_WIDTH, _HEIGHT = 420, 300
_LEFT, _TOP, _RIGHT, _BOTTOM = 60, 40, 20, 45
_COLOURS = ("#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677", "#aa3377", "#777777")
#: Parts of a file, as ``dcmobile inspect`` calls them, and what is not of a layer.
_PARTS = ("gaps", "codes", "biases", "codebook", "tables", "chunk_records", "graph")


def size_against_error(rows: Sequence[Row]) -> str:
    """A panel a network: the paper's file, each seed's dense network and file."""
    panels = []
    for number, task in enumerate(task for task in TASKS if any(row.network == task.name for row in rows)):
        own = [row for row in rows if row.network == task.name]
        points: list[tuple[float, float, str, str]] = [
            (row.file_bytes, row.file_error, f"seed {row.seed}", _COLOURS[row.seed % 3]) for row in own
        ]
        if task.reported is not None:
            points.insert(0, (task.reported.kb * 1000, task.reported.error, "paper", _COLOURS[6]))
        dense = [(row.dense_error, f"seed {row.seed}, dense", _COLOURS[row.seed % 3]) for row in own]
        panels.append(_panel(number, f"{task.title}: test error (%) against bytes", points, dense))
    return _document(len(panels) * _WIDTH, _HEIGHT, panels)


def bytes_by_part(rows: Sequence[Row]) -> str:
    """A bar a file: what its parts take."""
    parts = [_text(20, 24, "Bytes of each file by part", size=14)]
    scale = 560 / max(row.file_bytes for row in rows)
    for line, row in enumerate(rows):
        y, x = 60 + 26 * line, 190.0
        parts.append(_text(180, y + 13, f"{task_of(row.network).title}, seed {row.seed}", "end"))
        for name, size in _sizes(row).items():
            colour = _COLOURS[_PARTS.index(name)]
            tip = f"<title>{name}: {size:,} bytes</title>"
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{size * scale:.1f}" height="18" fill="{colour}">{tip}</rect>'
            )
            x += size * scale
        parts.append(_text(x + 6, y + 13, f"{row.file_bytes:,}"))
    for number, name in enumerate(_PARTS):
        x = 190.0 + 90 * number
        parts.append(f'<rect x="{x:.0f}" y="38" width="10" height="10" fill="{_COLOURS[number]}"/>')
        parts.append(_text(x + 14, 47, name.replace("_", " ")))
    return _document(840, 70 + 26 * len(rows), parts)


def _sizes(row: Row) -> dict[str, int]:
    found = {name: sum(int(layer["parts"].get(name, 0)) for layer in row.layers) for name in _PARTS if name != "graph"}
    return {**found, "graph": row.file_bytes - sum(found.values())}


def _panel(
    number: int,
    title: str,
    points: Sequence[tuple[float, float, str, str]],
    lines: Sequence[tuple[float, str, str]],
) -> str:
    sizes = [math.log10(size) for size, _, _, _ in points]
    errors = [error for _, error, _, _ in points] + [error for error, _, _ in lines]
    left, right = min(sizes) - 0.1, max(sizes) + 0.1
    low, high = min(errors) - 0.05, max(errors) + 0.05

    def place(size: float, error: float) -> tuple[float, float]:
        across = (math.log10(size) - left) / (right - left)
        up = (error - low) / (high - low)
        return (
            number * _WIDTH + _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
            _TOP + (1 - up) * (_HEIGHT - _TOP - _BOTTOM),
        )

    start, end = number * _WIDTH + _LEFT, (number + 1) * _WIDTH - _RIGHT
    bottom = _HEIGHT - _BOTTOM
    parts = [
        _text(start, 24, title, size=14),
        f'<path d="M{start} {_TOP}V{bottom}H{end}" fill="none" stroke="#222"/>',
    ]
    for step in range(math.ceil(low * 10), math.floor(high * 10) + 1):
        y = place(10**left, step / 10)[1]
        parts.append(
            f'<path d="M{start - 4} {y:.1f}h4" stroke="#222"/>' + _text(start - 8, y + 4, f"{step / 10}", "end")
        )
    for mark in (5000, 6000, 7000, 8000, 10000, 15000, 20000, 40000):
        if left <= math.log10(mark) <= right:
            x = place(mark, low)[0]
            parts.append(f'<path d="M{x:.1f} {bottom}v4" stroke="#222"/>')
            parts.append(_text(x, bottom + 18, f"{mark // 1000}k", "middle"))
    labelled: list[float] = []
    for error, label, colour in sorted(lines):
        y = place(10**left, error)[1]
        above = _free(y - 4, labelled)
        labelled.append(above)
        parts.append(_text(end, above, label, "end", size=10))
        tip = f"<title>{escape(label)}: {error:.2f} %</title>"
        parts.append(
            f'<path d="M{start} {y:.1f}H{end}" stroke="{colour}" stroke-dasharray="4 4" stroke-width="1.5">{tip}</path>'
        )
    for size, error, label, colour in points:
        x, y = place(size, error)
        tip = f"<title>{escape(label)}: {size:,.0f} bytes, {error:.2f} %</title>"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}">{tip}</circle>')
        parts.append(_text(x + 8, y - 6, label, size=10))
    return "\n".join(parts)


def _free(y: float, taken: Sequence[float], height: float = 11) -> float:
    """The place of a label at y or, where another one is, above that."""
    while any(abs(y - other) < height for other in taken):
        y -= 1
    return y


def _document(width: int, height: int, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11" fill="#222">\n<rect width="{width}" height="{height}" fill="#fff"/>'
    )
    return "\n".join((head, *parts, "</svg>")) + "\n"


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
