"""Weight sharing after training, on the graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dcmobile.graph import Graph
from dcmobile.prune.prune_graph import layer_weights
from dcmobile.recipe import Recipe
from dcmobile.share.layer import cluster_layer, sharing_of, spelled_out


def share_graph(graph: Graph, recipe: Recipe, progress: Callable[[int, int], None] | None = None) -> Graph:
    """The graph with each layer's weights shared as the recipe says; a layer that is shared already stays as it is.

    Weights that are zero stay zero. progress: called with (layers done, layers). Raises ``RecipeError``.
    """
    layers = layer_weights(graph)
    weights = dict(graph.weights)
    for done, (layer, weight) in enumerate(layers.items()):
        if progress is not None:
            progress(done, len(layers))
        settings = recipe.for_module(layer)
        if settings is None or weight.sharing is not None:
            continue
        clustering = cluster_layer(layer, weight.values.astype(np.float32, copy=False), settings, recipe.seed)
        if clustering is not None:
            sharing = sharing_of(clustering.codes, clustering.centroids, settings)
            weights[weight.name] = replace(weight, values=spelled_out(sharing, weight.values.shape), sharing=sharing)
    if progress is not None:
        progress(len(layers), len(layers))
    return replace(graph, weights=weights)
