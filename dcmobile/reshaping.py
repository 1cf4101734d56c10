"""How a change of shape is written in a graph: as ``Flatten`` where it is one, else as ``Reshape``."""

from __future__ import annotations

from math import prod

from dcmobile.graph import BATCH
from dcmobile.operators import Attributes, Flatten, Reshape

Shape = tuple[int, ...]


def reshaping(before: Shape, after: Shape) -> Attributes:
    """The operator that gives a value of shape ``before`` the shape ``after``; both have the batch or neither."""
    merged = merged_axes(before, after)
    return Reshape(sample_shape(after)) if merged is None else Flatten(*merged)


def sample_shape(shape: Shape) -> Shape:
    """What ``Reshape`` and ``Expand`` are told of a result's shape: that of one sample where there is a batch."""
    return shape[1:] if shape[0] == BATCH else shape


def merged_axes(before: Shape, after: Shape) -> tuple[int, int] | None:
    """The first and last axis, from 1, that become one; None if the change of shape is another."""
    merged = len(before) - len(after)
    if merged < 1:
        return None
    for first in range(1, len(after)):
        last = first + merged
        if after == (*before[:first], prod(before[first : last + 1]), *before[last + 1 :]):
            return first, last
    return None
