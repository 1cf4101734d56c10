"""Settles the weights of a layer column by column: each goes to zero or to a centroid, and the columns that are not
settled yet take up the error (GPTQ; for pruning, Frantar and Alistarh, "SparseGPT", ICML 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile.compensate.factors import Factors
from dcmobile.compensate.moments import Wide
from dcmobile.share.entropy_constrained import thresholds

Codes = npt.NDArray[np.uint16]

#: Columns that are settled before the rest of the row takes up their errors, all at once.
_STEP = 64
#: Prices of a bit within this factor are one.
_PRICE_STEP = 1.04


@dataclass(frozen=True)
class Book:
    """centroids: float64, ascending, no two equal. counts: how often each is used, at least once, for the bits of its
    code. worth: what a bit of a code is worth, in squared error of a weight of average freedom. freedom: that average.
    """

    centroids: Wide
    counts: npt.NDArray[np.int64]
    worth: float
    freedom: float

    def nearest(self, values: Wide, freedom: Wide) -> npt.NDArray[np.int64]:
        """For values [groups, rows] of one column, each group with its freedom, the index of the centroid with the
        least error and bits.
        """
        if self.worth == 0:
            return self._between(values, self.worth)
        prices = self.worth * freedom / self.freedom
        steps = np.round(np.log(np.maximum(prices, 1e-300)) / np.log(_PRICE_STEP)).astype(np.int64)
        found = np.empty(values.shape, np.int64)
        for step in np.unique(steps):
            chosen = steps == step
            found[chosen] = self._between(values[chosen], _PRICE_STEP ** float(step))
        return found

    def _between(self, values: Wide, worth: float) -> npt.NDArray[np.int64]:
        kept, limits = self._thresholds(worth)
        result: npt.NDArray[np.int64] = kept[np.searchsorted(limits, values, side="left")]
        return result

    def _thresholds(self, worth: float) -> tuple[npt.NDArray[np.intp], Wide]:
        if worth not in self.__dict__.setdefault("_known", {}):
            kept, limits = thresholds(self.centroids, self.counts, worth)
            self.__dict__["_known"][worth] = (kept, limits.astype(np.float64))
        known: tuple[npt.NDArray[np.intp], Wide] = self.__dict__["_known"][worth]
        return known


def settled(values: Wide, blocks: Sequence[Factors], book: Book, kept: npt.NDArray[np.bool_]) -> Codes:
    """The codes of all weights: 0 for zero, ``i + 1`` for centroid i.

    values: [groups, rows, columns]. blocks: of the columns, in order. kept: which weights must not be zero, like the
    values; of the others none is anything but zero.
    """
    codes = np.zeros(values.shape, np.uint16)
    start = 0
    for block in blocks:
        stop = start + block.order.shape[1]
        order = np.broadcast_to(block.order[:, np.newaxis], (*values.shape[:2], stop - start))
        sorted_ = np.take_along_axis(values[:, :, start:stop], order, 2)
        found = _block(sorted_, block, book, np.take_along_axis(kept[:, :, start:stop], order, 2))
        np.put_along_axis(codes[:, :, start:stop], order, found, 2)
        start = stop
    return codes


def _block(values: Wide, block: Factors, book: Book, kept: npt.NDArray[np.bool_]) -> Codes:
    """Of values in the order of settling, which are changed."""
    groups, rows, columns = values.shape
    codes = np.zeros(values.shape, np.uint16)
    freedom = block.freedom
    scale = np.sqrt(freedom)
    table = np.concatenate(([0.0], book.centroids))
    for start in range(0, columns, _STEP):
        stop = min(start + _STEP, columns)
        errors = np.empty((groups, rows, stop - start))
        for column in range(start, stop):
            now = values[:, :, column]
            code = np.where(kept[:, :, column], book.nearest(now, freedom[:, column]) + 1, 0)
            codes[:, :, column] = code
            error = (now - table[code]) / scale[:, column, np.newaxis]
            errors[:, :, column - start] = error
            values[:, :, column + 1 : stop] -= (
                error[:, :, np.newaxis] * block.upper[:, np.newaxis, column, column + 1 : stop]
            )
        values[:, :, stop:] -= errors @ block.upper[:, start:stop, stop:]
    return codes
