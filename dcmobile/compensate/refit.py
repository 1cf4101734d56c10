"""The best centroids for codes that are given, in the measure of the layer's outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dcmobile.compensate.columns import Codes
from dcmobile.compensate.factors import Factors
from dcmobile.compensate.moments import Wide

_ITERATIONS = 12


def refitted(values: Wide, codes: Codes, blocks: Sequence[Factors], centroids: Wide) -> Wide:
    """The centroids with which ``sum (W - Q) H (W - Q)^T`` is (nearly) least, Q the centroids by their codes.

    values, codes: [groups, rows, columns]. A least squares problem with an unknown a centroid, by conjugate gradients
    from the centroids as they are; where some have no weight, they stay. Never worse than at the start.
    """
    size = centroids.size + 1
    steps = np.concatenate(([0], np.cumsum([block.order.shape[1] for block in blocks])))

    def times_second(weights: Wide) -> Wide:
        return np.concatenate(
            [
                weights[:, :, start:stop] @ block.second
                for block, start, stop in zip(blocks, steps[:-1], steps[1:], strict=True)
            ],
            2,
        )

    def gathered(weights: Wide) -> Wide:
        result: Wide = np.bincount(codes.ravel(), weights.ravel(), size)[1:].astype(np.float64)
        return result

    def spread(vector: Wide) -> Wide:
        return np.concatenate(([0.0], vector))[codes]

    diagonal = np.concatenate([np.diagonal(block.second, axis1=1, axis2=2) for block in blocks], 1)
    scale = gathered(np.broadcast_to(diagonal[:, np.newaxis], codes.shape))
    scale = np.where(scale > 0, 1 / np.where(scale > 0, scale, 1), 0)
    result = centroids.copy()
    residual = gathered(times_second(values - spread(result)))
    direction = scale * residual
    size_now = float(residual @ direction)
    first = size_now
    for _ in range(_ITERATIONS):
        if size_now <= 1e-12 * first or size_now <= 0:
            break
        product = gathered(times_second(spread(direction)))
        step = size_now / float(direction @ product)
        result += step * direction
        residual -= step * product
        turned = scale * residual
        size_next = float(residual @ turned)
        direction = turned + size_next / size_now * direction
        size_now = size_next
    return result
