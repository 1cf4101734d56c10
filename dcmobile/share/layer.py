"""Sharing the weights of one layer as its recipe says; used after training on the graph and during training alike."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from dcmobile.errors import RecipeError
from dcmobile.graph import Sharing
from dcmobile.recipe import LayerRecipe
from dcmobile.share.kmeans import Clustering, Floats, assign, cluster, distinct_values

#: Zero and this many centroids make the largest codebook of a file (docs/format.md, section 4).
_WITH_ZERO = 255
_BLOCK = 1 << 20
_GREATEST_HALF = float(np.finfo(np.float16).max)
#: Squared error of rounding, as a share of that of sharing, that nobody notices.
_LOST = 0.05

Codes = npt.NDArray[np.uint16]


def cluster_layer(layer: str, values: Floats, settings: LayerRecipe, seed: int) -> Clustering | None:
    """The layer's codes and centroids, or None where it stays dense.

    With ``bits``: k-means with ``2 ** bits`` centroids, or 255 where that is 256 and some weights are zero, so that the
    encoder may make zero an entry of the codebook. Without: the weights' own values, if at most 255 are different.

    seed: the recipe's; each layer draws from it on its own, whatever other layers there are.
    """
    if settings.bits is None:
        distinct = distinct_values(values, _WITH_ZERO)
        return None if distinct is None else Clustering(assign(values, distinct), distinct, 0)
    clusters = 2**settings.bits
    if clusters > _WITH_ZERO and not values.all():
        clusters = _WITH_ZERO
    try:
        half = settings.codebook == "fp16"
        return cluster(values, clusters, settings.init, layer_seed(seed, layer), half, settings.rate)
    except RecipeError as error:
        raise RecipeError(f"layer {layer!r}: {error}") from None


def layer_seed(seed: int, layer: str) -> int:
    """The recipe's seed and the layer's name in one number."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{layer}".encode()).digest()[:8], "little")


def sharing_of(codes: Codes, centroids: Floats, settings: LayerRecipe, before: Floats | None = None) -> Sharing:
    """As the graph carries it; float16 centroids where the recipe asks for them.

    before: the weights that these codes and centroids take the place of, which a codebook of "auto" goes by; None
    where they were trained.
    """
    automatic = settings.codebook == "auto" and settings.bits is not None and before is not None
    if settings.codebook == "fp16" or (automatic and _rounding_is_lost(before, codes, centroids)):
        return Sharing(codes, to_half(centroids, "codebook"))
    return Sharing(codes, centroids)


def _rounding_is_lost(before: Floats | None, codes: Codes, centroids: Floats) -> bool:
    """Whether float16 centroids change the weights by far less than sharing has changed them."""
    if before is None or not fits_half(centroids):
        return False
    change = np.square(centroids.astype(np.float16).astype(np.float64) - centroids)
    rounding = float(np.bincount(codes, minlength=centroids.size + 1)[1:] @ change)
    flat, table = before.ravel(), np.concatenate((np.zeros(1, np.float32), centroids))
    error = 0.0
    for start in range(0, flat.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        difference = flat[block] - table[codes[block]]
        error += float(difference @ difference)
    return rounding <= _LOST * error


def fits_half(values: Floats) -> bool:
    """Whether all are in the range of float16."""
    return float(np.abs(values).max(initial=0)) <= _GREATEST_HALF


def to_half(values: Floats, what: str) -> npt.NDArray[np.float16]:
    """Rounded to float16. Raises ``RecipeError`` where a value is beyond its range."""
    if not fits_half(values):
        greatest = float(np.abs(values).max())
        raise RecipeError(f"{what} 'fp16' ends at 65504, but there is {greatest:g}: use 'fp32'")
    return values.astype(np.float16)


def spelled_out(sharing: Sharing, shape: tuple[int, ...]) -> Floats:
    """The weights that codes and centroids stand for, float32."""
    table = np.concatenate((np.zeros(1, np.float32), sharing.centroids.astype(np.float32)))
    values = np.empty(sharing.codes.size, np.float32)
    for start in range(0, values.size, _BLOCK):  # numpy widens indices to 8 bytes each
        values[start : start + _BLOCK] = table[sharing.codes[start : start + _BLOCK]]
    return values.reshape(shape)
