"""From a size to a file of it: what is measured layer by layer does not add up to the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from dcmobile.budget.fill import fill
from dcmobile.budget.sensitivity import Choice, Sensitivity
from dcmobile.errors import SizeError

#: Files that are made at most.
_TRIES = 6
#: A file is full if no more is left than this share of its size, as a divisor, or so many bytes: the next would hardly
#: be better.
_FULL, _FEW = 200, 48
#: Bytes by which more than the excess is saved in the next one, or less than what is left is spent.
_MARGIN = 16
_ANY = 1 << 40

T = TypeVar("T")


@dataclass(frozen=True)
class Fit(Generic[T]):
    """bytes: of the file that was made by the choice. made: what was kept of it."""

    choice: Choice
    bytes: int
    made: T


def fit(measured: Sensitivity, largest: int, make: Callable[[Choice], tuple[int, T]]) -> Fit[T]:
    """The fullest file of at most ``largest`` bytes, of the few that are made.

    make: makes the file of a choice; gives its bytes, and what is kept of the fullest. Raises ``SizeError`` if not even
    the smallest one fits.
    """
    best: Fit[T] | None = None
    smallest, asked = measured.smallest_size, largest
    fits, too_large = 0, _ANY  # sizes that were asked for
    for number in range(_TRIES):
        chosen = measured.choose(asked)
        # What lies between options may take more than it should: once it did, only what was measured until that fits.
        if best is not None or number == 0:
            chosen = fill(measured, chosen, asked)
        if best is not None and chosen.options == best.choice.options:
            break
        file_bytes, made = make(chosen)
        if file_bytes <= largest:
            fits = max(fits, chosen.file_bytes)
            if best is None or file_bytes > best.bytes:
                best = Fit(chosen, file_bytes, made)
            if largest - best.bytes <= max(_FEW, largest // _FULL) or (asked >= largest and chosen.file_bytes < asked):
                break  # full, or there is nothing larger
        else:
            too_large = min(too_large, asked)
            if asked <= smallest:
                break
        # The next takes as much more than was measured as this one.
        asked = largest - (file_bytes - chosen.file_bytes) - _MARGIN
        if best is None:
            asked = max(asked, smallest)
        elif not fits < asked < too_large:
            asked = (fits + too_large) // 2
            if too_large - fits < _FEW:
                break
    if best is None:
        raise SizeError(largest, f"the smallest file that was made has {file_bytes:,} bytes")
    return best
