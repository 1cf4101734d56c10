"""Pruning after training, on the graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from dcmobile.errors import RecipeError
from dcmobile.graph import Graph, Weight
from dcmobile.layer_weights import layer_weights
from dcmobile.prune.budget import Candidate, budget_limit, centroids_of, choose_masks
from dcmobile.prune.magnitude import kept_count, magnitude_mask
from dcmobile.prune.scores import score_of
from dcmobile.recipe import PruningBudget, Recipe


def prune_graph(graph: Graph, recipe: Recipe, progress: Callable[[int, int], None] | None = None) -> Graph:
    """The graph with each layer pruned to its density of the recipe, by magnitude, in one shot; where a layer has
    several weights (an LSTM), each of them. Then the layers without a density, to the recipe's budget.

    A weight that is sparse enough already, or shared already, stays as it is; so does everything under the budget if
    some of it is shared, or if what is left fits.
    progress: called with (layers done, layers). Raises ``RecipeError`` for a budget that takes more than the weights.
    """
    layers = layer_weights(graph)
    weights = dict(graph.weights)
    for done, (layer, held) in enumerate(layers.items()):
        if progress is not None:
            progress(done, len(layers))
        settings = recipe.for_module(layer)
        if settings is not None and settings.density is not None:
            weights |= {w.name: _pruned(w, settings.density) for w in held if w.sharing is None}
    if recipe.budget is not None:
        budgeted = {layer: held for layer, held in layers.items() if recipe.is_budgeted(layer)}
        weights |= _within_budget(budgeted, recipe, recipe.budget)
    if progress is not None:
        progress(len(layers), len(layers))
    return replace(graph, weights=weights)


def _pruned(weight: Weight, density: float) -> Weight:
    values = weight.values.astype(np.float32, copy=False)
    if np.count_nonzero(values) <= kept_count(density, values.size):
        return weight
    return replace(weight, values=np.where(magnitude_mask(values, density), values, np.float32(0)))


def _within_budget(layers: dict[str, tuple[Weight, ...]], recipe: Recipe, budget: PruningBudget) -> dict[str, Weight]:
    held = [(layer, weight) for layer, weights in layers.items() for weight in weights]
    if not held or any(weight.sharing is not None for _, weight in held):
        return {}
    values = [torch.from_numpy(weight.values.astype(np.float32)) for _, weight in held]
    pruned = all(int(torch.count_nonzero(each)) < each.numel() for each in values)
    if budget.cost == "multiply_adds" or budget.score == "fisher":
        if pruned:
            return {}  # while it was trained
        raise RecipeError(
            f"a budget of {budget.cost} by the score {budget.score!r} needs the network while it trains: use "
            "Compressor.prune, or a budget of weights or bytes by magnitude or lamp"
        )
    candidates = [
        Candidate(
            score_of(budget.score, layer, each, None), each, each != 0, centroids=centroids_of(layer, recipe) or 1
        )
        for (layer, _), each in zip(held, values, strict=True)
    ]
    masks = choose_masks(candidates, budget.cost, budget_limit(candidates, budget), False, 0.0)
    return {
        weight.name: replace(weight, values=torch.where(mask, each, 0.0).numpy())
        for (_, weight), mask, each in zip(held, masks, values, strict=True)
        if not torch.equal(mask, each != 0)
    }
