"""Checks that the parts of a recipe share: numbers, choices, and schedules that have what they need."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Protocol

from dcmobile.errors import RecipeError

#: How the network's weights fall away while the user trains; see ``dcmobile.prune.schedules``.
SCHEDULES = ("one_shot", "iterative", "cubic")
#: How codebooks and biases are written.
FLOATS = ("fp32", "fp16")
#: The same for a layer, or as its weights allow it.
LAYER_FLOATS = ("auto", *FLOATS)

#: What each schedule needs, and what it may have besides.
_TIMING: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "one_shot": (frozenset(), frozenset()),
    "iterative": (frozenset({"every", "rounds"}), frozenset()),
    "cubic": (frozenset({"end"}), frozenset({"every"})),
}


class Timing(Protocol):
    """When weights go: of one layer (``LayerRecipe``) or of a budget over several (``PruningBudget``)."""

    @property
    def schedule(self) -> str:
        """One of ``SCHEDULES``."""

    @property
    def begin(self) -> int:
        """The first step that prunes."""

    @property
    def end(self) -> int | None:
        """The last step that prunes."""

    @property
    def every(self) -> int | None:
        """Steps between two masks."""

    @property
    def rounds(self) -> int | None:
        """Of the iterative schedule."""

    @property
    def regrow(self) -> bool:
        """Whether pruned weights may come back."""


def check_timing(timing: Timing) -> None:
    """Raise ``RecipeError`` unless the schedule has what it needs and nothing that it would ignore."""
    check_integer("begin", timing.begin, 0)
    for name, least in (("end", 0), ("every", 1), ("rounds", 1)):
        if getattr(timing, name) is not None:
            check_integer(name, getattr(timing, name), least)
    check_choice("schedule", timing.schedule, SCHEDULES)
    if not isinstance(timing.regrow, bool):
        raise RecipeError(f"regrow is {timing.regrow!r}: it must be true or false")
    needed, allowed = _TIMING[timing.schedule]
    if timing.schedule == "one_shot" and timing.regrow:
        allowed = frozenset({"end", "every"})
    given = timing_given(timing)
    if missing := needed - given:
        raise RecipeError(f"schedule {timing.schedule!r} needs {' and '.join(repr(name) for name in sorted(missing))}")
    if ignored := given - needed - allowed:
        raise RecipeError(
            f"schedule {timing.schedule!r} does not use {' or '.join(repr(name) for name in sorted(ignored))}"
        )
    if timing.end is not None and timing.end <= timing.begin:
        raise RecipeError(f"end is {timing.end}: it must be after begin, {timing.begin}")


def timing_given(timing: Timing) -> set[str]:
    """Which of end, every and rounds are set."""
    return {name for name in ("end", "every", "rounds") if getattr(timing, name) is not None}


def check_integer(name: str, value: object, least: int, most: int | None = None) -> None:
    """Raise ``RecipeError`` unless the value is an integer from ``least`` to ``most``."""
    if not is_integer(value) or value < least or (most is not None and value > most):  # type: ignore[operator]
        span = f"from {least} to {most}" if most is not None else f"of at least {least}"
        raise RecipeError(f"{name} is {value!r}: it must be an integer {span}")


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ``RecipeError`` unless the value is one of the choices."""
    if value not in choices:
        raise RecipeError(f"{name} is {value!r}: it must be one of {', '.join(choices)}")


def check_share(name: str, value: object) -> None:
    """Raise ``RecipeError`` unless the value is a share that leaves something: above 0 and at most 1."""
    if not (is_real(value) and 0 < value <= 1):  # type: ignore[operator]
        raise RecipeError(f"{name} is {value!r}: it must be above 0 and at most 1")


def check_rate(value: object) -> None:
    """Raise ``RecipeError`` unless the value is what a bit may be worth."""
    if not (is_real(value) and 0 <= value <= 1):  # type: ignore[operator]
        raise RecipeError(f"rate is {value!r}: it must be from 0 to 1")


def is_integer(value: object) -> bool:
    """Whether it is a whole number, and no bool."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_real(value: object) -> bool:
    """Whether it is a real number, and no bool."""
    return isinstance(value, Real) and not isinstance(value, bool)


def plain_numbers(settings: object, floats: tuple[str, ...], integers: tuple[str, ...]) -> None:
    """Make numbers of other libraries plain ones, which TOML can write, in a frozen dataclass; None stays."""
    for names, kind in ((floats, float), (integers, int)):
        for name in names:
            if getattr(settings, name) is not None:
                object.__setattr__(settings, name, kind(getattr(settings, name)))
