"""Biases in float16, for the layers whose recipe asks for it or whose centroids are float16."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dcmobile.errors import RecipeError
from dcmobile.graph import Graph, Op, Weight
from dcmobile.layer_weights import layer_weights, module_of
from dcmobile.operators import ChannelAffine
from dcmobile.recipe import Recipe
from dcmobile.share.kmeans import Floats
from dcmobile.share.layer import fits_half, to_half

#: What the biases of a layer are called in its operators.
BIAS_ROLES = ("bias", "recurrent_bias")
#: Squares of the changes by rounding, as a share of the squares: normal numbers of float16 change by 2^-11 at most.
_NORMAL = 2.0**-22


def half_biases(graph: Graph, recipe: Recipe) -> Graph:
    """The graph with float16 biases where the recipe of their module says so, or leaves it open and the module's
    weights have float16 centroids. Raises ``RecipeError`` beyond 65504, where that was asked for.

    A batch norm that could not be folded into its layer, whose codebook it would break, goes by its own module's
    settings with its factors as well as its terms: they are as many numbers as biases, and as little noticed.
    """
    weights, layers = dict(graph.weights), layer_weights(graph)
    for name in dict.fromkeys(op.weights[role] for op in graph.ops for role in _roles(op)):
        module = module_of(name)
        settings, values = recipe.for_module(module), weights[name].values.astype(np.float32, copy=False)
        if settings is None or settings.biases == "fp32":
            continue
        if settings.biases == "auto" and not (_have_half_centroids(layers.get(module, ())) and _is_normal(values)):
            continue
        try:
            weights[name] = replace(weights[name], values=to_half(values, "biases"))
        except RecipeError as error:
            raise RecipeError(f"layer {module!r}: {error}") from None
    return replace(graph, weights=weights)


def _roles(op: Op) -> list[str]:
    roles = (*BIAS_ROLES, "weight") if isinstance(op.attributes, ChannelAffine) else BIAS_ROLES
    return [role for role in roles if role in op.weights]


def _have_half_centroids(weights: tuple[Weight, ...]) -> bool:
    return bool(weights) and all(
        weight.sharing is not None and weight.sharing.centroids.dtype == np.float16 for weight in weights
    )


def _is_normal(values: Floats) -> bool:
    """Whether float16 holds them as well as it can hold anything."""
    if not fits_half(values):
        return False
    change = values.astype(np.float16).astype(np.float64) - values
    return float(change @ change) <= _NORMAL * float(np.square(values, dtype=np.float64).sum())
