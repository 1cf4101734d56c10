"""Steps that several translators share: changes of shape on the way to a result. One that changes nothing is left
out.
"""

from __future__ import annotations

from collections.abc import Sequence

from dcmobile.capture.call import Call, Shape
from dcmobile.capture.translation import Unsupported
from dcmobile.graph import Value
from dcmobile.operators import Concat, Expand, Slice, Transpose
from dcmobile.reshaping import reshaping

#: Operators that one call may become where it takes elements one by one.
MOST_PIECES = 64


def reshape(call: Call, x: Value, shape: Shape) -> Value:
    """The same elements in another shape."""
    return x if x.shape == shape else call.step(reshaping(x.shape, shape), x, shape=shape)


def transpose(call: Call, x: Value, permutation: Sequence[int]) -> Value:
    """Output axis i is input axis permutation[i]."""
    if list(permutation) == list(range(len(x.shape))):
        return x
    shape = tuple(x.shape[axis] for axis in permutation)
    return call.step(Transpose(tuple(permutation)), x, shape=shape)


def swap_axes(call: Call, x: Value, a: int, b: int) -> Value:
    """Two axes, counted from the front, change places."""
    order = list(range(len(x.shape)))
    order[a], order[b] = order[b], order[a]
    return transpose(call, x, order)


def expand(call: Call, x: Value, shape: Shape) -> Value:
    """Axes of size 1 repeated, and new axes before the others."""
    x = reshape(call, x, (1,) * (len(shape) - len(x.shape)) + x.shape)
    return x if x.shape == shape else call.step(Expand(shape), x, shape=shape)


def slice_axis(call: Call, x: Value, axis: int, start: int, end: int, step: int = 1) -> Value:
    """Elements start, start + step, ... before ``end``; the whole axis too, which may be the batch."""
    size = -(-(end - start) // step)
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
    return call.step(Slice(axis, start, end, step), x, shape=shape)


def concat(call: Call, values: Sequence[Value], axis: int) -> Value:
    """One after the other along an axis."""
    if len(values) == 1:
        return values[0]
    shape = list(values[0].shape)
    shape[axis] = sum(value.shape[axis] for value in values)
    return call.step(Concat(axis), *values, shape=tuple(shape))


def take(call: Call, x: Value, axis: int, indices: Sequence[int]) -> Value:
    """The elements of an axis that a constant list of indices names: slices, put together."""
    runs = _runs(indices)
    if len(runs) > MOST_PIECES:
        raise Unsupported(f"its {len(indices)} indices make {len(runs)} pieces, more than {MOST_PIECES}")
    pieces: dict[tuple[int, int, int], Value] = {}
    for run in runs:
        if run not in pieces:
            pieces[run] = slice_axis(call, x, axis, *run)
    return concat(call, [pieces[run] for run in runs], axis)


def _runs(indices: Sequence[int]) -> list[tuple[int, int, int]]:
    """The indices as (start, end, step) with positive steps, the longest first ones."""
    runs: list[tuple[int, int, int]] = []
    at = 0
    while at < len(indices):
        first, end = indices[at], at + 1
        step = indices[end] - first if end < len(indices) else 1
        if step < 1:
            step = 1
        while end < len(indices) and indices[end] == indices[end - 1] + step:
            end += 1
        runs.append((first, indices[end - 1] + 1, step))
        at = end
    return runs


def window_of_row(call: Call, x: Value) -> Value:
    """[N, C, L] as [N, C, 1, L], for the operators that have a two-dimensional form only."""
    return reshape(call, x, (*x.shape[:2], 1, *x.shape[2:]))


def need_rank(x: Value, rank: int, layout: str) -> None:
    """Raise ``Unsupported`` unless the value has the rank of the layout, e.g. ``[N, C, H, W]``."""
    if len(x.shape) != rank:
        raise Unsupported(f"its input has {len(x.shape)} dimensions, not {layout}: add a batch dimension")
