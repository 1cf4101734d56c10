"""Biases in float16, for the layers whose recipe asks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dcmobile.errors import RecipeError
from dcmobile.graph import Graph
from dcmobile.layer_weights import module_of
from dcmobile.recipe import Recipe
from dcmobile.share.layer import to_half

#: What the biases of a layer are called in its operators.
BIAS_ROLES = ("bias", "recurrent_bias")


def half_biases(graph: Graph, recipe: Recipe) -> Graph:
    """The graph with float16 biases where the recipe of their module says so. Raises ``RecipeError`` beyond 65504."""
    weights = dict(graph.weights)
    for name in dict.fromkeys(op.weights[role] for op in graph.ops for role in BIAS_ROLES if role in op.weights):
        settings = recipe.for_module(module_of(name))
        if settings is not None and settings.biases == "fp16":
            try:
                half = to_half(graph.weights[name].values.astype(np.float32, copy=False), "biases")
            except RecipeError as error:
                raise RecipeError(f"layer {module_of(name)!r}: {error}") from None
            weights[name] = replace(graph.weights[name], values=half)
    return replace(graph, weights=weights)
