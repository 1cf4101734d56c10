"""Pruning after training, on the graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dcmobile.graph import Graph, Weight
from dcmobile.layer_weights import layer_weights
from dcmobile.prune.magnitude import kept_count, magnitude_mask
from dcmobile.recipe import Recipe


def prune_graph(graph: Graph, recipe: Recipe, progress: Callable[[int, int], None] | None = None) -> Graph:
    """The graph with each layer pruned to its density of the recipe, by magnitude, in one shot; where a layer has
    several weights (an LSTM), each of them.

    A weight that is sparse enough already, or shared already, stays as it is.
    progress: called with (layers done, layers).
    """
    layers = layer_weights(graph)
    weights = dict(graph.weights)
    for done, (layer, held) in enumerate(layers.items()):
        if progress is not None:
            progress(done, len(layers))
        settings = recipe.for_module(layer)
        if settings is not None and settings.density is not None:
            weights |= {w.name: _pruned(w, settings.density) for w in held if w.sharing is None}
    if progress is not None:
        progress(len(layers), len(layers))
    return replace(graph, weights=weights)


def _pruned(weight: Weight, density: float) -> Weight:
    values = weight.values.astype(np.float32, copy=False)
    if np.count_nonzero(values) <= kept_count(density, values.size):
        return weight
    return replace(weight, values=np.where(magnitude_mask(values, density), values, np.float32(0)))
