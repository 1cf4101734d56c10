"""What relative indices and codes cost before anything is encoded: entropies, for choosing masks and codes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: Widths of a relative index (docs/format.md, section 4).
WIDTHS = range(2, 9)

Places = npt.NDArray[np.int64]
Wide = npt.NDArray[np.float64]


def gaps_of(places: Places) -> Places:
    """The zeros before each non-zero weight; places: their flat indices, ascending."""
    return np.diff(places, prepend=-1) - 1


def gap_counts(gaps: Places, width: int) -> npt.NDArray[np.int64]:
    """How often each symbol of so many bits occurs; the last is the skip symbol."""
    step = (1 << width) - 1
    counts = np.bincount(gaps % step, minlength=step + 1)
    counts[step] = int((gaps // step).sum())
    return counts.astype(np.int64)


def gap_cost(places: Places, size: int) -> float:
    """Bits of all gaps with the best width, by the entropy of their symbols, and of the table of that width."""
    if places.size == 0 or places.size == size:
        return 0.0
    gaps = gaps_of(places)
    return min(entropy(counts) + 4 * np.count_nonzero(counts) for counts in (gap_counts(gaps, w) for w in WIDTHS))


def best_width(gaps: Places) -> int:
    """The width whose symbols take the fewest bits."""
    return min(WIDTHS, key=lambda width: entropy(counts := gap_counts(gaps, width)) + 4 * np.count_nonzero(counts))


def gap_lengths(gaps: Places, longest: int) -> Wide:
    """What a gap of 0, 1, ... ``longest`` zeros costs in bits, by how often these gaps' symbols occur."""
    width = best_width(gaps)
    step = (1 << width) - 1
    bits = smooth_bits(gap_counts(gaps, width))
    lengths = np.arange(longest + 1)
    result: Wide = bits[lengths % step] + (lengths // step) * bits[step]
    return result


def smooth_bits(counts: npt.NDArray[np.int64]) -> Wide:
    """Bits of each symbol: minus the logarithm of its share. Half an occurrence more for each makes all of them finite,
    so that what does not occur yet can.
    """
    shares = counts + 0.5
    result: Wide = np.log2(shares.sum() / shares)
    return result


def entropy(counts: npt.NDArray[np.int64]) -> float:
    """Bits of all symbols together with an ideal code."""
    used = counts[counts > 0].astype(np.float64)
    return float((used * np.log2(used.sum() / used)).sum())


def mean_code_bits(values: npt.NDArray[np.float32], centroids: int) -> float:
    """Bits of a code on average, if the values share so many equal steps over their range.

    Where magnitude has been pruned the range has a hole in the middle: it does not count.
    """
    if values.size == 0:
        return 0.0
    magnitudes = np.abs(values)
    closed = np.sign(values) * (magnitudes - magnitudes.min())
    counts, _ = np.histogram(closed, centroids)
    return entropy(counts.astype(np.int64)) / values.size
