"""Evaluation of the operators of docs/format.md, section 3: float64 inside, float32 between them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plain_graph import ACTIVATIONS, NO_BIAS, PlainOp, Window, windows

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def evaluate(op: PlainOp, inputs: Sequence[Floats], weights: Sequence[Floats]) -> Floats:
    """The value that the op makes."""
    arguments = [x.astype(np.float64) for x in inputs]
    with np.errstate(over="ignore", invalid="ignore"):
        y = FUNCTIONS[op.type](op, arguments, weights)
        if ACTIVATIONS[op.attributes.get("activation", 0)] == "Relu":
            y = np.maximum(y, 0.0)
        return y.astype(np.float32)


def _bias(op: PlainOp, weights: Sequence[Floats]) -> Any:
    index = op.attributes["bias"]
    return 0.0 if index == NO_BIAS else weights[index].astype(np.float64)


def _linear(op: PlainOp, inputs: Sequence[Doubles], weights: Sequence[Floats]) -> Doubles:
    weight = weights[op.attributes["weight"]].astype(np.float64)
    result: Doubles = inputs[0] @ weight.T + _bias(op, weights)
    return result


def _taps(x: Doubles, h: Window, w: Window, fill: float) -> Iterator[tuple[int, int, Doubles]]:
    """For each place (i, j) in the window, the input element that every output element reads there.

    Those outside the input are `fill`.
    """
    rows, in_rows = _positions(h, x.shape[2])
    columns, in_columns = _positions(w, x.shape[3])
    for i in range(h.k):
        for j in range(w.k):
            tap = x[:, :, rows[i][:, None], columns[j][None, :]]
            yield i, j, np.where(in_rows[i][:, None] & in_columns[j][None, :], tap, fill)


def _positions(window: Window, n: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """[j, o]: the position o s - p + d j along the axis (0 if outside), and whether it is inside."""
    o = np.arange(window.output_size(n))
    j = np.arange(window.k)
    position = o[None, :] * window.s - window.p + window.d * j[:, None]
    inside = (position >= 0) & (position < n)
    return np.where(inside, position, 0), inside


def _conv2d(op: PlainOp, inputs: Sequence[Doubles], weights: Sequence[Floats]) -> Doubles:
    weight = weights[op.attributes["weight"]].astype(np.float64)
    groups = op.attributes["groups"]
    out, channels, kernel_h, kernel_w = weight.shape
    grouped_weight = weight.reshape(groups, out // groups, channels, kernel_h, kernel_w)
    h, w = windows(op.attributes, (kernel_h, kernel_w))
    x = inputs[0]
    batch, height, width = len(x), h.output_size(x.shape[2]), w.output_size(x.shape[3])
    y = np.zeros((batch, groups, out // groups, height, width))
    for i, j, tap in _taps(x, h, w, 0.0):
        grouped_tap = tap.reshape(batch, groups, channels, height, width)
        y += np.einsum("goc,bgchw->bgohw", grouped_weight[..., i, j], grouped_tap)
    result: Doubles = y.reshape(batch, out, height, width) + np.reshape(_bias(op, weights), (-1, 1, 1))
    return result


def _max_pool2d(op: PlainOp, inputs: Sequence[Doubles], weights: Sequence[Floats]) -> Doubles:
    h, w = windows(op.attributes, (op.attributes["kernel_h"], op.attributes["kernel_w"]))
    # Every window holds an input element, so the fill of the others never shows.
    taps = (tap for _, _, tap in _taps(inputs[0], h, w, -np.inf))
    y = next(taps)
    for tap in taps:
        y = np.maximum(y, tap)
    return y


def _relu(op: PlainOp, inputs: Sequence[Doubles], weights: Sequence[Floats]) -> Doubles:
    return np.maximum(inputs[0], 0.0)


def _flatten(op: PlainOp, inputs: Sequence[Doubles], weights: Sequence[Floats]) -> Doubles:
    return inputs[0].reshape(len(inputs[0]), *op.shape[1:])


def _add(op: PlainOp, inputs: Sequence[Doubles], weights: Sequence[Floats]) -> Doubles:
    return inputs[0] + inputs[1]


def _softmax(op: PlainOp, inputs: Sequence[Doubles], weights: Sequence[Floats]) -> Doubles:
    axis = op.attributes["axis"]
    e = np.exp(inputs[0] - inputs[0].max(axis=axis, keepdims=True))
    result: Doubles = e / e.sum(axis=axis, keepdims=True)
    return result


FUNCTIONS: dict[str, Callable[[PlainOp, Sequence[Doubles], Sequence[Floats]], Doubles]] = {
    "Linear": _linear,
    "Conv2d": _conv2d,
    "MaxPool2d": _max_pool2d,
    "Relu": _relu,
    "Flatten": _flatten,
    "Add": _add,
    "Softmax": _softmax,
}
