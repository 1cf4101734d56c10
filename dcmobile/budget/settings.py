"""What a layer is tried at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dcmobile.recipe import Compensation, LayerRecipe, Recipe

#: The layer as it is, in fp32 unless it has few different values anyway.
UNCHANGED = LayerRecipe()

#: Bits and rate from fine to coarse, about half a bit a weight apart. More bits than the rate leaves in use do no harm.
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
#: What lies between two of them.
_RATES_BETWEEN = (
    (8, 0.0001),
    (8, 0.0003),
    (8, 0.0007),
    (7, 0.0014),
    (7, 0.003),
    (6, 0.007),
    (6, 0.014),
    (5, 0.03),
    (5, 0.07),
    (4, 0.14),
)
#: Pruning pays at small sizes only; there, few bits are left for the weights that stay.
_KEPT = (0.5, 0.25, 0.1, 0.05)
_KEPT_BETWEEN = (0.35, 0.15, 0.07)
_PRUNED = LayerRecipe(bits=4, rate=0.02)

#: Tried at every layer, from fine to coarse.
SETTINGS = (
    *(LayerRecipe(bits=bits, rate=rate) for bits, rate in _RATES),
    *(replace(_PRUNED, density=density) for density in _KEPT),
)
#: Tried besides at layers that hold much of the network, where one step of ``SETTINGS`` is a large part of the file.
SETTINGS_BETWEEN = (
    *(LayerRecipe(bits=bits, rate=rate) for bits, rate in _RATES_BETWEEN),
    *(replace(_PRUNED, density=density) for density in _KEPT_BETWEEN),
)
_LARGE = 1 / 16


def settings_for(share: float) -> tuple[LayerRecipe, ...]:
    """What a layer with this share of the network's weights is tried at, from fine to coarse."""
    return SETTINGS if share < _LARGE else ALL_SETTINGS


def _fineness(settings: LayerRecipe) -> tuple[float, float]:
    return -(settings.density or 1.0), settings.rate


#: Both, from fine to coarse.
ALL_SETTINGS = tuple(sorted(SETTINGS + SETTINGS_BETWEEN, key=_fineness))


def recipe_of(layers: Mapping[str, LayerRecipe], compensation: Compensation | None = None) -> Recipe:
    """The recipe with these settings by layer. A layer without a name, the model itself, goes by ``*``."""
    return Recipe({name or "*": settings for name, settings in layers.items()}, compensation=compensation)


def settings_text(settings: LayerRecipe) -> str:
    """For tables: ``fp32``, ``6 bits``, ``6 bits, rate 0.01`` or ``25 % of 4 bits, rate 0.02``."""
    if settings.bits is None:
        return "fp32"
    kept = "" if settings.density is None else f"{100 * settings.density:.3g} % of "
    rate = f", rate {settings.rate:g}" if settings.rate else ""
    return f"{kept}{settings.bits} bits{rate}"
