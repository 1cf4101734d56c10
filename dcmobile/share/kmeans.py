"""One-dimensional k-means over the weights of one layer (paper, section 3.1).

In one dimension a cluster is a run of the sorted values. So the values are sorted once, with running sums in float64,
and an iteration of Lloyd's algorithm is k binary searches for the borders and k differences of sums: O(k log n),
however many weights there are. The sort dominates: 35 million weights take some seconds and about 24 bytes a weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dcmobile.errors import RecipeError
from dcmobile.share import entropy_constrained

Floats = npt.NDArray[np.float32]

#: Lloyd's algorithm ends when no weight changes its cluster, which it does long before this; the bound is for safety.
MAX_ITERATIONS = 2000
#: Weights that are looked at in one go where temporary arrays are needed.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Clustering:
    """The result of k-means.

    codes: uint16, one a weight, flat row-major; 0 is a zero weight, ``i + 1`` stands for ``centroids[i]``.
    centroids: float32, ascending, no two equal, each with at least one weight.
    iterations: of Lloyd's algorithm.
    """

    codes: npt.NDArray[np.uint16]
    centroids: Floats
    iterations: int


def cluster(
    values: Floats, clusters: int, init: str = "linear", seed: int = 0, half: bool = False, rate: float = 0.0
) -> Clustering:
    """Share the non-zero weights among at most so many centroids, so that the squared error is (locally) least.

    values: any shape, finite. A zero weight stays zero: it has code 0 and no part in the clusters.
    clusters: 1..256. Fewer come out where there are fewer different values; the result is then exact.
    init: where the centroids start (section 3.2): "linear": evenly from the least to the greatest weight; "density":
        evenly over the distribution (quantiles); "random": at different weights drawn with the seed.
    half: round the centroids to float16 (they stay a float32 array) and assign the weights anew.
    rate: what a bit of a code is worth: squared error a weight, as a share of the mean square of the non-zero weights.
        Above 0, the clusters of plain k-means go on from there and pay for their codes (``entropy_constrained``).

    A cluster that runs empty is filled again: the cluster with the greatest squared error is split at its mean. Once
    clusters pay, it is dropped instead.
    Deterministic. Raises ``RecipeError`` if ``half`` is set and a centroid is beyond float16's 65504.
    """
    flat = values.ravel()
    ordered = flat[flat != 0]
    ordered.sort()
    if ordered.size == 0:
        return Clustering(np.zeros(flat.size, np.uint16), np.zeros(0, np.float32), 0)
    distinct = _distinct(ordered, clusters)
    iterations = 0
    if distinct is not None:
        means = distinct.astype(np.float64)
    else:
        means, iterations = _lloyd(ordered, _start(ordered, clusters, init, seed))
        if rate > 0:
            return _constrained(flat, ordered, means, half, rate)
    centroids = _rounded(means, half)
    counts = np.diff(_borders(ordered, centroids))
    centroids = centroids[counts > 0]
    del ordered
    return Clustering(assign(flat, centroids), centroids, iterations)


def assign(values: Floats, centroids: Floats) -> npt.NDArray[np.uint16]:
    """The code of each weight: 0 for zero, else 1 + the index of the nearest centroid (the lower one where two are as
    near).

    values: any shape. centroids: ascending. Returns uint16, flat row-major.
    """
    return _codes(values, _thresholds(centroids))


def _codes(values: Floats, thresholds: Floats) -> npt.NDArray[np.uint16]:
    flat = values.ravel()
    codes = np.empty(flat.size, np.uint16)
    for start in range(0, flat.size, _BLOCK):
        block = flat[start : start + _BLOCK]
        nearest = np.searchsorted(thresholds, block, side="left") + 1
        nearest[block == 0] = 0
        codes[start : start + _BLOCK] = nearest
    return codes


def distinct_values(values: Floats, most: int) -> Floats | None:
    """The different non-zero values, ascending, if there are no more than ``most``; else None, and soon."""
    flat = values.ravel()
    for size in (most * 64, flat.size):  # a small part tells for nearly all layers
        part = flat[:size]
        found = np.unique(part[part != 0])
        if found.size > most:
            return None
    return found


def _distinct(ordered: Floats, most: int) -> Floats | None:
    """``np.unique`` of sorted values if there are no more than ``most``."""
    changes = np.flatnonzero(ordered[1:] != ordered[:-1])
    return ordered[np.concatenate(([0], changes + 1))] if changes.size < most else None


def _start(ordered: Floats, clusters: int, init: str, seed: int) -> npt.NDArray[np.float64]:
    match init:
        case "linear":
            return np.linspace(ordered[0], ordered[-1], clusters, dtype=np.float64)
        case "density":
            quantiles = (np.arange(clusters) + 0.5) / clusters
            return ordered[(quantiles * ordered.size).astype(np.int64)].astype(np.float64)
        case "random":
            places = np.random.default_rng(seed).choice(ordered.size, clusters, replace=False)
            return ordered[np.sort(places)].astype(np.float64)
        case _:
            raise ValueError(f"init is {init!r}: it must be linear, density or random")


def _lloyd(ordered: Floats, centroids: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], int]:
    sums = _running(ordered)
    borders = _filled(ordered, _borders(ordered, centroids))
    for iteration in range(1, MAX_ITERATIONS + 1):
        centroids = _means(ordered, sums, borders)
        moved = _filled(ordered, _borders(ordered, centroids))
        if np.array_equal(moved, borders):
            return centroids, iteration
        borders = moved
    return _means(ordered, sums, borders), MAX_ITERATIONS


def _constrained(flat: Floats, ordered: Floats, start: npt.NDArray[np.float64], half: bool, rate: float) -> Clustering:
    worth = rate * float(np.square(ordered, dtype=np.float64).mean())
    sums = _running(ordered)
    means, counts, iterations = entropy_constrained.iterate(ordered, sums, start, worth, MAX_ITERATIONS)
    centroids, thresholds = entropy_constrained.settle(ordered, _stored(means, half), counts, worth)
    return Clustering(_codes(flat, thresholds), centroids, iterations)


def _running(ordered: Floats) -> npt.NDArray[np.float64]:
    """``sums[b] - sums[a]`` is the sum of ``ordered[a:b]``."""
    sums = np.zeros(ordered.size + 1, np.float64)
    np.cumsum(ordered, dtype=np.float64, out=sums[1:])
    return sums


def _means(ordered: Floats, sums: npt.NDArray[np.float64], borders: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Mean of each run; kept within the run, which rounding of the running sums might leave."""
    first, last = ordered[borders[:-1]], ordered[borders[1:] - 1]
    means = np.diff(sums[borders]) / np.diff(borders)
    return np.clip(means, first, last)


def _thresholds(centroids: npt.NDArray[np.floating]) -> Floats:
    """For each pair of neighbours, the greatest float32 that is no nearer to the upper one.

    float32, so that comparing needs no float64 copy of the weights. Rounding the middle down loses nothing: no float32
    lies between the two.
    """
    wide = centroids.astype(np.float64)
    middle = (wide[:-1] + wide[1:]) / 2
    rounded = middle.astype(np.float32)
    return np.where(rounded > middle, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def _borders(ordered: Floats, centroids: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Run i, of the weights nearest to centroid i, is ``ordered[borders[i]:borders[i + 1]]``."""
    inner = np.searchsorted(ordered, _thresholds(centroids), side="right")
    return np.concatenate(([0], inner, [ordered.size])).astype(np.int64)


def _filled(ordered: Floats, borders: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Every empty run replaced by a part of the run with the greatest squared error, which is split at its mean.

    There is always one to split: more different values than runs means that some run holds two of them.
    """
    empty = int(np.count_nonzero(np.diff(borders) == 0))
    if empty == 0:
        return borders
    edges = np.unique(borders)
    errors = [_squared_error(ordered[a:b]) for a, b in pairwise(edges)]
    for _ in range(empty):
        worst = int(np.argmax(errors))
        begin, end = int(edges[worst]), int(edges[worst + 1])
        run = ordered[begin:end]
        mean = np.float32(run.mean(dtype=np.float64))
        middle = begin + int(np.searchsorted(run, mean, side="right"))
        if middle == end:  # the mean of close neighbours rounds to the greatest of them
            middle = begin + int(np.searchsorted(run, run[-1], side="left"))
        edges = np.insert(edges, worst + 1, middle)
        errors[worst : worst + 1] = [_squared_error(ordered[begin:middle]), _squared_error(ordered[middle:end])]
    return edges


def _squared_error(run: Floats) -> float:
    """Sum of squared distances from the mean; -1 for a run of equal values, which cannot be split."""
    if run[0] == run[-1]:
        return -1.0
    mean = run.mean(dtype=np.float64)
    return float(sum(np.square(run[i : i + _BLOCK] - mean).sum() for i in range(0, run.size, _BLOCK)))


def _rounded(centroids: npt.NDArray[np.floating], half: bool) -> Floats:
    """As float32, or as the float32 of a float16; equal ones are one."""
    return np.unique(_stored(centroids, half))


def _stored(centroids: npt.NDArray[np.floating], half: bool) -> Floats:
    stored = centroids.astype(np.float32)
    if half:
        greatest = np.abs(stored).max()
        if greatest > np.finfo(np.float16).max:
            raise RecipeError(f"codebook 'fp16' ends at 65504, but a centroid is {greatest:g}: use 'fp32'")
        stored = stored.astype(np.float16).astype(np.float32)
    return stored
