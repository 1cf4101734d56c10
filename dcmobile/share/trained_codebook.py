"""Codes and centroids that were trained, on the weights of a graph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dcmobile.errors import GraphError
from dcmobile.graph import Graph, Sharing
from dcmobile.recipe import LayerRecipe
from dcmobile.share.kmeans import Floats
from dcmobile.share.layer import Codes, sharing_of, spelled_out


def with_trained_codebook(graph: Graph, name: str, codes: Codes, centroids: Floats, settings: LayerRecipe) -> Graph:
    """The graph with this sharing on one of its weights, bit for bit.

    codes: uint16, flat, as ``graph.Sharing``. settings: say whether the centroids are written as float16.
    Raises ``GraphError`` if the weight has other values than these spell out.
    """
    weight = graph.weights[name]
    if not np.array_equal(spelled_out(Sharing(codes, centroids), weight.values.shape), weight.values):
        raise GraphError(f"weight {name!r} was changed after it was shared")
    sharing = sharing_of(codes, centroids, settings)
    shared = replace(weight, values=spelled_out(sharing, weight.values.shape), sharing=sharing)
    return replace(graph, weights={**graph.weights, name: shared})
