"""When density falls: pure functions from a step to a density, or to the share of any other budget that is left.

A step is one call of ``Compressor.step``. A schedule says at which steps the mask is chosen (``is_due``), and for
which density (``density_at``). Step 0 is ``Compressor.prune``.

- one_shot: from 1 to the target at ``begin``.
- iterative (Han et al., NIPS 2015, section 3; the paper's prune-retrain loop): round r of R, at
  ``begin + (r - 1) * every``, leaves ``density ** (r / R)``: every round removes the same share of what is left.
- cubic (Zhu and Gupta, arXiv 1710.01878): ``density + (1 - density) * (1 - t) ** 3``, where t runs from 0 at
  ``begin`` to 1 at ``end``: fast at first, while there is much to spare.

With ``regrow`` weights are exchanged at each of these steps (splicing, Guo et al., arXiv 1608.04493). Where every step
exchanges as many as want to, an optimizer like Adam, whose steps are as large for weights that do nothing as for
others, soon exchanges them all, and training diverges. So ``exchanged_share`` falls along a cosine, to nothing at the
end (Evci et al., "RigL", ICML 2020).
"""

from __future__ import annotations

import math

from dcmobile.layer_recipe import LayerRecipe
from dcmobile.recipe_checks import Timing

#: Steps between two masks of the cubic schedule where the recipe does not say.
DEFAULT_EVERY = 100
#: Share of the kept weights that may come from outside the mask at the first exchange.
FIRST_EXCHANGE = 0.2


def last_step(timing: Timing) -> int:
    """The step after which the mask does not change any more."""
    if timing.schedule == "iterative":
        return timing.begin + ((timing.rounds or 1) - 1) * _every(timing)
    return timing.begin if timing.end is None else timing.end


def is_due(timing: Timing, step: int) -> bool:
    """Whether the mask is chosen at this step."""
    if not timing.begin <= step <= last_step(timing):
        return False
    return step == last_step(timing) or (step - timing.begin) % _every(timing) == 0


def share_at(timing: Timing, target: float, step: int) -> float:
    """The share, in (0, 1], that holds from this step on, on the way from 1 to the target."""
    if step < timing.begin:
        return 1.0
    if timing.schedule == "iterative":
        rounds = timing.rounds or 1
        done = min(rounds, (step - timing.begin) // _every(timing) + 1)
        return float(target ** (done / rounds))
    if timing.schedule == "cubic":
        done = min(step, last_step(timing)) - timing.begin
        done -= done % _every(timing) if done < last_step(timing) - timing.begin else 0
        part = done / (last_step(timing) - timing.begin)
        return float(target + (1 - target) * (1 - part) ** 3)
    return target


def density_at(layer: LayerRecipe, step: int) -> float:
    """``share_at`` on the way to the layer's density; 1 where it has none."""
    return 1.0 if layer.density is None else share_at(layer, layer.density, step)


def exchanged_share(timing: Timing, step: int) -> float:
    """Share of the kept weights that may come from outside the mask when it is chosen at this step, with ``regrow``."""
    span = last_step(timing) - timing.begin
    if span <= 0 or step >= last_step(timing):
        return 0.0
    return FIRST_EXCHANGE / 2 * (1 + math.cos(math.pi * (step - timing.begin) / span))


def _every(timing: Timing) -> int:
    return timing.every or DEFAULT_EVERY
