"""Puts factors and terms that follow each other into one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dcmobile.graph import Graph, Op
from dcmobile.operators import Activation, Affine, ChannelAffine
from dcmobile.passes.rewriting import Rewriting

_Numbers = npt.NDArray[np.float64]


def merge_affine(graph: Graph) -> Graph:
    """The graph with one Affine or ChannelAffine for two in a row: b (a x + c) + d = (a b) x + (b c + d), in float64.

    Not where the merged numbers would be beyond float32.
    """
    work = Rewriting(graph)
    for op in work.ops():
        before = work.producer(op.inputs[0], Affine, ChannelAffine) if op.inputs else None
        merged = None
        if before is not None and isinstance(op.attributes, Affine | ChannelAffine):
            merged = _merged(before, op, work)
        work.keep(merged or op)
    return work.finish()


def _merged(first: Op, second: Op, work: Rewriting) -> Op | None:
    if getattr(first.attributes, "activation", Activation.None_) != Activation.None_:
        return None
    (a, c), (b, d) = numbers_of(first, work), numbers_of(second, work)
    scale, shift = a * b, b * c + d
    with np.errstate(over="ignore"):
        if not all(np.isfinite(numbers.astype(np.float32)).all() for numbers in (scale, shift)):
            return None
    if isinstance(first.attributes, Affine) and isinstance(second.attributes, Affine):
        return replace(second, attributes=Affine(float(scale[0]), float(shift[0])), inputs=first.inputs)
    channels = second if isinstance(second.attributes, ChannelAffine) else first
    scale, shift = np.broadcast_arrays(scale, shift)
    weights = {
        "weight": work.new_weight(channels.weights["weight"], scale.astype(np.float32)),
        "bias": work.new_weight(channels.weights["bias"], shift.astype(np.float32)),
    }
    activation = getattr(second.attributes, "activation", Activation.None_)
    return replace(second, attributes=ChannelAffine(activation), inputs=first.inputs, weights=weights)


def numbers_of(op: Op, work: Rewriting) -> tuple[_Numbers, _Numbers]:
    """The factors and the terms of an Affine ([1] each) or a ChannelAffine ([C] each)."""
    if isinstance(op.attributes, Affine):
        return np.array([op.attributes.scale]), np.array([op.attributes.shift])
    scale, shift = (work.weight(op.weights[role]).values.astype(np.float64) for role in ("weight", "bias"))
    return scale, shift
