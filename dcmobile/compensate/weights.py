"""A layer of a graph with its error made up for: weight, codebook and bias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dcmobile.compensate.layer import Fit, compensated
from dcmobile.compensate.moments import Floats, can_compensate, moments
from dcmobile.graph import Graph, Op, Weight
from dcmobile.layer_weights import dense_weights
from dcmobile.passes.rewriting import uses
from dcmobile.recipe import LayerRecipe
from dcmobile.share.layer import sharing_of, spelled_out


def compensated_ops(graph: Graph) -> dict[int, str]:
    """The operators whose weight can make up for its errors, by their number in the graph, with that weight's name: it
    is used once, and shared by nothing yet.
    """
    counts, dense = uses(graph), dense_weights(graph)
    return {
        number: op.weights["weight"]
        for number, op in enumerate(graph.ops)
        if can_compensate(op)
        and counts[op.weights["weight"]] == 1
        and op.weights["weight"] not in dense
        and graph.weights[op.weights["weight"]].sharing is None
    }


def fit_of(graph: Graph, op: Op, inputs: Sequence[Floats], before: Sequence[Floats], damping: float) -> Fit:
    """Of an operator of ``compensated_ops``, with these inputs, batch for batch; see ``moments``."""
    shape = graph.weights[op.weights["weight"]].values.shape
    return Fit.of(moments(op, shape, inputs, before, _bias(graph, op) is not None), damping)


def with_compensation(
    graph: Graph,
    op: Op,
    fit: Fit,
    settings: LayerRecipe,
    seed: int,
    mask: npt.NDArray[np.bool_] | None = None,
) -> Graph:
    """The graph with the operator's weight pruned and shared, and its bias moved.

    op: of ``compensated_ops``. settings: with bits. mask: weights that may stay, where that is decided; shape of the
    weight.
    """
    weight = graph.weights[op.weights["weight"]]
    before = weight.values.astype(np.float32, copy=False)
    clustering = compensated(op.name, before, fit, settings, seed, mask)
    sharing = sharing_of(clustering.codes, clustering.centroids, settings, before)
    after = spelled_out(sharing, before.shape)
    changed = {weight.name: replace(weight, values=after, sharing=sharing)}
    bias = _bias(graph, op)
    if bias is not None:
        shift = _means(before, fit.moments.mean_before) - _means(after, fit.moments.mean)
        moved = (bias.values.astype(np.float64) + shift).astype(np.float32)
        if np.isfinite(moved).all():
            changed[bias.name] = replace(bias, values=moved)
    return replace(graph, weights={**graph.weights, **changed})


def _bias(graph: Graph, op: Op) -> Weight | None:
    """The operator's bias, if nothing else uses it."""
    name = op.weights.get("bias")
    return graph.weights[name] if name is not None and uses(graph)[name] == 1 else None


def _means(values: npt.NDArray[np.float32], inputs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The outputs for these inputs, [groups, columns], without a bias."""
    rows = values.astype(np.float64).reshape(inputs.shape[0], -1, inputs.shape[1])
    result: npt.NDArray[np.float64] = (rows @ inputs[:, :, np.newaxis]).ravel()
    return result
