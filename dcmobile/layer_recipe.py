"""What the user wants done to one layer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from dcmobile.errors import RecipeError
from dcmobile.recipe_checks import (
    LAYER_FLOATS,
    check_choice,
    check_integer,
    check_rate,
    check_share,
    check_timing,
    plain_numbers,
    timing_given,
)

#: How the centroids start (paper, section 3.2): evenly over the range, evenly over the distribution, at random weights.
INITS = ("linear", "density", "random")
#: What makes a weight worth keeping beside the others of its layer; see ``dcmobile.prune.scores``.
LAYER_SCORES = ("magnitude", "fisher")


@dataclass(frozen=True)
class LayerRecipe:
    """Settings of one layer. A step is one call of ``Compressor.step``: one ``optimizer.step``.

    density: share of the weights that stay, in (0, 1]. None: no pruning, unless the recipe has a budget for all layers.
    score: which weights stay: those of the greatest "magnitude", or those whose loss would cost most, "fisher"; see
        ``dcmobile.prune.scores``.
    bits: log2 of the number of centroids, 1..8. A layer with zero weights (pruned ones) has 255 centroids at 8 bits, so
        that zero and centroids together still fit a codebook of 256. None: the weights are not clustered. They are
        written dense, zeros too; only where they have at most 255 different non-zero values, as codes, without loss.
    init: where k-means starts: "linear", "density" or "random".
    rate: what one bit of a code is worth: squared error a weight, as a share of the layer's mean square weight, from 0
        to 1. Above 0, the centroids are chosen for the least squared error plus ``rate`` times the entropy of the
        codes: a smaller file at the same error than fewer bits give. 0: plain k-means. 0.0001 hardly changes the
        error; 0.001 takes about a bit off 5-bit codes.
    schedule: "one_shot" prunes at ``begin``; "iterative" prunes in ``rounds`` rounds, ``every`` steps apart, each of
        which leaves the same share of the weights; "cubic" lets density fall from 1 at ``begin`` to its target at
        ``end``, pruning every ``every`` steps (100 by default).
    begin, end, every, rounds: see schedule. With "one_shot" and ``regrow`` the mask is chosen anew every ``every``
        steps until ``end``.
    regrow: until the schedule ends, pruned weights go on being trained behind the mask (straight-through gradient) and
        may come back when the mask is next chosen; fewer each time (``schedules.exchanged_share``). Otherwise masks
        only shrink.
    codebook: of the centroids in the file: "fp32", "fp16" for half the bytes, or "auto": fp16 where the rounding is
        lost in the error of the sharing, at most a twentieth of it, squared; fp32 for centroids that were trained.
    biases: "fp32", "fp16", or "auto": as the centroids of the layer's weights, if the rounding is that of normal
        numbers; fp32 where there are none. A batch norm behind a layer that is shared already has its factors so
        too, by the pattern that fits its own module.
    """

    density: float | None = None
    score: str = "magnitude"
    bits: int | None = None
    init: str = "linear"
    rate: float = 0.0
    schedule: str = "one_shot"
    begin: int = 0
    end: int | None = None
    every: int | None = None
    rounds: int | None = None
    regrow: bool = False
    codebook: str = "auto"
    biases: str = "auto"

    def __post_init__(self) -> None:
        if self.density is not None:
            check_share("density", self.density)
        check_rate(self.rate)
        if self.bits is not None:
            check_integer("bits", self.bits, 1, 8)
        choices = (("init", INITS), ("score", LAYER_SCORES), ("codebook", LAYER_FLOATS), ("biases", LAYER_FLOATS))
        for name, allowed in choices:
            check_choice(name, getattr(self, name), allowed)
        check_timing(self)
        pruning = timing_given(self) or self.begin or self.regrow or self.schedule != "one_shot"
        if self.density is None and (pruning or self.score != "magnitude"):
            raise RecipeError("a schedule or a score without 'density' prunes nothing: give the density")
        if self.bits is None and (self.init != "linear" or self.rate or self.codebook == "fp16"):
            raise RecipeError("init, rate or codebook without 'bits' has no centroids to act on: give the bits")
        plain_numbers(self, ("density", "rate"), ("bits", "begin", "end", "every", "rounds"))

    def settings(self) -> dict[str, Any]:
        """The settings that differ from the defaults."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
