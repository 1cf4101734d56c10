"""Biases in float16, for the layers whose recipe asks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dcmobile.errors import RecipeError
from dcmobile.graph import Graph
from dcmobile.recipe import Recipe
from dcmobile.share.layer import to_half


def half_biases(graph: Graph, recipe: Recipe) -> Graph:
    """The graph with float16 biases where the recipe of their module says so. Raises ``RecipeError`` beyond 65504."""
    weights = dict(graph.weights)
    for weight in graph.weights.values():
        layer, _, tensor = weight.name.rpartition(".")
        settings = recipe.for_module(layer) if tensor == "bias" else None
        if settings is not None and settings.biases == "fp16":
            try:
                half = to_half(weight.values.astype(np.float32, copy=False), "biases")
            except RecipeError as error:
                raise RecipeError(f"layer {layer!r}: {error}") from None
            weights[weight.name] = replace(weight, values=half)
    return replace(graph, weights=weights)
