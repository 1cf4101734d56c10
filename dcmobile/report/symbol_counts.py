"""How often each centroid and each gap of a weight occurs: what the Huffman codes are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dcmobile.encode import WeightStatistics
from dcmobile.graph import Weight

# numpy counts in 64-bit copies of the codes: a layer of 100 million weights goes through in pieces.
_PIECE = 1 << 20


@dataclass(frozen=True)
class SymbolCounts:
    """Of a shared weight; empty for a dense one.

    centroids: the codebook's values, ascending; in a dense shared weight zero may be one of them. weights: how many
    weights have each. gaps: how often each relative index 0 .. 2^gap_bits - 1 occurs in the streams; the last is the
    skip symbol, which stands for so many zeros and no weight (docs/format.md, section 6). Empty where there are no
    gaps.
    """

    centroids: tuple[float, ...] = ()
    weights: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()

    @classmethod
    def of(cls, weight: Weight, statistics: WeightStatistics) -> SymbolCounts:
        """weight, statistics: of one tensor, as ``fileformat.read_file`` gives them."""
        if weight.sharing is None:
            return cls()
        codes, centroids = weight.sharing.codes, weight.sharing.centroids
        counts = _count(codes, centroids.size + 1)
        values = np.concatenate([np.zeros(1, np.float64), centroids.astype(np.float64)])
        zero_is_coded = statistics.centroids > centroids.size
        first = 0 if zero_is_coded else 1
        order = first + np.argsort(values[first:], kind="stable")
        return cls(
            tuple(values[order].tolist()),
            tuple(counts[order].tolist()),
            _gap_counts(codes, statistics.gap_bits) if statistics.gap_bits else (),
        )


def _count(codes: npt.NDArray[np.uint16], size: int) -> npt.NDArray[np.int64]:
    counts = np.zeros(size, np.int64)
    for start in range(0, codes.size, _PIECE):
        counts += np.bincount(codes[start : start + _PIECE], minlength=size)
    return counts


def _gap_counts(codes: npt.NDArray[np.uint16], gap_bits: int) -> tuple[int, ...]:
    """Chunks begin where the one before ends, so the gaps follow from the positions of the kept weights alone."""
    skip = (1 << gap_bits) - 1
    kept: npt.NDArray[Any] = np.flatnonzero(codes)
    zeros_before = np.diff(kept, prepend=-1) - 1
    counts = np.bincount(zeros_before % skip, minlength=skip + 1)
    counts[skip] = (zeros_before // skip).sum()
    return tuple(counts.tolist())
