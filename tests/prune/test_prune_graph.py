from __future__ import annotations

import numpy as np
import torch
from torch import nn

from dcmobile.capture import capture
from dcmobile.prune import magnitude_mask, prune_graph
from dcmobile.recipe import Recipe


def test_layers_go_by_their_recipe() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(16, 8), nn.Linear(8, 5)).eval()
    graph = capture(model, (torch.zeros(1, 1, 4, 4),))
    told: list[tuple[int, int]] = []
    pruned = prune_graph(
        graph, Recipe({"0": {"density": 0.5}, "2": {"density": 0.25}}), lambda *counts: told.append(counts)
    )
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    for name, density in (("0.weight", 0.5), ("2.weight", 0.25)):
        before = graph.weights[name].values.astype(np.float32)
        after = pruned.weights[name].values
        np.testing.assert_array_equal(after, np.where(magnitude_mask(before, density), before, 0))
        assert np.count_nonzero(before) == before.size  # the graph before is as it was
    for name in ("3.weight", "0.bias", "2.bias", "3.bias"):
        assert pruned.weights[name] is graph.weights[name]


def test_sparse_enough_stays() -> None:
    model = nn.Linear(10, 10).eval()
    with torch.no_grad():
        model.weight[1:] = 0
    graph = capture(model, (torch.zeros(1, 10),))
    pruned = prune_graph(graph, Recipe({"*": {"density": 0.1}}))
    assert pruned.weights["weight"] is graph.weights["weight"]
