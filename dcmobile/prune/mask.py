"""The mask as a parametrization: ``module.weight`` is the dense weight behind it with the pruned elements zero."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.autograd.function import FunctionCtx

from dcmobile.prune.magnitude import exchanged, greatest_mask_of

#: What is left of an old squared gradient in the mean after one more step; Adam's.
DECAY = 0.999


class Mask(nn.Module):
    """For ``torch.nn.utils.parametrize.register_parametrization(module, "weight", Mask(weight))``.

    mask: bool buffer of the weight's shape, True where the weight stays; part of ``state_dict``.
    regrow_until: None: pruned weights get no gradient. A step: before it, the gradient passes straight through the mask
        to the dense weight, so that a pruned weight can grow and come back (dynamic network surgery, Guo et al.,
        arXiv 1608.04493).
    squares: with ``with_squares``, a float32 buffer of the weight's shape: the running mean of squared gradients, which
        is the diagonal of the empirical Fisher information but for one factor. None without.
    uses: multiplications of one sample with each weight, a float64 scalar buffer; None where no budget needs it.
    step: steps since pruning began; part of ``state_dict`` (extra state).
    """

    mask: torch.Tensor
    squares: torch.Tensor | None
    uses: torch.Tensor | None

    def __init__(
        self,
        weight: torch.Tensor,
        regrow_until: int | None = None,
        with_squares: bool = False,
        uses: float | None = None,
    ) -> None:
        super().__init__()
        self.register_buffer("mask", torch.ones_like(weight, dtype=torch.bool, memory_format=torch.contiguous_format))
        squares = torch.zeros_like(weight, dtype=torch.float32, memory_format=torch.contiguous_format)
        self.register_buffer("squares", squares if with_squares else None)
        count = None if uses is None else torch.tensor(uses, dtype=torch.float64, device=weight.device)
        self.register_buffer("uses", count)
        self.regrow_until = regrow_until
        self.step = 0

    @property
    def regrow(self) -> bool:
        """Whether pruned weights are still trained behind the mask."""
        return self.regrow_until is not None and self.step < self.regrow_until

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
    def choose(
        self, weight: torch.Tensor, density: float, score: torch.Tensor | None = None, exchange: float = 1.0
    ) -> None:
        """Choose the mask by the scores, without them by the magnitudes of the dense weight.

        It only shrinks unless ``regrow`` holds; then at most the share ``exchange`` of the weights that stay is new.
        """
        score = weight.detach().float().abs() if score is None else score
        if not self.regrow:
            self.adopt(weight, greatest_mask_of(score, density, self.mask))
        else:
            self.adopt(weight, exchanged(score, self.mask, greatest_mask_of(score, density), exchange))

    @torch.no_grad()
    def adopt(self, weight: torch.Tensor, mask: torch.Tensor) -> None:
        """Take this mask. Weights behind it that still train start again no greater than the smallest that stays:
        an optimizer's steps would otherwise let all of them outgrow it in time.
        """
        self.mask.copy_(mask)
        if self.regrow and self.mask.any():
            edge = weight[self.mask].abs().min()
            weight.copy_(torch.where(self.mask, weight, weight.clamp(-edge, edge)))

    @torch.no_grad()
    def record(self, gradient: torch.Tensor | None) -> None:
        """Take a gradient of the dense weight into the mean of squares, if there is one to be kept."""
        if self.squares is not None and gradient is not None:
            self.squares.mul_(DECAY).addcmul_(gradient, gradient, value=1 - DECAY)

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
