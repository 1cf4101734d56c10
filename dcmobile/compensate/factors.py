"""How the weights of a row make up for each other, in the order in which they are settled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile.compensate.moments import Wide

_MOST_TRIES = 8


@dataclass(frozen=True)
class Factors:
    """Of one block of columns, for each group.

    second: [groups, c, c], H with its damping. order: [groups, c], the columns in the order of settling: those that the
    outputs notice most come first, while many others are left to make up for them. upper: [groups, c, c], the upper
    triangle U with ``U^T U = H^-1``, H in that order: ``U[j, j]^2`` is the inverse of what a change of column j costs
    once all later columns have made up for it as they can, ``U[j, k] / U[j, j]`` how (Frantar et al., "GPTQ",
    ICLR 2023).
    """

    second: Wide
    order: npt.NDArray[np.intp]
    upper: Wide

    @property
    def freedom(self) -> Wide:
        """[groups, c], in the order of settling: ``U[j, j]^2``."""
        return np.square(np.diagonal(self.upper, axis1=1, axis2=2))


def factors_of(second: Wide, damping: float) -> Factors:
    """Of H as it was measured; ``damping``, a share of the mean of its diagonal, is added to the diagonal: without it
    directions that the few samples happen not to have would count nothing.
    """
    columns = second.shape[1]
    diagonal = np.diagonal(second, axis1=1, axis2=2)
    level = diagonal.mean(1)
    # A group whose inputs never vary: every weight counts alike, and little.
    level = np.where(level > 0, level, max(float(level.mean()), 1.0) * 1e-6)
    order = np.argsort(-diagonal, axis=1, kind="stable")
    share = damping
    for _ in range(_MOST_TRIES):
        damped = second + share * level[:, np.newaxis, np.newaxis] * np.eye(columns)
        sorted_ = np.take_along_axis(np.take_along_axis(damped, order[:, :, np.newaxis], 1), order[:, np.newaxis, :], 2)
        try:
            inverse = np.linalg.inv(sorted_)
            lower = np.linalg.cholesky((inverse + inverse.transpose(0, 2, 1)) / 2)
        except np.linalg.LinAlgError:
            share *= 10
            continue
        return Factors(damped, order, np.ascontiguousarray(lower.transpose(0, 2, 1)))
    alike = level[:, np.newaxis, np.newaxis] * np.eye(columns)
    return Factors(alike, order, np.sqrt(1 / alike, where=alike > 0, out=np.zeros_like(alike)))
