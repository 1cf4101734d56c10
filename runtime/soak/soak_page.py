"""The figures of a soak as a section of docs/reliability.md, and as a picture beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- soak: begin -->", "<!-- soak: end -->"
PERCENTILES = ("p50_ns", "p99_ns", "p999_ns", "max_ns")
_WIDTH, _LEFT, _PLOT = 860, 90, (740, 150)
_COLOURS = ("#1f5fa8", "#c8401e", "#3b8f3b")


def write_page(document: Path, reports: dict[str, Any]) -> None:
    """Replace the section between the marks, and the picture."""
    text = document.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    document.write_text(f"{before}{BEGIN}\n{section(reports)}\n{END}{after}")
    document.with_name("reliability-soak.svg").write_text(picture(reports["loop"]))


def section(reports: dict[str, Any]) -> str:
    """A line a part."""
    heads = ("", "contexts x threads", "runs", "time", "memory", "descriptors", "p50", "p99", "p99.9", "slowest")
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    names = {"runs": "LeNet-5 a million times", "loop": "LeNet-5, with reloads beside it"}
    for key, name in names.items():
        report = reports[key]
        first, last = report["samples"][0], report["samples"][-1]
        cells = (
            name,
            f"{report['contexts']} x {report['threads']}",
            f"{report['runs']:,}",
            duration(report["seconds"]),
            f"{megabytes(first)} to {megabytes(last)} MB",
            f"{first['descriptors']} to {last['descriptors']}",
            *(milliseconds(report[column]) for column in PERCENTILES),
        )
        lines.append("| " + " | ".join(cells) + " |")
    loop = reports["loop"]
    medians = [sample["p50_ns"] for sample in loop["samples"] if sample["runs"]]
    lines += [
        "",
        f"In the loop the model was opened, run and closed {loop['reloads']:,} times beside the other runs. The median",
        f"of a sample lay between {milliseconds(min(medians))} and {milliseconds(max(medians))} ms.",
        "Times are in milliseconds; memory and descriptors are those of the first sample and of the last.",
        "",
        "![Memory and latency over time](reliability-soak.svg)",
    ]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """In minutes, or seconds below two of them."""
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


def megabytes(sample: dict[str, Any]) -> str:
    """Resident memory."""
    return f"{sample['resident_bytes'] / 1e6:.2f}"


def milliseconds(ns: float) -> str:
    """With three significant digits."""
    return f"{ns / 1e6:.3g}" if ns < 1e9 else f"{ns / 1e6:,.0f}"


def picture(report: dict[str, Any]) -> str:
    """Two plots over the minutes: memory, and latencies on a logarithmic scale."""
    samples = [sample for sample in report["samples"] if sample["runs"]]
    memory = [("resident memory, MB", [sample["resident_bytes"] / 1e6 for sample in samples])]
    latencies = [
        (label, [sample[key] / 1e6 for sample in samples])
        for label, key in (("p50, ms", "p50_ns"), ("p99, ms", "p99_ns"), ("p99.9, ms", "p999_ns"))
    ]
    times = [time for _, values in latencies for time in values]
    minutes = [sample["seconds"] / 60 for sample in samples]
    height = 2 * (_PLOT[1] + 80)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        'font-size="12" fill="#222">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *_plot(40, minutes, memory, round_ticks(max(memory[0][1])), logarithmic=False),
        *_plot(_PLOT[1] + 110, minutes, latencies, decades(min(times), max(times)), logarithmic=True),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def round_ticks(highest: float) -> list[float]:
    """0 and the next three to seven multiples of 1, 2 or 5 times a power of ten, the last at or above ``highest``."""
    power = 10.0 ** math.floor(math.log10(highest))
    step = next(power * factor for factor in (0.2, 0.5, 1, 2) if highest / (power * factor) <= 6)
    return [step * index for index in range(math.ceil(highest / step) + 1)]


def decades(lowest: float, highest: float) -> list[float]:
    """Powers of ten from the last at or below ``lowest`` to the first at or above ``highest``, two at least."""
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def _plot(
    top: float, minutes: list[float], curves: list[tuple[str, list[float]]], ticks: list[float], logarithmic: bool
) -> Iterator[str]:
    last = max(minutes)

    def height(value: float) -> float:
        share = math.log(value / ticks[0], ticks[-1] / ticks[0]) if logarithmic else value / ticks[-1]
        return top + (1 - share) * _PLOT[1]

    for tick in ticks:
        y = height(tick)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + _PLOT[0]}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{round(tick, 6):,g}</text>'
    for index, (label, values) in enumerate(curves):
        places = (f"{_LEFT + x / last * _PLOT[0]:.1f},{height(y):.1f}" for x, y in zip(minutes, values, strict=True))
        colour = _COLOURS[index]
        yield f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield f'<text x="{_LEFT + 150 * index}" y="{top - 10:.1f}" fill="{colour}">{label}</text>'
    yield (f'<text x="{_LEFT + _PLOT[0]}" y="{top + _PLOT[1] + 18:.1f}" text-anchor="end">{last:.3g} minutes</text>')
