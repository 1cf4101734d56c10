"""From a size to a file of it: what is measured layer by layer does not add up to the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from dcmobile.budget.fill import fill
from dcmobile.budget.sensitivity import Choice, Sensitivity
from dcmobile.errors import CallError, Code

#: Files that are made at most.
_TRIES = 6
#: A file is full if no more is left than this share of its size, as a divisor, or so many bytes: the next would hardly
#: be better.
_FULL, _FEW = 200, 48
#: Bytes by which more than the excess is saved in the next one, or less than what is left is spent.
_MARGIN = 16


T = TypeVar("T")


@dataclass(frozen=True)
class Fit(Generic[T]):
    """bytes: of the file that was made by the choice. made: what was kept of it."""

    choice: Choice
    bytes: int
    made: T


def fit(measured: Sensitivity, largest: int, make: Callable[[Choice], tuple[int, T]]) -> Fit[T]:
    """The fullest file of at most ``largest`` bytes, of the few that are made.

    make: makes the file of a choice; gives its bytes, and what is kept of the fullest. Raises ``CallError`` if not even
    the smallest one fits.
    """
    best: Fit[T] | None = None
    spare = 0  # of what was asked, so that what is made fits
    smallest = measured.smallest_size
    for _ in range(_TRIES):
        size = max(largest - spare, smallest) if spare else largest
        chosen = fill(measured, measured.choose(size), size)
        file_bytes, made = make(chosen)
        over = file_bytes - largest
        if over <= 0 and (best is None or file_bytes > best.bytes):
            best = Fit(chosen, file_bytes, made)
        if best is not None and largest - best.bytes <= max(_FEW, largest // _FULL):
            break
        if size <= smallest if over > 0 else chosen.file_bytes < size:
            break  # there is nothing smaller, or nothing larger
        spare += over + _MARGIN
    if best is None:
        raise CallError(
            f"the target size of {largest:,} bytes cannot be reached: the smallest file that was made has "
            f"{largest + over:,} bytes",
            Code.CALL_VALUE,
        )
    return best
