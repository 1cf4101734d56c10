"""Takes channels out of the graph that pruning has left dead.

Between a layer and the one layer that reads it, with nothing but activations, pooling and Flatten on the way, a channel
is dead

- if nothing reads it: all weights of the second layer for it are zero; or
- if it is constant: all weights of the first layer that make it are zero, so that what arrives is its bias after the
  activation. What the second layer makes of a constant goes into that layer's biases.

Row, bias and the second layer's weights for it then leave both the network and the file. Biases take two to four bytes
each, which is much of a file whose weights take less than a byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dcmobile.graph import Graph, Op, Sharing, Value, Weight
from dcmobile.operators import (
    Activation,
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    Attributes,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Relu,
)
from dcmobile.passes.rewriting import uses

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

#: What leaves a channel that is constant constant, and as it is.
_CARRIERS = (MaxPool2d, AdaptiveMaxPool2d, AdaptiveAveragePool2d, Flatten, Relu)


@dataclass(frozen=True)
class _Link:
    """first makes channels, second reads them; carriers: the operators between."""

    first: Op
    carriers: tuple[Op, ...]
    second: Op


def drop_dead_channels(graph: Graph) -> Graph:
    """The graph without its dead channels; every link keeps one channel at least.

    Shared weights keep their codes and centroids. Results change by rounding only. What reads a channel may be the only
    reason why another is read: it is repeated until nothing changes.
    """
    while True:
        for link in _links(graph):
            smaller = _shrunk(graph, link)
            if smaller is not None:
                graph = smaller
                break
        else:
            return graph


def _links(graph: Graph) -> list[_Link]:
    used = uses(graph)
    readers: dict[str, list[Op]] = {}
    for op in graph.ops:
        for name in op.inputs:
            readers.setdefault(name, []).append(op)
    links = []
    for first in graph.ops:
        if not _is_layer(first, graph, used):
            continue
        carriers: list[Op] = []
        value = first.output
        while value not in graph.outputs and len(readers.get(value, [])) == 1:
            reader = readers[value][0]
            if _is_layer(reader, graph, used):
                links.append(_Link(first, tuple(carriers), reader))
                break
            if not _carries(reader, graph):
                break
            carriers.append(reader)
            value = reader.output
    return links


def _is_layer(op: Op, graph: Graph, used: Mapping[str, int]) -> bool:
    """Whether it is a Linear of vectors or a plain convolution whose weights no other operator uses."""
    if any(used[name] > 1 for name in op.weights.values()):
        return False
    if isinstance(op.attributes, Linear):
        return len(graph.values[op.output].shape) == 2
    return isinstance(op.attributes, Conv2d) and op.attributes.groups == 1


def _carries(op: Op, graph: Graph) -> bool:
    if not isinstance(op.attributes, _CARRIERS):
        return False
    if isinstance(op.attributes, Flatten):
        return op.attributes.first_axis == 1 and len(graph.values[op.output].shape) == 2
    return True


def _shrunk(graph: Graph, link: _Link) -> Graph | None:
    """The graph without the dead channels of one link; None if it has none."""
    rows = graph.weights[link.first.weights["weight"]]
    columns = graph.weights[link.second.weights["weight"]]
    channels = rows.values.shape[0]
    # Of a Flatten each channel makes as many inputs as it has elements.
    taps = columns.values.astype(np.float32).reshape(columns.values.shape[0], channels, -1)
    constant = np.array(~rows.values.reshape(channels, -1).any(axis=1), np.bool_)
    unread = ~taps.any(axis=(0, 2))
    arriving = _constants(graph, link)
    if arriving is None:
        constant[:] = False
    elif _pads(link.second.attributes):
        constant &= arriving == 0
    dead: npt.NDArray[np.bool_] = unread | constant
    if dead.all():
        dead[0] = False
    kept = np.flatnonzero(~dead)
    if kept.size == channels:
        return None
    weights = dict(graph.weights)
    weights[rows.name] = _taken(rows, kept, 0, channels)
    weights[columns.name] = _taken(columns, kept, 1, channels)
    second = link.second
    if arriving is not None and (folded := np.where(dead & ~unread, arriving, 0)).any():
        second, weights = _folded(second, weights, taps.sum(axis=2, dtype=np.float64) @ folded)
    if "bias" in link.first.weights:
        bias = weights[link.first.weights["bias"]]
        weights[bias.name] = Weight(bias.name, np.ascontiguousarray(bias.values[kept], np.float32))
    values = dict(graph.values)
    for op in (link.first, *link.carriers):
        batch, made, *rest = values[op.output].shape
        values[op.output] = Value(op.output, (batch, made // channels * kept.size, *rest))
    ops = [second if op is link.second else op for op in graph.ops]
    return replace(graph, values=values, weights=weights).replace_ops(ops)


def _constants(graph: Graph, link: _Link) -> npt.NDArray[np.float64] | None:
    """What arrives at the second layer of each channel whose weights are all zero; None where that is not known."""
    name = link.first.weights.get("bias")
    channels = graph.weights[link.first.weights["weight"]].values.shape[0]
    values = np.zeros(channels) if name is None else graph.weights[name].values.astype(np.float64)
    attributes = link.first.attributes
    assert isinstance(attributes, Linear | Conv2d)
    if attributes.activation not in (Activation.None_, Activation.Relu, Activation.Relu6):
        return None
    if attributes.activation == Activation.Relu6:
        values = np.clip(values, 0, 6)
    positive = attributes.activation == Activation.Relu or any(isinstance(op.attributes, Relu) for op in link.carriers)
    return np.maximum(values, 0) if positive else values


def _pads(attributes: Attributes) -> bool:
    """Whether zeros come in at the edges, beside which a constant is not one."""
    return isinstance(attributes, Conv2d) and any(
        (attributes.pad_top, attributes.pad_left, attributes.pad_bottom, attributes.pad_right)
    )


def _folded(op: Op, weights: dict[str, Weight], added: npt.NDArray[np.float64]) -> tuple[Op, dict[str, Weight]]:
    """The operator with this much more in its biases."""
    name = op.weights.get("bias")
    if name is not None:
        values = (weights[name].values.astype(np.float64) + added).astype(np.float32)
        return op, {**weights, name: Weight(name, values)}
    name = op.weights["weight"].removesuffix("weight") + "bias"
    while name in weights:
        name += "_"
    return replace(op, weights={**op.weights, "bias": name}), {**weights, name: Weight(name, added.astype(np.float32))}


def _taken(weight: Weight, kept: Indices, axis: int, channels: int) -> Weight:
    """The weight with these channels only; along axis 1 a channel may be several neighbours."""
    shape = weight.values.shape
    size = shape[axis] // channels
    places = (kept[:, np.newaxis] * size + np.arange(size)).ravel()
    values = np.ascontiguousarray(weight.values.take(places, axis))
    if weight.sharing is None:
        return replace(weight, values=values)
    codes = np.ascontiguousarray(weight.sharing.codes.reshape(shape).take(places, axis)).ravel()
    return Weight(weight.name, values, Sharing(codes, weight.sharing.centroids))
