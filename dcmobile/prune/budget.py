"""Masks of several layers together, within one budget: the weights of the greatest scores, whatever layer has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from dcmobile.prune.costs import shared_bytes
from dcmobile.prune.magnitude import exchanged
from dcmobile.prune.schedules import last_step, share_at
from dcmobile.recipe import PruningBudget, Recipe

Borders = npt.NDArray[np.int64]

#: A search for a number of bytes ends when this share of the budget, or less, is left.
_CLOSE = 0.002


@dataclass(frozen=True)
class Candidate:
    """A layer that takes part.

    score: of each weight. weight: its values. mask: those that stay now. uses: multiplications of a sample with each
    weight; 1 where the budget is of something else. centroids: of the codebook to come, for a budget of bytes.
    """

    score: torch.Tensor
    weight: torch.Tensor
    mask: torch.Tensor
    uses: float = 1.0
    centroids: int = 32


def budget_limit(candidates: Sequence[Candidate], budget: PruningBudget, step: int | None = None) -> float:
    """How much of the budget's cost may be left at this step of its schedule, or at its end."""
    if budget.cost == "bytes":
        whole = [(each.weight.detach().float().cpu().numpy().ravel(), each.centroids) for each in candidates]
        full = sum(shared_bytes(values, np.ones(values.size, np.bool_), centroids) for values, centroids in whole)
    else:
        full = sum(each.uses * each.mask.numel() for each in candidates)
    target = budget.bytes / full if budget.bytes is not None else budget.weights or budget.multiply_adds or 1.0
    return share_at(budget, min(1.0, target), last_step(budget) if step is None else step) * full


def centroids_of(layer: str, recipe: Recipe) -> int | None:
    """How many values the layer will share at most; None if it will not be shared."""
    settings = recipe.for_module(layer)
    if settings is not None and settings.bits is not None:
        return min(1 << settings.bits, 255)
    return recipe.sharing.centroids if recipe.sharing is not None else None


@torch.no_grad()
def choose_masks(
    layers: Sequence[Candidate], cost: str, limit: float, regrow: bool, exchange: float
) -> list[torch.Tensor]:
    """The new masks, bool tensors of the weights' shapes on their devices.

    cost: "weights", "bytes" or "multiply_adds"; limit: how much of it all layers may take together. Every layer keeps
    its best weight at least, which may be more than the limit. regrow: weights outside the mask may come back, at most
    the share ``exchange`` of what stays. Ties go to the earlier layer and the lower index.
    """
    flat = [_flat_scores(layer, regrow) for layer in layers]
    scores = torch.cat(flat)
    order = torch.sort(scores, descending=True, stable=True).indices
    order = order[: int(torch.count_nonzero(scores >= 0))]  # without those that may not come back
    borders = np.cumsum([0, *(score.numel() for score in flat)])
    keep = _prefix(layers, borders, order, cost, limit)
    chosen = torch.zeros_like(scores, dtype=torch.bool)
    chosen[order[:keep]] = True
    masks = []
    for layer, score, begin in zip(layers, flat, borders[:-1], strict=True):
        part = chosen[begin : begin + score.numel()]
        if regrow:
            part = exchanged(score, layer.mask.flatten(), part, exchange)
        masks.append(part.reshape(layer.mask.shape))
    return masks


def _flat_scores(layer: Candidate, regrow: bool) -> torch.Tensor:
    """Score for each unit of cost; -1 where a weight cannot stay, infinity for the layer's best."""
    score = (layer.score / layer.uses).flatten().clamp(max=torch.finfo(torch.float32).max)
    if not regrow:
        score = torch.where(layer.mask.flatten(), score, -1.0)
    score[int(score.argmax())] = torch.inf
    return score


def _prefix(
    layers: Sequence[Candidate],
    borders: Borders,
    order: torch.Tensor,
    cost: str,
    limit: float,
) -> int:
    """How many of the best weights fit the limit."""
    least = min(len(layers), order.numel())
    if cost == "weights":
        return max(least, min(order.numel(), round(limit)))
    if cost == "multiply_adds":
        uses = torch.cat([torch.full((layer.mask.numel(),), layer.uses, dtype=torch.float64) for layer in layers])
        spent = uses.to(order.device)[order].cumsum(0)
        return max(least, int(torch.count_nonzero(spent <= limit * (1 + 1e-9))))
    return _search(least, order.numel(), _bytes_of(layers, borders, order), limit)


def _bytes_of(layers: Sequence[Candidate], borders: Borders, order: torch.Tensor) -> Callable[[int], float]:
    places = order.cpu().numpy()
    values = [layer.weight.detach().float().cpu().numpy().ravel() for layer in layers]

    def measure(keep: int) -> float:
        kept = np.zeros(borders[-1], np.bool_)
        kept[places[:keep]] = True
        return sum(
            shared_bytes(held, kept[begin : begin + held.size], layer.centroids)
            for layer, held, begin in zip(layers, values, borders[:-1], strict=True)
        )

    return measure


def _search(least: int, most: int, measure: Callable[[int], float], limit: float) -> int:
    """The greatest count within the limit, or nearly; more weights take more bytes."""
    if measure(most) <= limit:
        return most
    while most - least > 1:
        middle = (least + most) // 2
        taken = measure(middle)
        if taken <= limit:
            least = middle
            if taken >= limit * (1 - _CLOSE):
                break
        else:
            most = middle
    return least
