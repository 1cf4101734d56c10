"""When density falls: pure functions from a step to a density.

A step is one call of ``Compressor.step``. A schedule says at which steps the mask is chosen (``is_due``), and for
which density (``density_at``). Step 0 is ``Compressor.prune``.

- one_shot: from 1 to the target at ``begin``.
- iterative (Han et al., NIPS 2015, section 3; the paper's prune-retrain loop): round r of R, at
  ``begin + (r - 1) * every``, leaves ``density ** (r / R)``: every round removes the same share of what is left.
- cubic (Zhu and Gupta, arXiv 1710.01878): ``density + (1 - density) * (1 - t) ** 3``, where t runs from 0 at
  ``begin`` to 1 at ``end``: fast at first, while there is much to spare.
"""

from __future__ import annotations

from dcmobile.recipe import LayerRecipe

#: Steps between two masks of the cubic schedule where the recipe does not say.
DEFAULT_EVERY = 100


def last_step(layer: LayerRecipe) -> int:
    """The step after which the mask does not change any more."""
    if layer.schedule == "iterative":
        return layer.begin + ((layer.rounds or 1) - 1) * _every(layer)
    return layer.begin if layer.end is None else layer.end


def is_due(layer: LayerRecipe, step: int) -> bool:
    """Whether the mask is chosen at this step."""
    if layer.density is None or not layer.begin <= step <= last_step(layer):
        return False
    return step == last_step(layer) or (step - layer.begin) % _every(layer) == 0


def density_at(layer: LayerRecipe, step: int) -> float:
    """The density that holds from this step on, in (0, 1]."""
    if layer.density is None or step < layer.begin:
        return 1.0
    if layer.schedule == "iterative":
        rounds = layer.rounds or 1
        done = min(rounds, (step - layer.begin) // _every(layer) + 1)
        return float(layer.density ** (done / rounds))
    if layer.schedule == "cubic":
        done = min(step, last_step(layer)) - layer.begin
        done -= done % _every(layer) if done < last_step(layer) - layer.begin else 0
        part = done / (last_step(layer) - layer.begin)
        return float(layer.density + (1 - layer.density) * (1 - part) ** 3)
    return layer.density


def _every(layer: LayerRecipe) -> int:
    return layer.every or DEFAULT_EVERY
