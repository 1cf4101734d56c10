"""The mask as a parametrization: ``module.weight`` is the dense weight behind it with the pruned elements zero."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.autograd.function import FunctionCtx

from dcmobile.prune.magnitude import magnitude_mask_of


class Mask(nn.Module):
    """For ``torch.nn.utils.parametrize.register_parametrization(module, "weight", Mask(weight))``.

    mask: bool buffer of the weight's shape, True where the weight stays; part of ``state_dict``.
    regrow: False: pruned weights get no gradient. True: the gradient passes straight through the mask to the dense
        weight, so that a pruned weight can grow and come back (dynamic network surgery, Guo et al., arXiv 1608.04493).
    step: steps since pruning began; part of ``state_dict`` (extra state).
    """

    mask: torch.Tensor

    def __init__(self, weight: torch.Tensor, regrow: bool = False) -> None:
        super().__init__()
        self.register_buffer("mask", torch.ones_like(weight, dtype=torch.bool, memory_format=torch.contiguous_format))
        self.regrow = regrow
        self.step = 0

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight with the pruned elements zero."""
        if self.regrow:
            masked: torch.Tensor = _StraightThrough.apply(weight, self.mask)  # type: ignore[no-untyped-call]
            return masked
        return weight * self.mask

    def right_inverse(self, weight: torch.Tensor) -> torch.Tensor:
        """What is behind the mask after ``module.weight = weight``."""
        return weight

    @property
    def density(self) -> float:
        """Share of the weights that stay."""
        return int(self.mask.sum()) / self.mask.numel()

    @torch.no_grad()
    def choose(self, weight: torch.Tensor, density: float) -> None:
        """Choose the mask by the magnitudes of the dense weight. It only shrinks unless ``regrow`` is set."""
        self.mask.copy_(magnitude_mask_of(weight, density, None if self.regrow else self.mask))

    @torch.no_grad()
    def zero_pruned(self, weight: torch.Tensor) -> None:
        """Set the pruned elements of the dense weight to zero, whatever the optimizer's momentum made of them."""
        if not self.regrow:
            weight.mul_(self.mask)

    def get_extra_state(self) -> torch.Tensor:
        """The step, as an int64 scalar."""
        return torch.tensor(self.step)

    def set_extra_state(self, state: Any) -> None:
        """Take the step back."""
        self.step = int(state)

    def extra_repr(self) -> str:
        """Shown by ``print(model)``."""
        return f"density={self.density:.4f}, step={self.step}{', regrow' if self.regrow else ''}"


class _StraightThrough(torch.autograd.Function):
    """Forward masks, backward does not."""

    @staticmethod
    def forward(ctx: FunctionCtx, weight: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return weight * mask

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return gradient, None
