"""The codebook as a parametrization: ``module.weight`` is looked up in a few trained centroids (paper, section 3.3)."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Codebook(nn.Module):
    """For ``register_parametrization(module, "weight", Codebook(codes, shape), unsafe=True)``; then set the centroids.

    The parameter behind ``module.weight`` is the vector of centroids, float32 [k]. The codes are frozen: training moves
    the centroids, and each has the sum of its members' gradients as its gradient (equation 3).

    codes: integers, one a weight, row-major: 0 is a pruned weight, ``i + 1`` stands for centroid i. Kept as a buffer,
        uint8, or int16 where there are 256 centroids; part of ``state_dict``.
    shape: of the weight.
    centroids: how many there are.
    """

    codes: torch.Tensor
    _places: torch.Tensor | None
    _members: torch.Tensor

    def __init__(self, codes: torch.Tensor, shape: tuple[int, ...], centroids: int) -> None:
        super().__init__()
        kind = torch.uint8 if centroids <= 255 else torch.int16
        self.shape = tuple(shape)
        self.centroids = centroids
        self.register_buffer("codes", codes.to(kind).reshape(self.shape).contiguous())
        self._index()

    def _index(self) -> None:
        """Where the non-zero weights are, and the centroid of each: what forward and backward go through.

        ``_places`` is None where no weight is pruned. Both follow from the codes, so they are not part of
        ``state_dict``.
        """
        flat = self.codes.flatten().to(torch.int64)
        places = flat.nonzero().squeeze(1)
        dense = places.numel() == flat.numel()
        self.register_buffer("_places", None if dense else places, persistent=False)
        self.register_buffer("_members", (flat if dense else flat[places]) - 1, persistent=False)

    def forward(self, centroids: torch.Tensor) -> torch.Tensor:
        """The weight: shape ``self.shape``, zero where pruned."""
        look_up: Any = _LookUp.apply
        weight: torch.Tensor = look_up(centroids, self._members, self._places, self.shape)
        return weight

    def right_inverse(self, weight: torch.Tensor) -> torch.Tensor:
        """The centroids that come nearest to a weight of shape ``self.shape``: the mean over each one's members.

        ``module.weight = weight`` does this. The centroids themselves, [k], are passed through: a tied weight is
        registered a second time when its parameter is the codebook already.
        """
        if tuple(weight.shape) != self.shape:
            return weight
        values = weight.detach().flatten()
        members = values if self._places is None else values[self._places]
        sums = _sum_by_member(members, self._members, self.centroids)
        counts = torch.bincount(self._members, minlength=self.centroids).clamp(min=1)
        return (sums / counts).to(weight.dtype)

    @property
    def density(self) -> float:
        """Share of the weights that are not pruned."""
        return self._members.numel() / self.codes.numel()

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        super()._load_from_state_dict(state_dict, prefix, *args)
        self._index()

    def extra_repr(self) -> str:
        """Shown by ``print(model)``."""
        return f"shape={list(self.shape)}, centroids={self.centroids}, density={self.density:.4f}"


class _LookUp(torch.autograd.Function):
    """``weight[places[j]] = centroids[members[j]]``; backward sums the gradient over each centroid's members.

    Autograd's own backward of indexing would do the same by way of a scatter over the whole weight.
    """

    @staticmethod
    def forward(
        ctx: Any, centroids: torch.Tensor, members: torch.Tensor, places: torch.Tensor | None, shape: tuple[int, ...]
    ) -> torch.Tensor:
        ctx.save_for_backward(members, places)
        ctx.centroids = centroids.numel()
        values = centroids.index_select(0, members)
        if places is None:
            return values.reshape(shape)
        weight = centroids.new_zeros(shape)
        weight.view(-1).index_copy_(0, places, values)
        return weight

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        members, places = ctx.saved_tensors
        flat = gradient.reshape(-1)
        values = flat if places is None else flat.index_select(0, places)
        return _sum_by_member(values, members, ctx.centroids).to(gradient.dtype), None, None, None


def _sum_by_member(values: torch.Tensor, members: torch.Tensor, centroids: int) -> torch.Tensor:
    """Equation 3: ``sums[k]`` adds the values whose centroid is k. In float64: a cluster may have millions."""
    return torch.bincount(members, weights=values.to(torch.float64), minlength=centroids)
