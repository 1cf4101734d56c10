"""What a layer is tried at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dcmobile.recipe import LayerRecipe, Recipe

#: The layer as it is, in fp32 unless it has few different values anyway.
UNCHANGED = LayerRecipe()

_RATES = (
    (8, 0.0),
    (8, 0.0002),
    (8, 0.0005),
    (7, 0.001),
    (7, 0.002),
    (6, 0.005),
    (6, 0.01),
    (5, 0.02),
    (5, 0.05),
    (4, 0.1),
    (3, 0.2),
)
#: Pruning pays at small sizes only; there, few bits are left for the weights that stay.
_PRUNED = ((0.5, 4), (0.25, 4), (0.1, 4), (0.05, 4))
_PRUNED_RATE = 0.02

#: From fine to coarse, about half a bit a weight apart. More bits than the rate leaves in use do no harm.
SETTINGS = (
    *(LayerRecipe(bits=bits, rate=rate) for bits, rate in _RATES),
    *(LayerRecipe(density=density, bits=bits, rate=_PRUNED_RATE) for density, bits in _PRUNED),
)


def with_half_floats(settings: LayerRecipe) -> LayerRecipe:
    """The same with centroids and biases in float16, whose rounding is far below the error of sharing."""
    return replace(settings, codebook="fp16", biases="fp16")


def recipe_of(layers: Mapping[str, LayerRecipe]) -> Recipe:
    """The recipe with these settings by layer. A layer without a name, the model itself, goes by ``*``."""
    return Recipe({name or "*": settings for name, settings in layers.items()})


def settings_text(settings: LayerRecipe) -> str:
    """For tables: ``fp32``, ``6 bits``, ``6 bits, rate 0.01`` or ``25 % of 4 bits, rate 0.02``."""
    if settings.bits is None:
        return "fp32"
    kept = "" if settings.density is None else f"{100 * settings.density:.3g} % of "
    rate = f", rate {settings.rate:g}" if settings.rate else ""
    return f"{kept}{settings.bits} bits{rate}"
