from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dcmobile.capture import capture
from dcmobile.errors import RecipeError
from dcmobile.graph import Graph, Weight
from dcmobile.prune import prune_graph
from dcmobile.recipe import LayerRecipe, Recipe
from dcmobile.share import share_graph
from dcmobile.share.half_biases import half_biases
from dcmobile.share.layer import cluster_layer


def three_layers() -> Graph:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(40, 30), nn.Linear(30, 20), nn.Linear(20, 10)).eval()
    return capture(model, (torch.zeros(1, 40),))


def check(weight: Weight) -> None:
    assert weight.sharing is not None
    table = np.concatenate((np.zeros(1, np.float32), weight.sharing.centroids.astype(np.float32)))
    np.testing.assert_array_equal(table[weight.sharing.codes].reshape(weight.values.shape), weight.values)


def test_layers_go_by_their_recipe() -> None:
    graph = three_layers()
    recipe = Recipe({"0": {"density": 0.1, "bits": 5}, "1": {"bits": 3, "codebook": "fp16"}})
    shared = share_graph(prune_graph(graph, recipe), recipe)
    first, second = shared.weights["0.weight"], shared.weights["1.weight"]
    check(first)
    check(second)
    assert first.sharing is not None
    assert second.sharing is not None
    assert first.sharing.centroids.size == 32
    assert np.count_nonzero(first.sharing.codes) == 120
    assert second.sharing.centroids.dtype == np.float16
    assert second.sharing.centroids.size == 8
    assert second.sharing.codes.min() == 1
    assert shared.weights["2.weight"] is graph.weights["2.weight"]
    assert shared.weights["0.bias"] is graph.weights["0.bias"]


def test_what_is_shared_already_stays() -> None:
    recipe = Recipe({"*": {"bits": 5}})
    shared = share_graph(three_layers(), recipe)
    assert share_graph(shared, Recipe({"*": {"bits": 2}})).weights == shared.weights


@pytest.mark.parametrize(("zeros", "centroids"), [(True, 255), (False, 256)])
def test_eight_bits_leave_room_for_zero(zeros: bool, centroids: int) -> None:
    values = np.random.default_rng(0).standard_normal(5000).astype(np.float32)
    if zeros:
        values[7] = 0
    clustering = cluster_layer("fc", values, LayerRecipe(bits=8), 0)
    assert clustering is not None
    assert clustering.centroids.size == centroids
    assert np.count_nonzero(clustering.codes == 0) == zeros


def test_without_bits_few_values_are_shared_without_loss() -> None:
    random = np.random.default_rng(0)
    few = random.choice(np.arange(-127, 128, dtype=np.float32) * np.float32(0.013), 5000)
    clustering = cluster_layer("fc", few, LayerRecipe(density=1.0), 0)
    assert clustering is not None
    table = np.concatenate((np.zeros(1, np.float32), clustering.centroids))
    np.testing.assert_array_equal(table[clustering.codes], few)
    many = random.standard_normal(5000).astype(np.float32)
    assert cluster_layer("fc", many, LayerRecipe(density=1.0), 0) is None


def test_random_starts_do_not_depend_on_other_layers() -> None:
    values = np.random.default_rng(0).standard_normal(5000).astype(np.float32)
    settings = LayerRecipe(bits=5, init="random")
    one, same, other = (cluster_layer(name, values, settings, 7) for name in ("fc1", "fc1", "fc2"))
    assert one is not None
    assert same is not None
    assert other is not None
    np.testing.assert_array_equal(one.centroids, same.centroids)
    assert not np.array_equal(one.centroids, other.centroids)


def _layer(weight: np.ndarray[tuple[int, ...], np.dtype[np.float32]], bias: float = 0.1) -> Graph:
    model = nn.Linear(weight.shape[1], weight.shape[0]).eval()
    with torch.no_grad():
        model.weight.copy_(torch.from_numpy(weight))
        model.bias.copy_(bias * torch.linspace(1, 2, weight.shape[0]))
    return capture(model, (torch.zeros(1, weight.shape[1]),))


_NORMAL = np.random.default_rng(4).standard_normal((30, 40)).astype(np.float32)


@pytest.mark.parametrize(
    ("weight", "settings", "bias", "halved"),
    [
        (_NORMAL, {"bits": 5}, 0.1, (True, True)),
        (_NORMAL, {"bits": 8, "rate": 0.0001}, 0.1, (True, True)),
        (_NORMAL, {"bits": 5}, 1e-7, (True, False)),  # below float16's normal numbers
        (_NORMAL, {"bits": 5}, 1e5, (True, False)),
        (_NORMAL * np.float32(1e-7), {"bits": 5}, 0.1, (False, False)),
        (_NORMAL * np.float32(1e5), {"bits": 5}, 0.1, (False, False)),
        (np.round(_NORMAL * 3) * np.float32(0.013), {"bits": 8}, 0.1, (False, False)),  # shared without loss
        (np.round(_NORMAL * 3), {"bits": 8}, 0.1, (True, True)),  # and float16 has these values
        (np.round(_NORMAL * 3), {"density": 1.0}, 0.1, (False, False)),
        (_NORMAL, {"bits": 5, "codebook": "fp32"}, 0.1, (False, False)),
        (_NORMAL, {"bits": 5, "codebook": "fp32", "biases": "fp16"}, 0.1, (False, True)),
        (_NORMAL, {"bits": 5, "biases": "fp32"}, 0.1, (True, False)),
    ],
)
def test_halves_cost_nothing_that_is_noticed(
    weight: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    settings: dict[str, Any],
    bias: float,
    halved: tuple[bool, bool],
) -> None:
    graph, recipe = _layer(weight, bias), Recipe({"*": settings})
    shared = half_biases(share_graph(graph, recipe), recipe)
    sharing = shared.weights["weight"].sharing
    assert sharing is not None
    assert (sharing.centroids.dtype == np.float16, shared.weights["bias"].values.dtype == np.float16) == halved
    check(shared.weights["weight"])
    exact = share_graph(graph, Recipe({"*": settings | {"codebook": "fp32", "biases": "fp32"}})).weights["weight"]
    error, least = (float(np.square(found.values - weight).sum()) for found in (shared.weights["weight"], exact))
    assert error <= 1.06 * least


def test_half_biases() -> None:
    graph = three_layers()
    halved = half_biases(graph, Recipe({"1": {"biases": "fp16"}}))
    assert halved.weights["1.bias"].values.dtype == np.float16
    np.testing.assert_array_equal(halved.weights["1.bias"].values, graph.weights["1.bias"].values.astype(np.float16))
    assert halved.weights["0.bias"] is graph.weights["0.bias"]
    assert halved.weights["1.weight"] is graph.weights["1.weight"]


def test_a_batch_norm_on_its_own_is_halved_with_its_factors() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1), nn.LayerNorm([5, 5])
    ).eval()
    graph = capture(model, (torch.zeros(1, 3, 5, 5),))
    names = {op.kind: op.weights for op in graph.ops}
    halved = half_biases(graph, Recipe({"*": {"biases": "fp16"}}))
    types = {role: halved.weights[name].values.dtype for role, name in names["ChannelAffine"].items()}
    assert types == {"weight": np.float16, "bias": np.float16}
    assert halved.weights["0.weight"] is graph.weights["0.weight"]
    assert halved.weights["3.weight"] is graph.weights["3.weight"]
    only = half_biases(graph, Recipe({"1": {"biases": "fp16"}}))
    assert [name for name, weight in only.weights.items() if weight.values.dtype == np.float16] == list(
        names["ChannelAffine"].values()
    )


def test_what_float16_cannot_hold_is_refused() -> None:
    model = nn.Linear(2, 2).eval()
    with torch.no_grad():
        model.weight.fill_(1e5)
        model.bias.fill_(1e5)
    graph = capture(model, (torch.zeros(1, 2),))
    with pytest.raises(RecipeError, match="biases 'fp16' ends at 65504, but there is 100000"):
        half_biases(graph, Recipe({"*": {"biases": "fp16"}}))
    with pytest.raises(RecipeError, match="codebook 'fp16' ends at 65504"):
        share_graph(graph, Recipe({"*": {"bits": 5, "codebook": "fp16"}}))
