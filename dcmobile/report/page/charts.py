"""Charts as paths in a box of 1000 x 100 that the page stretches to its width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1000
HEIGHT = 100


@dataclass(frozen=True)
class Tick:
    """A mark on an axis. at: per cent from the left or from the top. text: beside it."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """From 0 at the bottom to ``top``. ticks: some round numbers between, 0 not among them."""

    top: float
    ticks: tuple[Tick, ...]

    def height(self, number: float) -> float:
        """Of a bar, in the box."""
        return HEIGHT * number / self.top


def axis(largest: float, unit: str = "", marks: int = 4) -> Axis:
    """An axis that ends at the largest number, or at 1 if there is nothing, with at most so many marks."""
    top = largest if largest > 0 else 1.0
    step = _round_step(top / marks)
    texts = [step * index for index in range(1, math.floor(top / step * (1 + 1e-9)) + 1)]
    ticks = tuple(Tick(_short(100 * (1 - value / top)), _amount(value, unit)) for value in texts)
    return Axis(top, ticks)


def stacked_columns(columns: Sequence[Sequence[float]], scale: Axis) -> list[str]:
    """A path for each part: ``columns[i][part]`` is stacked on the parts before it."""
    parts = len(columns[0]) if columns else 0
    paths = [""] * parts
    band = WIDTH / max(len(columns), 1)
    gap = min(0.2 * band, 12)
    for index, column in enumerate(columns):
        left, right, base = index * band + gap / 2, (index + 1) * band - gap / 2, float(HEIGHT)
        for part, amount in enumerate(column):
            if amount > 0:
                top = base - scale.height(amount)
                paths[part] += f"M{_text(left)} {_text(base)}V{_text(top)}H{_text(right)}V{_text(base)}z"
                base = top
    return paths


def columns(amounts: Sequence[float], scale: Axis) -> str:
    """One path of columns side by side."""
    paths = stacked_columns([[amount] for amount in amounts], scale)
    return paths[0] if paths else ""


def positions(values: Sequence[float]) -> list[float]:
    """Where numbers are on a line that they fill but for its ends: 0..1000; all in the middle if they are one."""
    low, high = min(values), max(values)
    if low == high:
        return [WIDTH / 2 for _ in values]
    return [WIDTH * (0.02 + 0.96 * ((value - low) / (high - low))) for value in values]


def stems(places: Sequence[float], amounts: Sequence[float], scale: Axis) -> str:
    """A line up from the bottom for each amount at its place."""
    return "".join(
        f"M{_text(place)} {HEIGHT}V{_text(HEIGHT - scale.height(amount))}"
        for place, amount in zip(places, amounts, strict=True)
    )


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, ... (or 0.1, 0.2, ...) that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def _amount(value: float, unit: str) -> str:
    """A round number with a thousand's prefix, e.g. ``200 kB``, ``2.5 M``, ``40 %``."""
    for limit, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit and unit != "%":
            return f"{value / limit:g} {prefix}{unit}"
    return f"{value:g} {unit}".strip()


def _short(number: float) -> float:
    return round(number, 2)


def _text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
