"""Sums up times."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def summarise(times_ns: Sequence[int]) -> dict[str, float]:
    """Runs, median and fastest of one round, in milliseconds."""
    return {"runs": len(times_ns), "median_ms": statistics.median(times_ns) / 1e6, "min_ms": min(times_ns) / 1e6}
