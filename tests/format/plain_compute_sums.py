"""Sums, normalisation and recurrent layers: section 3 of docs/format.md."""

from typing import Any

import numpy as np
from plain_arrays import Doubles, Function, Running, Several
from plain_compute_elements import by_channel, sigmoid
from plain_schema import ENUMERATIONS


def _linear(op: Running) -> Doubles:
    return op.x @ op.weight().T + op.weight("bias")


def _softmax(op: Running) -> Doubles:
    return softmax(op.x, op.attributes["axis"])


def softmax(x: Doubles, axis: int) -> Doubles:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    result: Doubles = e / e.sum(axis=axis, keepdims=True)
    return result


def _reduce(op: Running) -> Doubles:
    axes, keep = tuple(op.attributes["axes"]), op.attributes["keep_axes"]
    functions: dict[str, Any] = {"Mean": np.mean, "Sum": np.sum, "Max": np.max, "Min": np.min}
    function = functions[ENUMERATIONS["Reduction"][op.attributes["reduction"]]]
    result: Doubles = function(op.x, axis=axes, keepdims=keep)
    return result


def _matmul(op: Running) -> Doubles:
    result: Doubles = op.inputs[0] @ op.inputs[1]
    return result


def _attention(op: Running) -> Doubles:
    q, k, v = op.inputs[:3]
    scores = op.attributes["scale"] * (q @ k.swapaxes(-1, -2))
    for mask in op.inputs[3:]:
        scores = scores + mask
    if op.attributes["causal"]:
        queries, keys = np.indices(scores.shape[-2:])
        scores = np.where(keys <= queries, scores, -np.inf)
    sees_a_key = np.isfinite(scores.max(axis=-1, keepdims=True))  # else the softmax has no sense, and the result is 0
    result: Doubles = softmax(np.where(sees_a_key, scores, 0.0), -1) * sees_a_key @ v
    return result


def _normalised(x: Doubles, axes: tuple[int, ...], epsilon: float) -> Doubles:
    mean = x.mean(axis=axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=axes, keepdims=True)
    result: Doubles = (x - mean) / np.sqrt(variance + epsilon)
    return result


def _layer_norm(op: Running) -> Doubles:
    axes = tuple(range(-op.attributes["axes"], 0))
    return _normalised(op.x, axes, op.attributes["epsilon"]) * op.weight(otherwise=1.0) + op.weight("bias")


def _group_norm(op: Running) -> Doubles:
    groups = op.attributes["groups"]
    parts = op.x.reshape(len(op.x), groups, -1)
    y = _normalised(parts, (2,), op.attributes["epsilon"]).reshape(op.x.shape)
    return y * by_channel(op.weight(otherwise=1.0), y) + by_channel(op.weight("bias"), y)


def _local_response_norm(op: Running) -> Doubles:
    size, a = op.attributes["size"], op.attributes
    channels = op.x.shape[1]
    squares = np.zeros_like(op.x)
    for c in range(channels):
        first, last = c - size // 2, c + -(-size // 2) - 1
        squares[:, c] = (op.x[:, max(first, 0) : last + 1] ** 2).sum(axis=1)
    result: Doubles = op.x / (a["k"] + a["alpha"] / size * squares) ** a["beta"]
    return result


def _lstm(op: Running) -> Several:
    weight, recurrent, bias = op.weight(), op.weight("recurrent"), op.weight("bias")
    hidden = recurrent.shape[1]
    h, c = op.inputs[1:] if op.attributes["has_state"] else (np.zeros((len(op.x), hidden)),) * 2
    y = np.empty((len(op.x), op.x.shape[1], hidden))
    for t in _steps(op):
        i, f, g, o = np.split(op.x[:, t] @ weight.T + h @ recurrent.T + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = y[:, t] = sigmoid(o) * np.tanh(c)
    return Several([y, h, c])


def _gru(op: Running) -> Several:
    weight, recurrent = op.weight(), op.weight("recurrent")
    hidden = recurrent.shape[1]
    (h,) = op.inputs[1:] if op.attributes["has_state"] else (np.zeros((len(op.x), hidden)),)
    y = np.empty((len(op.x), op.x.shape[1], hidden))
    for t in _steps(op):
        of_x = np.split(op.x[:, t] @ weight.T + op.weight("bias"), 3, axis=1)
        of_h = np.split(h @ recurrent.T + op.weight("recurrent_bias"), 3, axis=1)
        r, z = sigmoid(of_x[0] + of_h[0]), sigmoid(of_x[1] + of_h[1])
        n = np.tanh(of_x[2] + r * of_h[2])
        h = y[:, t] = (1 - z) * n + z * h
    return Several([y, h])


def _steps(op: Running) -> range:
    steps = range(op.x.shape[1])
    return steps[::-1] if op.attributes["reverse"] else steps


FUNCTIONS: dict[str, Function] = {
    "Linear": _linear,
    "Softmax": _softmax,
    "Reduce": _reduce,
    "MatMul": _matmul,
    "Attention": _attention,
    "LayerNorm": _layer_norm,
    "GroupNorm": _group_norm,
    "LocalResponseNorm": _local_response_norm,
    "Lstm": _lstm,
    "Gru": _gru,
}
