"""The charts of the layers: bytes, density and bits of all of them; codebook and gaps of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dcmobile.report.layer_row import PARTS, LayerRow
from dcmobile.report.page.charts import Axis, Tick, axis, columns, positions, stacked_columns, stems
from dcmobile.report.page.parts import PART_NAMES
from dcmobile.report.printable import printable, shortened
from dcmobile.report.quantities import bits_text, bytes_text, percent_text

# So many layers have their names under the columns; more have some of their numbers.
_NAMED_LAYERS = 8
_NAME_CHARACTERS = 44


@dataclass(frozen=True)
class Plot:
    """paths: key of a colour, path. axis: upwards. ticks: of the axis to the right; at in per cent from the left."""

    paths: tuple[tuple[str, str], ...]
    axis: Axis
    ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True)
class LayerCharts:
    """Three plots over the layers in order of execution. readings: a line of text for each layer."""

    bytes: Plot
    density: Plot
    bits: Plot
    readings: tuple[str, ...]


@dataclass(frozen=True)
class Histogram:
    """values, counts: what the plot shows. label: the same in a few words. zero: where 0 is on its axis to the right,
    in per cent; None if outside.
    """

    plot: Plot
    values: tuple[float, ...]
    counts: tuple[int, ...]
    caption: str
    label: str
    zero: float | None = None


def layer_charts(rows: Sequence[LayerRow]) -> LayerCharts:
    """Of one layer or more."""
    used = [part for part in PART_NAMES if part in PARTS]
    scale = axis(max(row.bytes for row in rows), "B")
    stacks = stacked_columns([[row.parts[part] for part in used] for row in rows], scale)
    shares = axis(100, "%", 2)
    bits = [row.bits_per_weight or 0.0 for row in rows]
    bit_scale = axis(max(bits), "bits", 2)
    return LayerCharts(
        Plot(tuple((f"part-{part}", path) for part, path in zip(used, stacks, strict=True) if path), scale),
        Plot((("plain", columns([100 * row.density for row in rows], shares)),), shares),
        Plot((("plain", columns(bits, bit_scale)),), bit_scale, _layer_ticks(rows)),
        tuple(
            f"{number} {shortened(printable(row.name), 60)}: {bytes_text(row.bytes)} bytes, "
            f"density {percent_text(row.density)}, {bits_text(row.bits_per_weight)} bits a weight"
            for number, row in enumerate(rows, 1)
        ),
    )


def codebook_chart(row: LayerRow) -> Histogram:
    """How many weights have each centroid. The layer must have a codebook that is not empty."""
    pairs = list(zip(row.counts.centroids, row.counts.weights, strict=True))
    zeros = sum(count for value, count in pairs if value == 0)
    # Where every weight has a code, zeros are most of a pruned layer and would leave nothing of the others to see.
    values, counts = zip(*[pair for pair in pairs if pair[0] != 0] or pairs, strict=True)
    scale = axis(max(counts), "", 3)
    ends = (Tick(2, f"{values[0]:.3g}"), Tick(98, f"{values[-1]:.3g}"))
    zero = None
    if values[0] < 0 < values[-1]:
        zero = positions([values[0], 0, values[-1]])[1] / 10
    ticks = ends if values[0] < values[-1] else (Tick(50, f"{values[0]:.3g}"),)
    plot = Plot((("codes", stems(positions(values), counts, scale)),), scale, ticks)
    label = f"{len(values)} centroids; the most frequent one has {bytes_text(max(counts))} weights"
    caption = "Codebook: how many weights have each centroid"
    if zeros and values != (0.0,):
        caption += f"; not drawn: zero, which {bytes_text(zeros)} have"
    rounded = tuple(float(f"{value:.6g}") for value in values)
    return Histogram(plot, rounded, counts, caption, label, zero)


def gap_chart(row: LayerRow) -> Histogram:
    """How often each gap occurs; the skip symbol is the last column. The layer must have gaps."""
    counts = row.counts.gaps
    scale = axis(max(counts), "", 3)
    skip = len(counts) - 1
    paths = stacked_columns([[0, count] if gap == skip else [count, 0] for gap, count in enumerate(counts)], scale)
    band = 100 / len(counts)
    step = max(1, len(counts) // 8)
    ticks = tuple(Tick(round((gap + 0.5) * band, 2), str(gap)) for gap in range(0, skip - step // 2, step))
    plot = Plot((("gaps", paths[0]), ("skips", paths[1])), scale, (*ticks, Tick(100 - band / 2, "skip")))
    caption = f"Gaps: zeros before a kept weight; skip stands for {skip} zeros and no weight"
    label = f"{skip} gaps, and the skip symbol, which occurs {bytes_text(counts[skip])} times"
    return Histogram(plot, tuple(range(len(counts))), counts, caption, label)


def _layer_ticks(rows: Sequence[LayerRow]) -> tuple[Tick, ...]:
    count = len(rows)
    if count <= _NAMED_LAYERS:
        room = _NAME_CHARACTERS // count
        return tuple(
            Tick(100 * (index + 0.5) / count, shortened(printable(row.name), room)) for index, row in enumerate(rows)
        )
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, count) if count / size <= 12)
    numbers = [1, *range(step, count + 1, step)] if step > 1 else list(range(1, count + 1))
    return tuple(Tick(round(100 * (number - 0.5) / count, 2), str(number)) for number in numbers)
