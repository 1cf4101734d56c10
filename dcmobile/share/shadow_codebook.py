"""A codebook whose codes are still being chosen: ``module.weight`` is looked up, what is trained is a shadow of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from dcmobile.share.rate_distortion import Assignment, start

#: Rounds that the first codes are chosen in, and the share of the rate that they go by: nearly k-means.
_FIRST_ROUNDS = 10
_FIRST_RATE = 0.01
#: Share of the steps until the codes are frozen in which the rate grows.
_RAMP = 0.5


class ShadowCodebook(nn.Module):
    """For ``register_parametrization(module, "weight", ShadowCodebook(...), unsafe=True)`` on a weight or a masked one.

    The parameter stays the dense weight, here called the shadow. The weight that is used has a centroid or zero in the
    place of each element; its gradient goes straight through to the shadow (Courbariaux et al., arXiv 1511.00363), but
    not to weights outside ``mask``, which stay zero. Every few steps each weight gets the code that is best for its
    shadow (``rate_distortion``); after every step each centroid is the mean of its shadows.

    mask: bool, of the weight's shape: which weights may be other than zero. importance: float32, of that shape.
    codes: uint8, of that shape: 0 is zero, ``i + 1`` stands for centroid i. centroids: float32 [k]. alive: bool [k].
    All are buffers and part of ``state_dict``. rounded: whether the file holds centroids as float16, and the network
    trains with them. row_bits: what a row (index of the first axis) with any weight costs in the file beside its
    weights. step: since sharing began; extra state.
    """

    mask: torch.Tensor
    importance: torch.Tensor
    codes: torch.Tensor
    centroids: torch.Tensor
    alive: torch.Tensor
    _places: torch.Tensor
    _members: torch.Tensor
    _weights: torch.Tensor

    def __init__(
        self, mask: torch.Tensor, importance: torch.Tensor, centroids: int, half: bool, row_bits: int = 0
    ) -> None:
        super().__init__()
        self.rounded = half
        self.row_bits = row_bits
        self.step = 0
        self.register_buffer("mask", mask.detach().clone())
        self.register_buffer("importance", importance.detach().to(torch.float32).clone())
        self.register_buffer("codes", torch.zeros_like(mask, dtype=torch.uint8))
        self.register_buffer("centroids", torch.zeros(centroids, device=mask.device))
        self.register_buffer("alive", torch.zeros(centroids, dtype=torch.bool, device=mask.device))
        self._index()

    def _index(self) -> None:
        """Places, codes and importance of the weights that may stay, flat; not part of ``state_dict``."""
        places = self.mask.flatten().nonzero().squeeze(1)
        self.register_buffer("_places", places, persistent=False)
        self.register_buffer("_members", self.codes.flatten()[places].to(torch.int64), persistent=False)
        self.register_buffer("_weights", self.importance.flatten()[places].to(torch.float64), persistent=False)

    def forward(self, shadow: torch.Tensor) -> torch.Tensor:
        """The weight: of the shadow's shape, each element a centroid or zero."""
        look_up: Any = _StraightThrough.apply
        weight: torch.Tensor = look_up(shadow, self.table, self._members, self._places, self.mask)
        return weight

    def right_inverse(self, weight: torch.Tensor) -> torch.Tensor:
        """The shadow after ``module.weight = weight``."""
        return weight

    @property
    def table(self) -> torch.Tensor:
        """Zero, then the centroids as the file will hold them; float32 [k + 1]."""
        stored = self.centroids.to(torch.float16).to(torch.float32) if self.rounded else self.centroids
        return torch.cat((stored.new_zeros(1), stored))

    @property
    def density(self) -> float:
        """Share of the weights that are not zero."""
        return int(torch.count_nonzero(self._members)) / self.codes.numel()

    @torch.no_grad()
    def begin(self, shadow: torch.Tensor, rate: float) -> None:
        """Choose the first codes."""
        values, places, importance = self._on_host(shadow)
        first = start(
            places,
            self.codes.numel(),
            values,
            importance,
            self.centroids.numel(),
            self.rounded,
            self._row_size,
            self.row_bits,
        )
        for _ in range(_FIRST_ROUNDS):
            first.improve(rate * _FIRST_RATE)
        self._take(first)

    @torch.no_grad()
    def advance(self, shadow: torch.Tensor, rate: float, end: int, every: int) -> None:
        """One step on: new codes where they are due before ``end``, and centroids at the means of their shadows."""
        self.step += 1
        if self.step < end and self.step % every == 0:
            values, places, importance = self._on_host(shadow)
            now = Assignment(
                places,
                self.codes.numel(),
                values,
                importance,
                self._members.cpu().numpy(),
                self.centroids.double().cpu().numpy(),
                self.alive.cpu().numpy().copy(),
                16 if self.rounded else 32,
                self._row_size,
                self.row_bits,
            )
            now.improve(rate * min(1.0, self.step / (_RAMP * end)))
            self._take(now)
        else:
            self._move_centroids(shadow)

    @property
    def _row_size(self) -> int:
        return self.codes[0].numel()

    def _on_host(self, shadow: torch.Tensor) -> tuple[Any, Any, Any]:
        values = shadow.detach().flatten()[self._places].to(torch.float64).cpu().numpy()
        return values, self._places.cpu().numpy(), self._weights.cpu().numpy()

    def _take(self, assignment: Assignment) -> None:
        codes = torch.from_numpy(assignment.codes.astype(np.uint8)).to(self.codes.device)
        self.codes.view(-1)[self._places] = codes
        self._members.copy_(codes)
        self.centroids.copy_(torch.from_numpy(assignment.centroids))
        self.alive.copy_(torch.from_numpy(assignment.alive))

    def _move_centroids(self, shadow: torch.Tensor) -> None:
        values = shadow.detach().flatten()[self._places].to(torch.float64)
        size = self.centroids.numel() + 1
        sums = torch.bincount(self._members, values * self._weights, size)[1:]
        weights = torch.bincount(self._members, self._weights, size)[1:]
        self.centroids.copy_(torch.where(weights > 0, sums / weights.clamp(min=1e-300), self.centroids))

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        super()._load_from_state_dict(state_dict, prefix, *args)
        self._index()

    def get_extra_state(self) -> torch.Tensor:
        """The step, as an int64 scalar."""
        return torch.tensor(self.step)

    def set_extra_state(self, state: Any) -> None:
        """Take the step back."""
        self.step = int(state)

    def extra_repr(self) -> str:
        """Shown by ``print(model)``."""
        used = int(torch.count_nonzero(self.alive))
        return f"shape={list(self.codes.shape)}, centroids={used}, density={self.density:.4f}, step={self.step}"


class _StraightThrough(torch.autograd.Function):
    """Forward looks up, backward passes the gradient of the weights that may stay."""

    @staticmethod
    def forward(
        ctx: Any,
        shadow: torch.Tensor,
        table: torch.Tensor,
        members: torch.Tensor,
        places: torch.Tensor,
        mask: torch.Tensor,
    ) -> torch.Tensor:
        ctx.save_for_backward(mask)
        weight = torch.zeros_like(shadow, memory_format=torch.contiguous_format)
        weight.view(-1).index_copy_(0, places, table.index_select(0, members).to(shadow.dtype))
        return weight

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None, None, None]:
        (mask,) = ctx.saved_tensors
        return gradient * mask, None, None, None, None
