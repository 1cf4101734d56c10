"""Encodes the weights of a graph."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from dcmobile.encode.choose import encode_weight
from dcmobile.encode.encoded import EncodedWeight
from dcmobile.graph import Graph
from dcmobile.layer_weights import dense_weights


def encode_graph(
    graph: Graph,
    names: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    pairs: bool = True,
) -> dict[str, EncodedWeight]:
    """The smallest encoding of each weight, by its name; dense where the format holds it dense only.

    names: which weights; None: all of them. pairs: gaps may be coded in pairs. progress: called with (weights done,
    weights). Raises what ``encode_weight`` raises.
    """
    chosen = list(graph.weights if names is None else names)
    dense = dense_weights(graph)
    encoded: dict[str, EncodedWeight] = {}
    for done, name in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen))
        weight = graph.weights[name]
        encoded[name] = encode_weight(replace(weight, sharing=None) if name in dense else weight, pairs)
    if progress is not None:
        progress(len(chosen), len(chosen))
    return encoded
