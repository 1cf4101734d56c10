"""Puts what is left of a batch normalisation into the weights of the layer before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dcmobile.graph import Graph, Op
from dcmobile.operators import Activation, Affine, ChannelAffine, Conv1d, Conv2d, ConvTranspose2d, Linear
from dcmobile.passes.merge_affine import numbers_of
from dcmobile.passes.rewriting import Rewriting, uses

_Numbers = npt.NDArray[np.float64]


def fold_batch_norm(graph: Graph, fixed: Collection[str] = ()) -> Graph:
    """The graph with each ChannelAffine or Affine inside the convolution, transposed convolution or Linear before it,
    where nothing else reads the result without it: W' = scale W by output channel, b' = scale b + shift, in float64.

    It must come before pruning and sharing: afterwards, one factor for each channel would break the codebook. So a
    weight that is shared, one that several operators use, and those whose names are in ``fixed`` stay as they are.
    """
    work = Rewriting(graph)
    counts = uses(graph)
    for op in work.ops():
        layer = _layer_before(op, work)
        if layer is None or layer.weights["weight"] in fixed or counts[layer.weights["weight"]] > 1:
            work.keep(op)
            continue
        if work.weight(layer.weights["weight"]).sharing is not None:
            work.keep(op)
            continue
        work.swap(layer, _folded(layer, op, work, counts))
    return work.finish()


def _layer_before(op: Op, work: Rewriting) -> Op | None:
    if not isinstance(op.attributes, Affine | ChannelAffine):
        return None
    layer = work.producer(op.inputs[0], Conv1d, Conv2d, ConvTranspose2d, Linear)
    if layer is None or not work.is_read_once(layer.output):
        return None
    attributes = layer.attributes
    assert isinstance(attributes, Conv1d | Conv2d | ConvTranspose2d | Linear)
    if attributes.activation != Activation.None_:
        return None
    if isinstance(attributes, Linear) and isinstance(op.attributes, ChannelAffine):
        return layer if len(work.shape(op.output)) == 2 else None  # else its outputs are not the channels
    return layer


def _folded(layer: Op, affine: Op, work: Rewriting, counts: Mapping[str, int]) -> Op:
    """The layer with other weights, making the value that the affine operator made."""
    attributes = layer.attributes
    assert isinstance(attributes, Conv1d | Conv2d | ConvTranspose2d | Linear)
    values = work.weight(layer.weights["weight"]).values.astype(np.float64)
    outputs = work.shape(affine.output)[-1 if isinstance(attributes, Linear) else 1]
    scale, shift = (np.broadcast_to(numbers, outputs) for numbers in numbers_of(affine, work))
    if isinstance(attributes, ConvTranspose2d):
        groups = attributes.groups
        grouped = values.reshape(groups, values.shape[0] // groups, *values.shape[1:])
        scaled = (grouped * scale.reshape(groups, 1, -1, 1, 1)).reshape(values.shape)
    else:
        scaled = values * scale.reshape(-1, *(1,) * (values.ndim - 1))
    weights = dict(layer.weights)
    work.replace_weight(weights["weight"], scaled.astype(np.float32))
    if "bias" in weights:
        bias = (work.weight(weights["bias"]).values.astype(np.float64) * scale + shift).astype(np.float32)
        if counts[weights["bias"]] == 1:
            work.replace_weight(weights["bias"], bias)
        else:
            weights["bias"] = work.new_weight(weights["bias"], bias)
    elif shift.any():
        weights["bias"] = work.new_weight(_beside(weights["weight"], "bias"), shift.astype(np.float32))
    activation = getattr(affine.attributes, "activation", Activation.None_)
    return replace(layer, attributes=replace(attributes, activation=activation), output=affine.output, weights=weights)


def _beside(weight: str, name: str) -> str:
    module, dot, _ = weight.rpartition(".")
    return f"{module}{dot}{name}"
