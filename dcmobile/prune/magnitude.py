"""Which weights stay: the largest by magnitude (paper, section 2), or by any other score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from dcmobile.errors import RecipeError

Mask = npt.NDArray[np.bool_]


def kept_count(density: float, elements: int) -> int:
    """How many of so many weights a density keeps: rounded to the nearest, and at least one.

    Raises ``RecipeError`` for a density outside (0, 1].
    """
    if not 0 < density <= 1:
        raise RecipeError(f"density is {density!r}: it must be above 0 and at most 1")
    return max(1, round(density * elements))


def magnitude_mask(values: npt.NDArray[np.float32], density: float, within: Mask | None = None) -> Mask:
    """True for the ``kept_count`` weights of the greatest magnitude. Ties go to the lower row-major index.

    values: any shape, finite. within: same shape; only weights that are True there can stay, so that fewer than
    ``kept_count`` may. O(n), deterministic; needs about 10 bytes an element.
    """
    magnitude = np.abs(values).ravel()
    keep = kept_count(density, magnitude.size)
    candidates = magnitude > 0
    if within is not None:
        candidates = within.ravel()
        keep = min(keep, int(np.count_nonzero(candidates)))
    elif np.count_nonzero(candidates) < keep:
        candidates = np.ones_like(candidates)
    # Selecting among the candidates only also keeps this fast: np.partition is slow on a great many equal values.
    mask = np.zeros_like(candidates)
    mask[candidates] = _largest(magnitude[candidates], keep)
    return mask.reshape(values.shape)


def _largest(magnitude: npt.NDArray[np.float32], keep: int) -> Mask:
    """True for exactly ``keep`` of the values: the greatest, and of those that tie at the edge the first ones."""
    if keep == 0:
        return np.zeros(magnitude.shape, np.bool_)
    threshold = np.partition(magnitude, magnitude.size - keep)[magnitude.size - keep]
    mask: Mask = magnitude > threshold
    ties = np.flatnonzero(magnitude == threshold)
    mask[ties[: keep - int(np.count_nonzero(mask))]] = True
    return mask


@torch.no_grad()
def magnitude_mask_of(weight: torch.Tensor, density: float, within: torch.Tensor | None = None) -> torch.Tensor:
    """``magnitude_mask`` for a tensor on any device: the same mask, as a bool tensor on that device."""
    return greatest_mask_of(weight.detach().to(torch.float32).abs(), density, within)


@torch.no_grad()
def greatest_mask_of(score: torch.Tensor, density: float, within: torch.Tensor | None = None) -> torch.Tensor:
    """As ``magnitude_mask_of`` with the scores, not negative, in the place of magnitudes; float32, on any device."""
    if score.device.type == "cpu":
        values = score.contiguous().numpy()
        return torch.from_numpy(magnitude_mask(values, density, None if within is None else within.numpy()))
    magnitude = score.flatten().clone()
    if within is not None:
        magnitude.masked_fill_(~within.flatten(), -1)
    keep = kept_count(density, magnitude.numel())
    if within is not None:
        keep = min(keep, int(within.sum()))
    # A stable sort, largest first, leaves ties in the order of their index.
    order = torch.sort(magnitude, descending=True, stable=True).indices
    mask = torch.zeros_like(magnitude, dtype=torch.bool)
    mask[order[:keep]] = True
    return mask.reshape(score.shape)


@torch.no_grad()
def exchanged(score: torch.Tensor, old: torch.Tensor, wanted: torch.Tensor, share: float) -> torch.Tensor:
    """The wanted mask, but with at most ``share`` of its weights from outside the old one.

    The best of the newcomers come in; for the others the best of those that were to go stay. score: float32, like the
    masks of any one shape.
    """
    newcomers = wanted & ~old
    allowed = int(share * int(wanted.sum()))
    refused = int(newcomers.sum()) - allowed
    if refused <= 0:
        return wanted
    leaving = old & ~wanted
    staying = min(refused, int(leaving.sum()))
    return (wanted & old) | _best(score, newcomers, allowed) | _best(score, leaving, staying)


def _best(score: torch.Tensor, among: torch.Tensor, count: int) -> torch.Tensor:
    places = among.flatten().nonzero().squeeze(1)
    order = torch.sort(score.flatten()[places], descending=True, stable=True).indices
    mask = torch.zeros(score.numel(), dtype=torch.bool, device=score.device)
    mask[places[order[:count]]] = True
    return mask.reshape(score.shape)
