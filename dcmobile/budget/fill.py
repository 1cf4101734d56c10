"""Spends what a choice leaves of its budget.

A layer has some 15 to 28 options, half or a quarter of a bit a weight apart. Where one layer is most of the network, a
step of it is several per cent of the file. Rate and density are continuous: between two options lie others, which
nobody has measured, but what they take and harm lies between too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dcmobile.budget.sensitivity import Choice, LayerSensitivity, Option, Sensitivity
from dcmobile.recipe import LayerRecipe


@dataclass(frozen=True)
class _Step:
    """From the option of a layer to its next larger one that harms less."""

    layer: str
    start: Option
    end: Option

    @property
    def bytes(self) -> int:
        return self.end.bytes - self.start.bytes

    @property
    def worth(self) -> float:
        """Error that a byte saves."""
        return (self.start.error - self.end.error) / self.bytes

    def option(self, share: float) -> Option:
        """What lies so far on the way, 0..1."""
        settings = between(self.start.settings, self.end.settings, share)
        assert settings is not None
        size = self.start.bytes + round(share * self.bytes)
        return Option(settings, size, self.start.error - share * (self.start.error - self.end.error), False)


def fill(measured: Sensitivity, choice: Choice, target_size: int) -> Choice:
    """The choice with what is left of a file of ``target_size`` bytes spent on options between those measured, where a
    byte saves the most error. Sizes and errors of these are interpolated.
    """
    options = dict(choice.options)
    left = target_size - choice.file_bytes
    while left > 0:
        steps = [step for layer in measured.layers if (step := _next_step(layer, options)) is not None]
        if not steps:
            break
        best = max(steps, key=lambda step: step.worth)
        options[best.layer] = best.end if best.bytes <= left else best.option(left / best.bytes)
        left -= options[best.layer].bytes - best.start.bytes
    size, error = target_size - left, sum(option.error for option in options.values())
    return replace(choice, options=options, file_bytes=size, error=error) if options != choice.options else choice


def _next_step(layer: LayerSensitivity, options: Mapping[str, Option]) -> _Step | None:
    start = options[layer.name]
    better = [each for each in layer.options if each.bytes > start.bytes and each.error < start.error]
    end = min(better, key=lambda each: each.bytes, default=None)
    if end is None or between(start.settings, end.settings, 0.5) is None:
        return None
    return _Step(layer.name, start, end)


def between(start: LayerRecipe, end: LayerRecipe, share: float) -> LayerRecipe | None:
    """The settings that lie so far on the way from ``start`` to finer ones, 0..1; None if nothing lies between.

    Rates go evenly by their logarithm, densities by themselves. The larger number of bits does no harm where there is a
    rate: what it leaves unused costs nothing.
    """
    if start.bits is None or end.bits is None or start == end:
        return None
    if start.density is not None and end.density is not None:
        density = start.density + share * (end.density - start.density)
        settings = replace(start, density=_rounded(density))
        return settings if replace(end, density=start.density) == start else None
    if start.density is not None or end.density is not None or not start.rate > end.rate:
        return None
    rate = start.rate * (end.rate / start.rate) ** share if end.rate else start.rate * (1 - share)
    settings = replace(start, bits=max(start.bits, end.bits), rate=_rounded(rate))
    return settings if replace(end, bits=start.bits, rate=start.rate) == start else None


def _rounded(number: float) -> float:
    """Five digits: enough for every byte, and a person can read it in a recipe."""
    return float(f"{number:.5g}")
