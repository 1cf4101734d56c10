"""How often each centroid and each gap of a weight occurs: what the Huffman codes are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile.encode import WeightStatistics
from dcmobile.graph import Weight

# A layer of 100 million weights goes through in pieces: numpy finds and counts in 64-bit copies.
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
        counts, gaps = _count(codes, centroids.size, statistics.gap_bits)
        values = np.concatenate([np.zeros(1, np.float64), centroids.astype(np.float64)])
        zero_is_coded = statistics.centroids > centroids.size
        first = 0 if zero_is_coded else 1
        order = first + np.argsort(values[first:], kind="stable")
        return cls(
            tuple(values[order].tolist()),
            tuple(counts[order].tolist()),
            tuple(gaps.tolist()),
        )


def _count(
    codes: npt.NDArray[np.uint16], centroids: int, gap_bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How often each code 0 .. centroids and each gap occurs; no gaps where gap_bits is 0.

    Chunks begin where the one before ends, so the gaps follow from the positions of the kept weights alone.
    """
    counts = np.zeros(centroids + 1, np.int64)
    gaps = np.zeros(1 << gap_bits if gap_bits else 0, np.int64)
    skip = gaps.size - 1
    newest = -1  # position of the last kept weight so far
    for start in range(0, codes.size, _PIECE):
        piece = codes[start : start + _PIECE]
        kept = np.flatnonzero(piece)
        counts += np.bincount(piece[kept], minlength=counts.size)
        if gap_bits and kept.size:
            zeros = np.diff(kept, prepend=newest - start) - 1
            gaps += np.bincount(zeros % skip, minlength=gaps.size)
            gaps[skip] += (zeros // skip).sum()
            newest = start + int(kept[-1])
    counts[0] = codes.size - counts.sum()
    return counts, gaps
