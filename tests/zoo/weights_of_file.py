"""A torch network on the weights of a file: the reference for what the runtime should compute."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from torch import nn

from dcmobile.fileformat import read_file
from dcmobile.graph import Graph


def with_weights_of_file(model: nn.Module, graph: Graph, path: Path) -> nn.Module:
    """A copy of the model that uses the weights that the file stores, pruned and shared.

    graph: the model's, prepared, as it was before pruning and sharing; the file was written from it.

    What a layer's weights were multiplied with on their way into the graph (a folded BatchNorm, a scale) stays in the
    copy as a module of its own. So a weight of the copy is the model's own times what sharing changed it by:
    file / graph, element by element.
    """
    file = read_file(path).graph
    changed = copy.deepcopy(model)
    own = {**dict(changed.named_parameters()), **dict(changed.named_buffers())}
    pairs = {  # the names of weights are not in a file, but the operators that use them are
        name: stored.weights[role]
        for op, stored in zip(graph.ops, file.ops, strict=True)
        for role, name in op.weights.items()
    }
    for name, stored_name in pairs.items():
        before, after = graph.weights[name], file.weights[stored_name]
        assert before.values.shape == after.values.shape, name
        if np.array_equal(before.values, after.values):
            continue
        assert before.values.ndim >= 2, f"{name}: only weights of layers are shared"
        # A weight of 0 may get the nearest centroid, a small number, which no factor makes of 0.
        was_zero = before.values == 0
        assert not (was_zero & (np.abs(after.values) > 1e-6 * np.abs(before.values).max())).any(), name
        factor = np.divide(after.values, before.values, out=np.ones_like(before.values), where=~was_zero)
        with torch.no_grad():
            own[name].mul_(torch.from_numpy(factor))
    return changed
