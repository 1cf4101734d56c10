"""Biases in float16, for the layers whose recipe asks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dcmobile.errors import RecipeError
from dcmobile.graph import Graph, Op
from dcmobile.layer_weights import module_of
from dcmobile.operators import ChannelAffine
from dcmobile.recipe import Recipe
from dcmobile.share.layer import to_half

#: What the biases of a layer are called in its operators.
BIAS_ROLES = ("bias", "recurrent_bias")


def half_biases(graph: Graph, recipe: Recipe) -> Graph:
    """The graph with float16 biases where the recipe of their module says so. Raises ``RecipeError`` beyond 65504.

    A batch norm that could not be folded into its layer, whose codebook it would break, goes by its own module's
    settings with its factors as well as its terms: they are as many numbers as biases, and as little noticed.
    """
    weights = dict(graph.weights)
    for name in dict.fromkeys(op.weights[role] for op in graph.ops for role in _roles(op)):
        settings = recipe.for_module(module_of(name))
        if settings is not None and settings.biases == "fp16":
            try:
                half = to_half(graph.weights[name].values.astype(np.float32, copy=False), "biases")
            except RecipeError as error:
                raise RecipeError(f"layer {module_of(name)!r}: {error}") from None
            weights[name] = replace(graph.weights[name], values=half)
    return replace(graph, weights=weights)


def _roles(op: Op) -> list[str]:
    roles = (*BIAS_ROLES, "weight") if isinstance(op.attributes, ChannelAffine) else BIAS_ROLES
    return [role for role in roles if role in op.weights]
