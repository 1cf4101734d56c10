"""Masks on the layers of a model while it trains: put there, moved along their schedules, brought to their end."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from torch import nn

from dcmobile.errors import RecipeError
from dcmobile.layer import Layer
from dcmobile.prune.budget import Candidate, budget_limit, centroids_of, choose_masks
from dcmobile.prune.costs import multiplications
from dcmobile.prune.mask import Mask
from dcmobile.prune.schedules import density_at, exchanged_share, is_due, last_step
from dcmobile.prune.scores import score_of
from dcmobile.recipe import PruningBudget, Recipe


class Pruner:
    """Prunes layers to the densities of a recipe, and those under its budget together."""

    def __init__(self, model: nn.Module, layers: Sequence[Layer], recipe: Recipe) -> None:
        self._model = model
        self._layers = tuple(layer for layer in layers if layer.settings.density is not None)
        self._budget = recipe.budget
        self._budgeted = tuple(layer for layer in layers if recipe.is_budgeted(layer.name))
        self._centroids = {layer.name: centroids_of(layer.name, recipe) for layer in self._budgeted}
        if self._budget is not None and self._budget.cost == "bytes":
            without = [name for name, centroids in self._centroids.items() if centroids is None]
            if without:
                raise RecipeError(
                    f"a budget of bytes needs to know how weights are shared: give layer {without[0]!r} bits, or the "
                    "recipe a table [sharing]"
                )

    @property
    def last_step(self) -> int:
        """The step after which no mask changes."""
        steps = [last_step(layer.settings) for layer in self._layers]
        return max([*steps, *([last_step(self._budget)] if self._budget and self._budgeted else [])], default=0)

    def start(self, example_inputs: Any = None) -> None:
        """Put a mask on each layer that is to be pruned and has none, and prune those that are due at once."""
        for layer in self._layers:
            if layer.parametrization is None:
                layer.check_finite()
                layer.attach_mask()
                _advance(layer)
        fresh = [layer for layer in self._budgeted if layer.parametrization is None]
        if not fresh or self._budget is None:
            return
        uses: dict[str, float] = {}
        if self._budget.cost == "multiply_adds":
            if example_inputs is None:
                raise RecipeError("a budget of multiply_adds needs example inputs: call prune(example_inputs)")
            places = {layer.name: [module for module, _ in layer.places] for layer in fresh}
            uses = multiplications(self._model, places, example_inputs)
        for layer in fresh:
            layer.check_finite()
            layer.attach_mask(uses.get(layer.name))
        self._advance_budget(self._budget)

    def advance(self) -> None:
        """One step: gradients are noted, masks chosen where they are due, pruned weights set back to zero."""
        masks = [(layer, mask) for layer in self._layers if isinstance(mask := layer.parametrization, Mask)]
        for layer, mask in masks:
            mask.record(layer.parameter.grad)
            mask.step += 1
            _advance(layer)
        budgeted = [(layer, mask) for layer in self._budgeted if isinstance(mask := layer.parametrization, Mask)]
        for layer, mask in budgeted:
            mask.record(layer.parameter.grad)
            mask.step += 1
        if budgeted and self._budget is not None:
            self._advance_budget(self._budget)

    def finish(self, layers: Sequence[Layer]) -> None:
        """Prune these layers to the end of their schedules, with a warning where a schedule was under way."""
        for layer in layers:
            if layer.settings.density is not None and _unfinished(layer, last_step(layer.settings)):
                mask = layer.parametrization
                assert isinstance(mask, Mask)
                mask.step = last_step(layer.settings)
                _choose(layer, mask)
        budget = self._budget
        if budget is None or not any(layer in self._budgeted for layer in layers):
            return
        if budget.cost == "multiply_adds" and any(layer.parametrization is None for layer in self._budgeted):
            raise RecipeError("a budget of multiply_adds needs example inputs: call prune(example_inputs) before this")
        unfinished = [layer for layer in self._budgeted if _unfinished(layer, last_step(budget))]
        if unfinished:
            for layer in self._budgeted:
                if isinstance(mask := layer.parametrization, Mask):
                    mask.step = last_step(budget)
            self._advance_budget(budget)

    def _advance_budget(self, budget: PruningBudget) -> None:
        layers = [layer for layer in self._budgeted if isinstance(layer.parametrization, Mask)]
        masks = [layer.parametrization for layer in layers]
        step = max(mask.step for mask in masks if isinstance(mask, Mask))
        if is_due(budget, step):
            candidates = [self._candidate(layer, budget) for layer in layers]
            limit = budget_limit(candidates, budget, step)
            regrow = any(isinstance(mask, Mask) and mask.regrow for mask in masks)
            chosen = choose_masks(candidates, budget.cost, limit, regrow, exchanged_share(budget, step))
            for layer, mask, new in zip(layers, masks, chosen, strict=True):
                assert isinstance(mask, Mask)
                mask.adopt(layer.parameter, new)
        for layer, mask in zip(layers, masks, strict=True):
            assert isinstance(mask, Mask)
            mask.zero_pruned(layer.parameter)

    def _candidate(self, layer: Layer, budget: PruningBudget) -> Candidate:
        mask = layer.parametrization
        assert isinstance(mask, Mask)
        score = score_of(budget.score, layer.name, layer.parameter, mask.squares)
        uses = 1.0 if mask.uses is None else float(mask.uses)
        return Candidate(score, layer.parameter, mask.mask, uses, self._centroids[layer.name] or 1)


def _advance(layer: Layer) -> None:
    """Bring the layer's mask to where its schedule is at its step."""
    mask = layer.parametrization
    assert isinstance(mask, Mask)
    if is_due(layer.settings, mask.step):
        _choose(layer, mask)
    mask.zero_pruned(layer.parameter)


def _choose(layer: Layer, mask: Mask) -> None:
    score = score_of(layer.settings.score, layer.name, layer.parameter, mask.squares)
    exchange = exchanged_share(layer.settings, mask.step)
    mask.choose(layer.parameter, density_at(layer.settings, mask.step), score, exchange)


def _unfinished(layer: Layer, last: int) -> bool:
    """Whether the layer's mask has to be chosen now; it gets one if it has none yet."""
    mask = layer.parametrization
    if mask is None:
        layer.attach_mask()
        return True
    if not isinstance(mask, Mask) or mask.step >= last:
        return False
    warnings.warn(
        f"layer {layer.name!r} is at step {mask.step} of a schedule of {last}: it is pruned to its density now",
        stacklevel=4,
    )
    return True
