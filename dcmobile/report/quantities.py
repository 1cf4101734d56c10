"""Sizes, shares, times and shapes as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def bytes_text(size: int) -> str:
    """Exact, e.g. ``26,310``."""
    return f"{size:,}"


def ratio_text(ratio: float) -> str:
    """How many times smaller, e.g. ``40.5x``; a dash where nothing is left to compare with."""
    return f"{ratio:,.1f}x" if math.isfinite(ratio) else "-"


def percent_text(share: float) -> str:
    """A share of 0..1, e.g. ``8.3 %``; small ones with two digits that count, and 100 % only where it is all of
    them.
    """
    percent = 100 * share
    if 0 < percent < 0.1:
        return f"{percent:.2g} %"
    if percent < 100 and f"{percent:.1f}" == "100.0":
        return "99.9 %"
    return f"{percent:.1f} %"


def bits_text(bits: float | None) -> str:
    """Bits for one thing, e.g. ``4.83``; a dash where there is none."""
    return "-" if bits is None else f"{bits:.2f}"


def mean_bits_text(bits: float, symbols: int) -> str:
    """Bits a symbol; a dash where there are no symbols."""
    return bits_text(bits / symbols if symbols else None)


def duration_text(nanoseconds: float) -> str:
    """With two or three digits that count, e.g. ``0.85 us``, ``18 us``, ``0.42 ms``, ``12.3 ms``, ``1.30 s``."""
    if 0 < nanoseconds < 9_950:
        return f"{nanoseconds / 1e3:.2g} us"
    if nanoseconds < 99_500:
        return f"{nanoseconds / 1e3:.0f} us"
    if nanoseconds < 999.5e6:
        milliseconds = nanoseconds / 1e6
        digits = 2 if milliseconds < 9.995 else 1 if milliseconds < 99.95 else 0
        return f"{milliseconds:.{digits}f} ms"
    return f"{nanoseconds / 1e9:.2f} s"


def shape_text(shape: Sequence[int]) -> str:
    """E.g. ``Bx1x28x28``; B is the batch."""
    return "x".join("B" if size == -1 else str(size) for size in shape)
