"""Convolutions and pools: section 3 of docs/format.md."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from plain_arrays import Doubles, Function, Running
from plain_windows import Window, kernel_of, window, windows

Positions = NDArray[np.int64]


def _positions(one: Window, n: int) -> tuple[Positions, NDArray[np.bool_]]:
    """[j, o]: the position o s - p + d j along an axis of n, and whether it is inside."""
    o = np.arange(one.output_size(n))
    j = np.arange(one.k)
    position = o[None, :] * one.s - one.p + one.d * j[:, None]
    return position, (position >= 0) & (position < n)


def _taps(x: Doubles, h: Window, w: Window, fill: float) -> Iterator[tuple[int, int, Doubles]]:
    """For each place (i, j) in the window, the input element that every output element reads there.

    Those outside the input are `fill`.
    """
    rows, in_rows = _positions(h, x.shape[2])
    columns, in_columns = _positions(w, x.shape[3])
    rows, columns = np.where(in_rows, rows, 0), np.where(in_columns, columns, 0)
    for i in range(h.k):
        for j in range(w.k):
            tap = x[:, :, rows[i][:, None], columns[j][None, :]]
            yield i, j, np.where(in_rows[i][:, None] & in_columns[j][None, :], tap, fill)


def _convolved(x: Doubles, weight: Doubles, bias: Doubles, groups: int, h: Window, w: Window) -> Doubles:
    """x [N, C, H, W], weight [O, C/groups, kh, kw]."""
    out, channels, kernel_h, kernel_w = weight.shape
    grouped_weight = weight.reshape(groups, out // groups, channels, kernel_h, kernel_w)
    batch, height, width = len(x), h.output_size(x.shape[2]), w.output_size(x.shape[3])
    y = np.zeros((batch, groups, out // groups, height, width))
    for i, j, tap in _taps(x, h, w, 0.0):
        grouped_tap = tap.reshape(batch, groups, channels, height, width)
        y += np.einsum("goc,bgchw->bgohw", grouped_weight[..., i, j], grouped_tap)
    return y.reshape(batch, out, height, width) + bias.reshape(-1, 1, 1)


def _conv2d(op: Running) -> Doubles:
    weight = op.weight()
    h, w = windows(op.attributes, (weight.shape[2], weight.shape[3]))
    return _convolved(op.x, weight, op.weight("bias"), op.attributes["groups"], h, w)


def _conv1d(op: Running) -> Doubles:
    """As a picture of one row."""
    weight = op.weight()
    one = window(op.attributes, weight.shape[2])
    picture, kernel = op.x[:, :, None, :], weight[:, :, None, :]
    return _convolved(picture, kernel, op.weight("bias"), op.attributes["groups"], Window(1), one)[:, :, 0, :]


def _conv_transpose2d(op: Running) -> Doubles:
    """Input element i and tap j add to element i s + d j of the full result, from which the paddings are cut."""
    weight, groups = op.weight(), op.attributes["groups"]
    channels, group_out, kernel_h, kernel_w = weight.shape
    h, w = windows(op.attributes, (kernel_h, kernel_w))
    batch, _, height, width = op.x.shape
    x = op.x.reshape(batch, groups, channels // groups, height, width)
    grouped = weight.reshape(groups, channels // groups, group_out, kernel_h, kernel_w)
    reach_h, reach_w = (height - 1) * h.s, (width - 1) * w.s
    full = np.zeros((batch, groups, group_out, reach_h + h.extent, reach_w + w.extent))
    for i in range(kernel_h):
        for j in range(kernel_w):
            rows = slice(h.d * i, h.d * i + reach_h + 1, h.s)
            columns = slice(w.d * j, w.d * j + reach_w + 1, w.s)
            full[..., rows, columns] += np.einsum("gco,bgchw->bgohw", grouped[..., i, j], x)
    full = full.reshape(batch, groups * group_out, *full.shape[3:])
    cut = full[:, :, h.p : full.shape[2] - h.q, w.p : full.shape[3] - w.q]
    return cut + op.weight("bias").reshape(-1, 1, 1)


def _max_pool2d(op: Running) -> Doubles:
    h, w = windows(op.attributes, kernel_of(op.attributes))
    # Every window holds an input element, so the fill of the others never shows.
    taps = (tap for _, _, tap in _taps(op.x, h, w, -np.inf))
    y = next(taps)
    for tap in taps:
        y = np.maximum(y, tap)
    return y


def _average_pool2d(op: Running) -> Doubles:
    h, w = windows(op.attributes, kernel_of(op.attributes))
    total: Doubles = sum((tap for _, _, tap in _taps(op.x, h, w, 0.0)), np.zeros(()))
    if op.attributes["divisor"]:
        return total / np.float64(op.attributes["divisor"])
    counts = []
    for one, n in ((h, op.x.shape[2]), (w, op.x.shape[3])):
        positions, inside = _positions(one, n)
        if op.attributes["count_include_pad"]:
            inside = (positions >= -one.p) & (positions < n + one.q)
        counts.append(inside.sum(axis=0))
    result: Doubles = total / (counts[0][:, None] * counts[1][None, :])
    return result


def _adaptive(op: Running, reduce: Callable[[Doubles], Doubles]) -> Doubles:
    """Output element o of out takes the elements floor(o n / out) .. ceil((o + 1) n / out) - 1."""
    height, width = op.shape[2:]

    def part(o: int, n: int, out: int) -> slice:
        return slice(o * n // out, -(-(o + 1) * n // out))

    rows = [part(o, op.x.shape[2], height) for o in range(height)]
    columns = [part(o, op.x.shape[3], width) for o in range(width)]
    return np.stack([np.stack([reduce(op.x[:, :, r, c]) for c in columns], -1) for r in rows], -2)


def _adaptive_average(op: Running) -> Doubles:
    return _adaptive(op, lambda part: part.mean(axis=(2, 3)))


def _adaptive_max(op: Running) -> Doubles:
    return _adaptive(op, lambda part: part.max(axis=(2, 3)))


FUNCTIONS: dict[str, Function] = {
    "Conv2d": _conv2d,
    "Conv1d": _conv1d,
    "ConvTranspose2d": _conv_transpose2d,
    "MaxPool2d": _max_pool2d,
    "AveragePool2d": _average_pool2d,
    "AdaptiveAveragePool2d": _adaptive_average,
    "AdaptiveMaxPool2d": _adaptive_max,
}
