"""One option for each layer: the least sum of errors within a budget of bytes.

A multiple-choice knapsack (Kellerer, Pferschy and Pisinger, "Knapsack Problems", 2004, chapter 11), solved by dynamic
programming over the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Budgets that are told apart. Up to so many bytes above the smallest sum the result is exact; beyond, the bytes of an
#: option are rounded up to whole shares of the budget, so that at most one share a layer is left unused.
_STEPS = 1 << 16
#: What an error that is no number or infinite counts as, so that sums stay comparable.
_WORST = 1e30


@dataclass(frozen=True)
class Options:
    """What one layer can be: bytes (whole, not negative) and error of each option, side by side; at least one."""

    bytes: tuple[int, ...]
    errors: tuple[float, ...]


def smallest_sum(layers: Sequence[Options]) -> int:
    """Bytes of the layers with the smallest option each."""
    return sum(min(layer.bytes) for layer in layers)


def allocate(layers: Sequence[Options], budget: int) -> list[int] | None:
    """For each layer the index of its option, so that their bytes are within the budget and their errors add up to the
    least; of equally good ones, few bytes. None if even the smallest options exceed the budget.
    """
    spare = budget - smallest_sum(layers)
    if spare < 0:
        return None
    spare = min(spare, sum(max(layer.bytes) - min(layer.bytes) for layer in layers))
    return _Knapsack(layers, spare).choice(None)


def allocate_error(layers: Sequence[Options], most: float) -> list[int]:
    """For each layer the index of its option, so that the sum of the errors is at most ``most`` with (nearly) the
    fewest bytes; the least error there is where that is impossible.
    """
    spare = sum(max(layer.bytes) - min(layer.bytes) for layer in layers)
    choice = _Knapsack(layers, spare).choice(most)
    # Once more with the budget that was needed, which is smaller and so divided more finely.
    used = sum(layer.bytes[index] for layer, index in zip(layers, choice, strict=True))
    return _Knapsack(layers, used - smallest_sum(layers)).choice(most)


class _Knapsack:
    """Tables of the dynamic program, for every budget up to ``spare`` bytes above the smallest sum.

    ``least[c]`` is the least error with a cost of c steps; ``picks[i][c]`` the option of layer i that it takes.
    """

    def __init__(self, layers: Sequence[Options], spare: int) -> None:
        unit = max(1, -(-spare // _STEPS))
        self._capacity = spare // unit
        self._costs = [[-(-(size - min(layer.bytes)) // unit) for size in layer.bytes] for layer in layers]
        self._picks: list[npt.NDArray[np.uint8]] = []
        self._least = np.zeros(self._capacity + 1)
        for layer, costs in zip(layers, self._costs, strict=True):
            self._add(layer, costs)

    def choice(self, most: float | None) -> list[int]:
        """The options for the whole budget, or for the smallest whose error is at most ``most``."""
        goal = self._least[-1] if most is None else max(most, float(self._least[-1]))
        left = int(np.argmax(self._least <= goal))  # the table never rises, so this is the smallest budget
        found = []
        for costs, picks in zip(reversed(self._costs), reversed(self._picks), strict=True):
            found.append(int(picks[left]))
            left -= costs[found[-1]]
        return found[::-1]

    def _add(self, layer: Options, costs: Sequence[int]) -> None:
        least = np.full(self._least.size, np.inf)
        picks = np.zeros(self._least.size, np.uint8)
        for index in sorted(range(len(costs)), key=lambda index: costs[index]):
            if costs[index] > self._capacity:
                continue
            error = layer.errors[index] if np.isfinite(layer.errors[index]) else _WORST
            total = self._least[: self._least.size - costs[index]] + error
            better = total < least[costs[index] :]
            least[costs[index] :][better] = total[better]
            picks[costs[index] :][better] = index
        self._least = least
        self._picks.append(picks)
