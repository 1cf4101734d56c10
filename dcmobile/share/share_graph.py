"""Weight sharing after training, on the graph."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from dcmobile.graph import Graph, Weight
from dcmobile.layer_weights import layer_weights
from dcmobile.recipe import LayerRecipe, Recipe
from dcmobile.share.layer import cluster_layer, sharing_of, spelled_out


def share_graph(
    graph: Graph, recipe: Recipe, progress: Callable[[int, int], None] | None = None, but: Collection[str] = ()
) -> Graph:
    """The graph with each layer's weights shared as the recipe says; what is shared already stays as it is, and so do
    the weights of the names ``but``. Where a layer has several weights (an LSTM), each gets a codebook of its own.

    Weights that are zero stay zero. progress: called with (layers done, layers). Raises ``RecipeError``.
    """
    layers = layer_weights(graph)
    weights = dict(graph.weights)
    for done, (layer, held) in enumerate(layers.items()):
        if progress is not None:
            progress(done, len(layers))
        settings = layer_settings(layer, recipe)
        if settings is not None:
            due = (weight for weight in held if weight.sharing is None and weight.name not in but)
            weights |= {weight.name: _shared(layer, weight, settings, recipe.seed) for weight in due}
    if progress is not None:
        progress(len(layers), len(layers))
    return replace(graph, weights=weights)


def layer_settings(layer: str, recipe: Recipe) -> LayerRecipe | None:
    """The layer's settings; where the recipe's ``sharing`` speaks of it, k-means with as many centroids and the same
    price of a bit, since without training neither codes nor zeros are chosen together.
    """
    settings = recipe.for_module(layer)
    if settings is None or recipe.sharing is None or not recipe.is_entropy_shared(layer):
        return settings
    sharing = recipe.sharing
    bits = sharing.centroids.bit_length()
    return replace(settings, bits=min(bits, 8), rate=sharing.rate, codebook=sharing.codebook)


def _shared(layer: str, weight: Weight, settings: LayerRecipe, seed: int) -> Weight:
    before = weight.values.astype(np.float32, copy=False)
    clustering = cluster_layer(layer, before, settings, seed)
    if clustering is None:
        return weight
    sharing = sharing_of(clustering.codes, clustering.centroids, settings, before)
    return replace(weight, values=spelled_out(sharing, weight.values.shape), sharing=sharing)
