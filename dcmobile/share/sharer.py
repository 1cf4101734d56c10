"""Sharing the layers of a model while it trains: codebooks by k-means, or codes chosen step by step for their rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from dcmobile.layer import Layer
from dcmobile.prune.mask import Mask
from dcmobile.recipe import EntropySharing, Recipe
from dcmobile.share.codebook import Codebook
from dcmobile.share.layer import cluster_layer
from dcmobile.share.shadow_codebook import ShadowCodebook

#: Share of the layer's mean that is added to each importance: no weight moves for nothing.
_FLOOR = 0.01


def attach_codebook(layer: Layer, seed: int) -> None:
    """Cluster the layer's weight and put a codebook in its place."""
    values = layer.values()
    clustering = cluster_layer(layer.name, values, layer.settings, seed)
    assert clustering is not None  # the layer has bits
    layer.detach()
    codes = torch.from_numpy(clustering.codes.astype(np.int16))
    codebook = Codebook(codes, values.shape, clustering.centroids.size)
    layer.attach(codebook.to(layer.parameter.device))
    with torch.no_grad():
        layer.parameter.copy_(torch.from_numpy(clustering.centroids))
    layer.parameter.grad = None  # of the weight's shape, no longer the parameter's


def attach_shadow_codebooks(layers: Sequence[Layer], sharing: EntropySharing) -> None:
    """Put a shadow codebook on each of these layers, in the place of its mask; one unit of loss for all of them."""
    importances = importances_of(layers)
    for layer, importance in zip(layers, importances, strict=True):
        mask = layer.parametrization.mask if isinstance(layer.parametrization, Mask) else layer.parameter != 0
        layer.detach()
        layer.attach_shadow(mask, importance, sharing.centroids).begin(layer.parameter, sharing.rate)


@torch.no_grad()
def importances_of(layers: Sequence[Layer]) -> list[torch.Tensor]:
    """What moving a weight by 1 costs, to second order, where losing a kept weight costs 1 on average over all layers.

    From the mean squared gradients that the masks have noted. Where some layer has none, all weights of a layer count
    alike, and all layers.
    """
    masks = [layer.parametrization for layer in layers]
    squares = [mask.squares if isinstance(mask, Mask) else None for mask in masks]
    if any(each is None or not each.any() for each in squares):
        alike = [layer.parameter.detach().float() for layer in layers]
        return [torch.full_like(each, float(_kept(each).numel() / _kept(each).square().sum())) for each in alike]
    floored = [each + _FLOOR * each.mean() for each in squares if each is not None]
    total = 0.0
    kept = 0
    for layer, fisher in zip(layers, floored, strict=True):
        weight = layer.parameter.detach().double()
        total += float((fisher * weight.square()).sum())
        kept += int(torch.count_nonzero(weight))
    return [fisher * (kept / total) for fisher in floored]


def advance_codebooks(layers: Sequence[Layer], recipe: Recipe) -> None:
    """One step of every shadow codebook."""
    sharing = recipe.sharing
    for layer in layers:
        if isinstance(codebook := layer.parametrization, ShadowCodebook) and sharing is not None:
            codebook.advance(layer.parameter, sharing.rate, sharing.end, sharing.every)


def _kept(weight: torch.Tensor) -> torch.Tensor:
    return weight[weight != 0]
