"""Makes a sharing canonical, so that nothing is stored that says nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dcmobile.errors import GraphError, ModelError
from dcmobile.graph import Sharing

MAX_CENTROIDS = 256

# numpy counts in 64-bit copies of the codes: a layer of 100 million weights goes through in pieces.
_PIECE = 1 << 20


def compact(sharing: Sharing, name: str) -> Sharing:
    """The same weights with the fewest centroids, in their old order.

    Centroids that no weight uses are dropped, equal ones become one (the first), and weights whose centroid is zero
    count as pruned. Codes are renumbered. Raises ``GraphError`` for codes out of range or more than 256 centroids,
    ``ModelError`` for a centroid that is not finite; ``name`` is the weight's, for the text.
    """
    centroids, codes = sharing.centroids, sharing.codes
    if (
        centroids.dtype not in (np.float32, np.float16)
        or centroids.ndim != 1
        or codes.dtype != np.uint16
        or codes.ndim != 1
    ):
        raise GraphError(f"weight {name!r}: a sharing needs flat uint16 codes and flat float32 or float16 centroids")
    if centroids.size > MAX_CENTROIDS:
        raise GraphError(f"weight {name!r} has {centroids.size} centroids; the format holds {MAX_CENTROIDS}")
    used = _count(codes, centroids.size + 1)
    if used.size > centroids.size + 1:
        raise GraphError(f"weight {name!r} has code {used.size - 1} but only {centroids.size} centroids")

    renumbered = np.zeros(centroids.size + 1, np.uint16)
    kept: dict[float, int] = {}
    for index in np.flatnonzero(used[1:]):
        value = float(centroids[index])
        if not np.isfinite(value):
            raise ModelError(f"weight {name!r} has a centroid that is not a finite number ({value})")
        if value != 0.0:
            renumbered[index + 1] = kept.setdefault(value, len(kept) + 1)
    remaining = np.array(list(kept), np.float32)
    return Sharing(renumbered[codes], remaining.astype(np.float16) if centroids.dtype == np.float16 else remaining)


def _count(codes: npt.NDArray[np.uint16], least: int) -> npt.NDArray[np.intp]:
    largest = int(codes.max(initial=0))
    counts = np.zeros(max(least, largest + 1), np.intp)
    for start in range(0, codes.size, _PIECE):
        counts += np.bincount(codes[start : start + _PIECE], minlength=counts.size)
    return counts
