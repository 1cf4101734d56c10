"""What makes a weight worth keeping. A score has the weight's shape; the greater stays.

- magnitude: ``|w|`` (Han et al., NIPS 2015). Says nothing about layers beside each other.
- lamp: ``w^2`` over the sum of the squares of the layer's weights that are at least as large (Lee et al., ICLR 2021,
  arXiv 2010.07611): how much of what is left of the layer would go with it. Within a layer the order of magnitude.
- fisher: ``w^2 E[g^2] / 2``, the loss that goes up by losing w, to second order, with the Fisher information of w for
  its second derivative (Theis et al., arXiv 1801.05787; Molchanov et al., CVPR 2019, average the same Taylor term).
"""

from __future__ import annotations

import torch

from dcmobile.errors import ModelError


@torch.no_grad()
def score_of(kind: str, layer: str, weight: torch.Tensor, squares: torch.Tensor | None) -> torch.Tensor:
    """The score of each weight: float32, not negative.

    kind: "magnitude", "lamp" or "fisher". weight: the dense weight. squares: mean squared gradients, for "fisher".
    Raises ``ModelError`` if there has been no gradient; ``layer`` is for its text.
    """
    magnitude = weight.detach().to(torch.float32).abs()
    if kind == "lamp":
        return _lamp(magnitude)
    if kind == "fisher":
        if squares is None or not squares.any():
            raise ModelError(
                f"layer {layer!r}: the score 'fisher' comes from gradients, and there have been none: begin pruning "
                "some steps later, and call Compressor.step before the gradients are set to zero"
            )
        return magnitude.square() * squares.to(torch.float32) / 2
    return magnitude


def _lamp(magnitude: torch.Tensor) -> torch.Tensor:
    ordered, places = torch.sort(magnitude.flatten(), descending=True, stable=True)
    squares = ordered.to(torch.float64).square()
    share = squares / squares.cumsum(0).clamp(min=torch.finfo(torch.float64).tiny)
    score = torch.empty_like(ordered)
    score[places] = share.to(torch.float32)
    return score.reshape(magnitude.shape)
