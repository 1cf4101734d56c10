"""How busy other programs keep the machine while none of the benchmark's own processes runs."""

from __future__ import annotations

import time
from pathlib import Path

_STAT = Path("/proc/stat")


def other_load(seconds: float = 0.2) -> float | None:
    """Share of all processors' time that went to other programs in the next ``seconds``, 0..1; None if not known.

    To be called while every runtime is stopped. Time that the host of a virtual machine took counts too.
    """
    if not _STAT.exists():
        return None
    before = _ticks(_STAT.read_text())
    time.sleep(seconds)
    return busy_share(before, _ticks(_STAT.read_text()))


def busy_share(before: tuple[int, int], after: tuple[int, int]) -> float:
    """From two readings of (busy, all) ticks."""
    busy, everything = (late - early for early, late in zip(before, after, strict=True))
    return busy / everything if everything > 0 else 0.0


def _ticks(stat: str) -> tuple[int, int]:
    """Busy and all ticks since the start, of all processors: user, nice, system, idle, iowait, irq, softirq, steal."""
    ticks = [int(word) for word in stat.splitlines()[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)
