"""Codes and zeros chosen together for what they cost in the file and in the loss.

What is least is, over one layer's weights, the sum of ``importance (w - c)^2 + rate * bits``: c is the centroid of the
weight's code, or zero; bits are those of its code and, unlike in plain entropy-constrained quantization (Chou,
Lookabaugh and Gray, IEEE Trans. ASSP 37(1), 1989), of the gaps around it. A weight that stays cuts one gap into two,
and what that costs depends on how long they are: weights stay where others are near. Where a layer is so dense that the
file holds a code for every weight, zero is one of the codes and there are no gaps. Where dead channels leave the file,
the last weight of a row takes the row's bias with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile.encode.gap_bits import Places, Wide, entropy, gap_cost, gap_lengths, gaps_of, smooth_bits

Codes = npt.NDArray[np.int64]

#: Bits that a centroid's code takes in the table of code lengths.
_TABLE_BITS = 4


@dataclass
class Assignment:
    """One layer as it is shared now; ``improve`` changes codes, centroids and alive.

    places: flat indices, ascending, of the weights that may stay. size: of the whole weight. values, importance: of
    those weights, float64. codes: of those, 0 for zero, ``i + 1`` for centroid i. centroids: float64; of those that are
    not alive no weight has the code. centroid_bits: of one in the file. row_size: weights of a row; row_bits: what a
    row with any weight costs beside them, 0 where it costs the same without.
    """

    places: Places
    size: int
    values: Wide
    importance: Wide
    codes: Codes
    centroids: Wide
    alive: npt.NDArray[np.bool_]
    centroid_bits: int = 16
    row_size: int = 1
    row_bits: int = 0

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Weights of each centroid."""
        return np.bincount(self.codes, minlength=self.centroids.size + 1)[1:].astype(np.int64)

    def improve(self, rate: float) -> None:
        """One round: centroids that do not pay go, codes and zeros are chosen anew, centroids move to their means."""
        bits = smooth_bits(self.counts)
        errors = self.importance[:, np.newaxis] * np.square(self.values[:, np.newaxis] - self.centroids)
        costs = np.where(self.alive, errors + rate * bits, np.inf)
        self._drop_one(costs, rate)
        best = costs.argmin(1)
        cost = costs[np.arange(best.size), best]
        lost = self.importance * np.square(self.values)
        if self._is_sparse():
            self._choose_with_gaps(best + 1, lost - cost, rate)
        else:
            self._choose_with_zero(best + 1, costs, lost, rate)
        self.move_centroids()

    def move_centroids(self) -> None:
        """Each centroid to the mean of its weights by their importance; one without weights is not alive any more."""
        sums = np.bincount(self.codes, self.importance * self.values, self.centroids.size + 1)[1:]
        weights = np.bincount(self.codes, self.importance, self.centroids.size + 1)[1:]
        self.alive = self.alive & (self.counts > 0)
        self.centroids = np.where(self.alive, sums / np.where(weights > 0, weights, 1), self.centroids)

    def bits(self) -> float:
        """What gaps and codes take now, by their entropy."""
        return min(self._sparse_bits(), self._dense_bits())

    def _is_sparse(self) -> bool:
        return self._sparse_bits() <= self._dense_bits()

    def _sparse_bits(self) -> float:
        return gap_cost(self.places[self.codes > 0], self.size) + entropy(self.counts)

    def _dense_bits(self) -> float:
        return entropy(np.append(self.counts, self.size - int(self.counts.sum())))

    def _drop_one(self, costs: Wide, rate: float) -> None:
        """Take away the centroid that is the least use, if its weights do as well without it."""
        if np.count_nonzero(self.alive) < 2:
            return
        kept = self.codes > 0
        part = np.partition(costs[kept], 1, axis=1)
        first = costs[kept].argmin(1)
        use = np.bincount(first, part[:, 1] - part[:, 0], self.centroids.size)
        use[~self.alive] = np.inf
        least = int(use.argmin())
        if use[least] < rate * (self.centroid_bits + _TABLE_BITS):
            self.alive[least] = False
            costs[:, least] = np.inf

    def _choose_with_zero(self, best: Codes, costs: Wide, lost: Wide, rate: float) -> None:
        counts = np.append(self.counts, self.size - int(self.counts.sum()))
        bits = smooth_bits(counts)
        full = costs + rate * (bits[:-1] - smooth_bits(self.counts))
        best = full.argmin(1) + 1
        self.codes = np.where(full[np.arange(best.size), best - 1] < lost + rate * bits[-1], best, 0)

    def _choose_with_gaps(self, best: Codes, gain: Wide, rate: float) -> None:
        """gain: what a weight saves by staying, its gaps not counted."""
        stays = self.codes > 0
        if not stays.any():
            return
        lengths = gap_lengths(gaps_of(self.places[stays]), self.size)
        rows = self.places // self.row_size
        for parity in (0, 1):  # of two neighbours only one goes at a time, so that its gaps are what they seem
            kept = np.flatnonzero(stays)
            before = gaps_of(self.places[kept])
            after = np.append(before[1:], -1)
            merged = np.where(after >= 0, lengths[np.minimum(before + after + 1, self.size)], 0)
            bits = lengths[before] + np.where(after >= 0, lengths[after], 0) - merged
            alone = np.bincount(rows[kept])[rows[kept]] == 1
            bits = bits + self.row_bits * alone
            going = (gain[kept] < rate * bits) & (np.arange(kept.size) % 2 == parity)
            if going.all():  # something must be left to measure gaps from
                going[gain[kept].argmax()] = False
            stays[kept[going]] = False
        self._bring_back(stays, rows, gain, lengths, rate)
        self.codes = np.where(stays, best, 0)

    def _bring_back(self, stays: npt.NDArray[np.bool_], rows: Places, gain: Wide, lengths: Wide, rate: float) -> None:
        """Of the zero weights in each gap, the one that saves most comes back, if any saves something."""
        kept, away = self.places[stays], np.flatnonzero(~stays)
        inside = np.searchsorted(kept, self.places[away])
        previous = np.where(inside > 0, kept[np.maximum(inside - 1, 0)], -1)
        last = inside == kept.size
        following = kept[np.minimum(inside, kept.size - 1)]
        before = self.places[away] - previous - 1
        after = np.where(last, 0, following - self.places[away] - 1)
        bits = lengths[before] + np.where(last, 0, lengths[after] - lengths[np.minimum(before + after + 1, self.size)])
        empty = np.bincount(rows[stays], minlength=int(rows[-1]) + 1)[rows[away]] == 0
        saved = gain[away] - rate * (bits + self.row_bits * empty)
        order = np.lexsort((-saved, inside))
        first = np.ones(order.size, np.bool_)
        first[1:] = np.diff(inside[order]) > 0
        chosen = order[first & (saved[order] > 0)]
        stays[away[chosen]] = True


def start(
    places: Places,
    size: int,
    values: Wide,
    importance: Wide,
    centroids: int,
    half: bool,
    row_size: int = 1,
    row_bits: int = 0,
) -> Assignment:
    """All weights kept, centroids evenly over their range."""
    spread = np.linspace(values.min(), values.max(), centroids) if values.size else np.zeros(centroids)
    alive = np.full(centroids, values.size > 0)
    nearest = np.abs(values[:, np.newaxis] - spread).argmin(1) + 1 if values.size else np.zeros(0, np.int64)
    assignment = Assignment(
        places, size, values, importance, nearest, spread, alive, 16 if half else 32, row_size, row_bits
    )
    if values.size:
        assignment.move_centroids()
    return assignment
