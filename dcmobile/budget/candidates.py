"""One layer at one setting: the graph with it, and the bytes that it takes in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dcmobile.budget.settings import UNCHANGED, recipe_of
from dcmobile.compensate.layer import Fit, output_error
from dcmobile.compensate.weights import with_compensation
from dcmobile.encode import EncodedWeight, encode_graph
from dcmobile.encode.choose import encode_dense
from dcmobile.fileformat import Metadata, build_file
from dcmobile.fileformat.schema import PAYLOAD_ALIGNMENT
from dcmobile.graph import Graph, Op, Weight
from dcmobile.layer_weights import layer_weights, module_of
from dcmobile.prune.prune_graph import prune_graph
from dcmobile.recipe import LayerRecipe
from dcmobile.share.half_biases import BIAS_ROLES, half_biases
from dcmobile.share.share_graph import share_graph

#: What a file may hold beyond the sum of its parts: payload and what is before it are filled to whole 16 bytes each.
_FILL = 2 * (PAYLOAD_ALIGNMENT - 1)
#: More than a weight's encoding, the smallest one, can take beyond its values as they are.
_TABLES = 64


@dataclass(frozen=True)
class Candidate:
    """settings: as they are in the recipe. graph: with this layer changed and no other. encoded: what was changed.

    bytes: what the layer's weights and biases add to ``skeleton_bytes`` at most. weight_error: squared error of the
    weights, as a share of their squares; where the layer makes up for errors, of its outputs.
    """

    settings: LayerRecipe
    graph: Graph
    encoded: dict[str, EncodedWeight]
    bytes: int
    weight_error: float


@dataclass(frozen=True)
class Compensating:
    """How a layer makes up for its errors: its only operator, and what its inputs say."""

    op: Op
    fit: Fit


def candidate(graph: Graph, layer: str, settings: LayerRecipe, compensating: Compensating | None = None) -> Candidate:
    """The layer at these settings."""
    others = {} if layer else dict.fromkeys(layer_weights(graph), UNCHANGED)
    recipe = recipe_of({**others, layer: settings})
    start = graph
    if compensating is not None and settings.bits is not None:
        start = with_compensation(graph, compensating.op, compensating.fit, settings, recipe.seed)
    changed = half_biases(share_graph(prune_graph(start, recipe), recipe), recipe)
    encoded = encode_graph(changed, _owned(graph, layer))
    behind = _last_offset(graph)
    size = sum(weight.packed_bytes(behind) for weight in encoded.values())
    return Candidate(settings, changed, encoded, size, _share_lost(graph, changed, layer, compensating))


def _share_lost(graph: Graph, changed: Graph, layer: str, compensating: Compensating | None) -> float:
    """``Candidate.weight_error``."""
    weights = [(before.values, changed.weights[before.name].values) for before in layer_weights(graph)[layer]]
    if compensating is not None:
        ((before, after),) = weights
        energy = output_error(np.zeros_like(before), before, compensating.fit.moments)
        error = output_error(after.astype(np.float32), before, compensating.fit.moments)
    else:
        energy = sum(_squares(before) for before, _ in weights)
        error = sum(_squares(after.astype(np.float32) - before) for before, after in weights)
    return error / energy if energy else 0.0


def skeleton_bytes(graph: Graph, metadata: Metadata) -> int:
    """The most that the file takes besides ``Candidate.bytes`` of each layer."""
    owned = {name for layer in layer_weights(graph) for name in _owned(graph, layer)}
    written = build_file(graph, {name: _stand_in(graph.weights[name]) for name in owned}, metadata)
    structure = len(written.data) - sum(weight.file_bytes for weight in written.weights)
    behind = _last_offset(graph)
    others = sum(weight.packed_bytes(behind) for weight in written.weights if weight.name not in owned)
    return structure + others + _FILL


def _last_offset(graph: Graph) -> int:
    """No weight's part of a file's payload starts behind it."""
    return sum(weight.values.nbytes + _TABLES for weight in graph.weights.values())


def _owned(graph: Graph, layer: str) -> Sequence[str]:
    """The names of the layer's weights and biases: what its settings change."""
    biases = dict.fromkeys(op.weights[role] for op in graph.ops for role in BIAS_ROLES if role in op.weights)
    weights = [weight.name for weight in layer_weights(graph)[layer]]
    return [*weights, *(name for name in biases if module_of(name) == layer and name not in weights)]


def _stand_in(weight: Weight) -> EncodedWeight:
    """One value of all."""
    return replace(encode_dense(weight.name, np.zeros(1, np.float32)), shape=weight.values.shape)


def _squares(values: npt.NDArray[np.floating]) -> float:
    flat = values.astype(np.float32, copy=False).ravel()
    return float(np.dot(flat, flat))
