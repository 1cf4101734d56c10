"""One layer pruned and shared, with the error made up for inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile.compensate.columns import Book, Codes, settled
from dcmobile.compensate.factors import Factors, factors_of
from dcmobile.compensate.moments import Moments, Wide
from dcmobile.compensate.refit import refitted
from dcmobile.prune.magnitude import kept_count, magnitude_mask
from dcmobile.recipe import LayerRecipe
from dcmobile.share.kmeans import Clustering
from dcmobile.share.layer import cluster_layer


@dataclass(frozen=True)
class Fit:
    """What a layer is settled by: the moments of its inputs, and how its weights make up for each other by them."""

    moments: Moments
    blocks: tuple[Factors, ...]

    @staticmethod
    def of(found: Moments, damping: float) -> Fit:
        """damping: of ``factors_of``."""
        return Fit(found, tuple(factors_of(second, damping) for second in found.own))


#: Times that all weights are settled; each time with centroids, and prices of their codes, from the time before.
ROUNDS = 2


def compensated(
    layer: str,
    values: npt.NDArray[np.float32],
    fit: Fit,
    settings: LayerRecipe,
    seed: int,
    mask: npt.NDArray[np.bool_] | None = None,
) -> Clustering:
    """The layer's codes and centroids.

    values: float32, [outputs, ...]; zeros stay zero. settings: with bits. mask: like values, True for weights that may
    stay; then the density is not looked at.
    """
    found, blocks = fit.moments, fit.blocks
    wanted = values.astype(np.float64).reshape(found.mean.shape[0], -1, found.columns)
    target = _towards(wanted, found, blocks)
    alive = wanted != 0
    kept = _kept(target, alive, blocks, settings) if mask is None else alive & mask.reshape(wanted.shape)
    start = cluster_layer(layer, np.where(kept, target, 0).astype(np.float32), settings, seed)
    assert start is not None  # the layer has bits
    codes, centroids = start.codes.reshape(wanted.shape), start.centroids.astype(np.float64)
    if not centroids.size:
        return start
    typical = float(np.exp(np.mean([np.log(block.freedom).mean() for block in blocks])))
    worth = settings.rate * float(np.square(target[kept]).mean())
    for _ in range(ROUNDS):
        counts = np.bincount(codes.ravel(), minlength=centroids.size + 1)[1:]
        book = Book(centroids, counts.astype(np.int64), worth, typical)
        codes = settled(target, blocks, book, kept)
        centroids = refitted(target, codes, blocks, centroids)
        codes, centroids = _in_order(codes, centroids, settings.codebook == "fp16")
    return Clustering(codes.ravel(), centroids.astype(np.float32), ROUNDS)


def output_error(values: npt.NDArray[np.floating], before: npt.NDArray[np.floating], found: Moments) -> float:
    """Mean squared change of the outputs for these inputs, summed over the outputs."""
    groups = found.mean.shape[0]
    change = (values.astype(np.float64) - before).reshape(groups, -1, found.columns)
    total, start = 0.0, 0
    for second in found.own:
        stop = start + second.shape[1]
        total += float(((change[:, :, start:stop] @ second) * change[:, :, start:stop]).sum())
        start = stop
    return total


def _towards(wanted: Wide, found: Moments, blocks: Sequence[Factors]) -> Wide:
    """Weights that make of the inputs as they are now what the layer made of those in the uncompressed network, as
    nearly as they can: ``W (E[x0 x] + d) (H + d)^-1``, d the damping.
    """
    if found.cross is found.own:
        return wanted
    parts, start = [], 0
    for block, own, cross in zip(blocks, found.own, found.cross, strict=True):
        stop = start + own.shape[1]
        change = wanted[:, :, start:stop] @ (cross - own)
        parts.append(np.linalg.solve(block.second, change.transpose(0, 2, 1)).transpose(0, 2, 1))
        start = stop
    result: Wide = wanted + np.concatenate(parts, 2)
    return result


def _kept(
    target: Wide, alive: npt.NDArray[np.bool_], blocks: Sequence[Factors], settings: LayerRecipe
) -> npt.NDArray[np.bool_]:
    """Which weights stay: those whose loss would cost most, what the others make up for counted."""
    if settings.density is None or np.count_nonzero(alive) <= kept_count(settings.density, alive.size):
        return alive
    freedom = np.concatenate(
        [np.take_along_axis(block.freedom, np.argsort(block.order, axis=1), 1) for block in blocks], 1
    )
    scores = np.where(alive, target / np.sqrt(freedom)[:, np.newaxis], 0)
    return magnitude_mask(scores.astype(np.float32), settings.density)


def _in_order(codes: Codes, centroids: Wide, half: bool) -> tuple[Codes, Wide]:
    """Centroids rounded as they are stored, ascending, those in use only, and the codes for them."""
    stored = centroids.astype(np.float16 if half else np.float32).astype(np.float64)
    used = np.bincount(codes.ravel(), minlength=stored.size + 1)[1:] > 0
    kept = np.unique(stored[used & (stored != 0)])
    table = np.zeros(stored.size + 1, np.uint16)
    table[1:] = np.where(stored != 0, np.searchsorted(kept, stored) + 1, 0)
    return table[codes], kept
