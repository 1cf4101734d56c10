"""One layer at one setting: the graph with it, and the bytes that it takes in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dcmobile.budget.settings import UNCHANGED, recipe_of, with_half_floats
from dcmobile.compensate.layer import Fit, output_error
from dcmobile.compensate.weights import with_compensation
from dcmobile.encode import EncodedWeight, Encoding, encode_graph
from dcmobile.encode.choose import encode_dense
from dcmobile.errors import RecipeError
from dcmobile.fileformat import Metadata, build_file
from dcmobile.fileformat.schema import PAYLOAD_ALIGNMENT
from dcmobile.graph import Graph, Op, Weight
from dcmobile.layer_weights import layer_weights, module_of
from dcmobile.prune.prune_graph import prune_graph
from dcmobile.recipe import LayerRecipe
from dcmobile.share.half_biases import BIAS_ROLES, half_biases
from dcmobile.share.share_graph import share_graph

#: What a file may hold beyond the sum of its parts: tables that describe the layout of other tables, one a kind and
#: shared by all weights, and the last fill of the payload.
_LAYOUT_BYTES = 96
#: Of a weight in the skeleton: values and the table ``Dense``, which those of its encoding replace.
_SKELETON_VALUES = PAYLOAD_ALIGNMENT
_SKELETON_TABLE = 12


@dataclass(frozen=True)
class Candidate:
    """settings: as they are in the recipe. graph: with this layer changed and no other. encoded: what was changed.

    bytes: what the layer's weights and biases add to ``skeleton_bytes``. weight_error: squared error of the weights, as
    a share of their squares; where the layer makes up for errors, of its outputs.
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
    """The layer at these settings, with float16 centroids and biases where they fit into float16."""
    if settings != UNCHANGED:
        try:
            return _candidate(graph, layer, with_half_floats(settings), compensating)
        except RecipeError:  # a value beyond 65504
            pass
    return _candidate(graph, layer, settings, compensating)


def _candidate(graph: Graph, layer: str, settings: LayerRecipe, compensating: Compensating | None) -> Candidate:
    others = {} if layer else dict.fromkeys(layer_weights(graph), UNCHANGED)
    recipe = recipe_of({**others, layer: settings})
    start = graph
    if compensating is not None and settings.bits is not None:
        start = with_compensation(graph, compensating.op, compensating.fit, settings, recipe.seed)
    changed = half_biases(share_graph(prune_graph(start, recipe), recipe), recipe)
    encoded = encode_graph(changed, _owned(graph, layer))
    size = sum(_added_bytes(weight) for weight in encoded.values())
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
    names = {name for layer in layer_weights(graph) for name in _owned(graph, layer)}
    skeleton = build_file(graph, {name: _stand_in(graph.weights[name]) for name in names}, metadata)
    return len(skeleton.data) - _SKELETON_VALUES * len(names) + _LAYOUT_BYTES


def _owned(graph: Graph, layer: str) -> Sequence[str]:
    """The names of the layer's weights and biases: what its settings change."""
    biases = dict.fromkeys(op.weights[role] for op in graph.ops for role in BIAS_ROLES if role in op.weights)
    weights = [weight.name for weight in layer_weights(graph)[layer]]
    return [*weights, *(name for name in biases if module_of(name) == layer and name not in weights)]


def _added_bytes(weight: EncodedWeight) -> int:
    # Dense values start at a multiple of the alignment, which may leave a gap before them.
    fill = -weight.payload.nbytes % PAYLOAD_ALIGNMENT if weight.encoding is Encoding.DENSE else 0
    return weight.file_bytes + fill - _SKELETON_TABLE


def _stand_in(weight: Weight) -> EncodedWeight:
    """With no field of its table at a default, which a file leaves out."""
    values = encode_dense(weight.name, np.ones(_SKELETON_VALUES // 4, np.float32))
    return replace(values, shape=weight.values.shape)


def _squares(values: npt.NDArray[np.floating]) -> float:
    flat = values.astype(np.float32, copy=False).ravel()
    return float(np.dot(flat, flat))
