"""What the user wants done to all layers together: how much of them stays, at what price of a bit they share, and how
they make up for their errors.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from dcmobile.errors import RecipeError
from dcmobile.recipe_checks import (
    FLOATS,
    check_choice,
    check_integer,
    check_rate,
    check_share,
    check_timing,
    is_real,
    plain_numbers,
)

#: What makes a weight worth keeping beside those of all layers; see ``dcmobile.prune.scores``.
SCORES = ("magnitude", "lamp", "fisher")
_COSTS = ("weights", "bytes", "multiply_adds")


@dataclass(frozen=True)
class PruningBudget:
    """One budget for every layer that a pattern of the recipe fits and that has no density of its own: in TOML, the
    table ``[budget]``. Which layers give how much follows from the scores. Exactly one of the first three is given.

    weights: share of the layers' weights that stay, in (0, 1].
    bytes: what the layers' weights may take in the file, with what belongs to them (gaps, codes, codebooks, tables), by
        an estimate from their entropies (``prune.costs``). Every layer needs ``bits``, or the recipe ``[sharing]``.
    multiply_adds: share of the layers' multiplications of one sample that stay, in (0, 1]. Convolutions and Linears.
    score: "magnitude"; "lamp", the share of a weight in the squared sum of itself and the smaller ones of its layer;
        or "fisher", what losing the weight costs, from the gradients that ``Compressor.step`` sees.
    schedule, begin, end, every, rounds, regrow: as in ``LayerRecipe``.
    """

    weights: float | None = None
    bytes: int | None = None
    multiply_adds: float | None = None
    score: str = "lamp"
    schedule: str = "one_shot"
    begin: int = 0
    end: int | None = None
    every: int | None = None
    rounds: int | None = None
    regrow: bool = False

    def __post_init__(self) -> None:
        given = [name for name in _COSTS if getattr(self, name) is not None]
        if len(given) != 1:
            found = "none of them" if not given else " and ".join(given)
            raise RecipeError(f"a budget is one of {', '.join(_COSTS)}, but it has {found}")
        if self.bytes is not None:
            check_integer("bytes", self.bytes, 1)
        else:
            check_share(given[0], getattr(self, given[0]))
        check_choice("score", self.score, SCORES)
        check_timing(self)
        plain_numbers(self, ("weights", "multiply_adds"), ("bytes", "begin", "end", "every", "rounds"))

    @property
    def cost(self) -> str:
        """What the budget is of: "weights", "bytes" or "multiply_adds"."""
        return next(name for name in _COSTS if getattr(self, name) is not None)

    def settings(self) -> dict[str, Any]:
        """The settings that differ from the defaults."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


@dataclass(frozen=True)
class EntropySharing:
    """Pruning, centroids and codes chosen together while the network trains, for every layer that a pattern of the
    recipe fits and that has no ``bits`` of its own: in TOML, the table ``[sharing]``. See ``share.shadow_codebook``.

    rate: what one bit of the file is worth: the loss that moving weights costs, in units of what an average kept weight
        costs if it is lost; from 0 to 1. One number for all layers; densities and bits fall out of it.
    centroids: at most so many a layer, 1..255; those that do not earn their bytes go.
    end: the step, counted from ``Compressor.share``, from which on the codes stay as they are; only centroids are
        trained then. ``rate`` grows to its full size over the first half of these steps.
    every: steps between two choices of the codes.
    codebook: "fp16" or "fp32". The network trains with the rounded centroids.
    """

    rate: float
    end: int
    centroids: int = 15
    every: int = 25
    codebook: str = "fp16"

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_integer("end", self.end, 1)
        check_integer("centroids", self.centroids, 1, 255)
        check_integer("every", self.every, 1)
        check_choice("codebook", self.codebook, FLOATS)
        plain_numbers(self, ("rate",), ("end", "centroids", "every"))

    def settings(self) -> dict[str, Any]:
        """The settings that differ from the defaults."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


@dataclass(frozen=True)
class Compensation:
    """How layers make up for their errors without training, from calibration inputs (``dcmobile.compensate``): in TOML,
    the table ``[compensation]``. A recipe that has it can only be used with calibration inputs.

    damping: added to the diagonal of each layer's second moments, as a share of its mean, above 0 up to 1000. More
        trusts the samples less: weights make up less for each other, and stay nearer to what they were.
    samples: that are used at most, evenly spread over those given.
    """

    damping: float = 0.3
    samples: int = 128

    def __post_init__(self) -> None:
        if not (is_real(self.damping) and 0 < self.damping <= 1000):
            raise RecipeError(f"damping is {self.damping!r}: it must be above 0 and at most 1000")
        check_integer("samples", self.samples, 1)
        plain_numbers(self, ("damping",), ("samples",))

    def settings(self) -> dict[str, Any]:
        """The settings that differ from the defaults."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
