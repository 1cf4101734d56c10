"""Operators that move elements and compute little: section 3 of docs/format.md."""

import numpy as np
from numpy.typing import NDArray
from plain_arrays import Doubles, Function, Running
from plain_schema import ENUMERATIONS


def _constant(op: Running) -> Doubles:
    return op.weight()


def _reshaped(op: Running) -> Doubles:
    return op.x.reshape(op.shape)


def _expand(op: Running) -> Doubles:
    return np.broadcast_to(op.x, op.shape)


def _transpose(op: Running) -> Doubles:
    return op.x.transpose(op.attributes["permutation"])


def _concat(op: Running) -> Doubles:
    return np.concatenate(op.inputs, axis=op.attributes["axis"])


def _slice(op: Running) -> Doubles:
    a = op.attributes
    result: Doubles = op.x[(slice(None),) * a["axis"] + (slice(a["start"], a["end"], a["step"]),)]
    return result


def _pad(op: Running) -> Doubles:
    widths = list(zip(op.attributes["before"], op.attributes["after"], strict=True))
    mode = ENUMERATIONS["Padding"][op.attributes["mode"]]
    if mode == "Constant":
        return np.pad(op.x, widths, constant_values=op.attributes["value"])
    return np.pad(op.x, widths, mode="reflect" if mode == "Reflect" else "edge")


def _resize2d(op: Running) -> Doubles:
    a = op.attributes
    along_h = _matrix(op.x.shape[2], a["out_h"], a["scale_h"], a["interpolation"], a["align_corners"])
    along_w = _matrix(op.x.shape[3], a["out_w"], a["scale_w"], a["interpolation"], a["align_corners"])
    result: Doubles = along_h @ op.x @ along_w.T
    return result


def _matrix(n: int, out: int, scale: float, interpolation: int, align_corners: bool) -> NDArray[np.float64]:
    """[out, n]: how much of each input element goes into each output element. Positions are binary32."""
    o = np.arange(out, dtype=np.float32)
    step = np.float32(scale) if scale else np.float32(n) / np.float32(out)
    weights = np.zeros((out, n))
    if ENUMERATIONS["Interpolation"][interpolation] == "Nearest":
        nearest = np.minimum(np.floor(o * step), n - 1).astype(np.int64)
        weights[np.arange(out), nearest] = 1
        return weights
    if align_corners:
        position = o * (np.float32(n - 1) / np.float32(max(out - 1, 1)))
    else:
        position = np.maximum((o + np.float32(0.5)) * step - np.float32(0.5), np.float32(0))
    first = np.minimum(position.astype(np.int64), n - 1)
    share = position - first
    np.add.at(weights, (np.arange(out), first), 1 - share)
    np.add.at(weights, (np.arange(out), np.minimum(first + 1, n - 1)), share)
    return weights


def _embedding(op: Running) -> Doubles:
    rows = op.weight()
    if not ((op.x == np.floor(op.x)) & (op.x >= 0) & (op.x < len(rows))).all():
        raise ValueError(f"an Embedding of {len(rows)} rows reads what is no row's number")
    return rows[op.x.astype(np.int64)]


FUNCTIONS: dict[str, Function] = {
    "Constant": _constant,
    "Flatten": _reshaped,
    "Reshape": _reshaped,
    "Expand": _expand,
    "Transpose": _transpose,
    "Concat": _concat,
    "Slice": _slice,
    "Pad": _pad,
    "Resize2d": _resize2d,
    "Embedding": _embedding,
}
