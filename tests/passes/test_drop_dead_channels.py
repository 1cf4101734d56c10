from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import same_results
from torch import nn

import dcmobile
from dcmobile import Recipe
from dcmobile.capture import capture
from dcmobile.fileformat import read_file
from dcmobile.graph import Graph, Sharing
from dcmobile.passes import prepare
from dcmobile.passes.drop_dead_channels import drop_dead_channels


def graph_of(model: nn.Module, *shape: int) -> Graph:
    return prepare(capture(model.eval(), (torch.zeros(2, *shape),)))


def shapes(graph: Graph) -> dict[str, tuple[int, ...]]:
    return {name: weight.values.shape for name, weight in graph.weights.items()}


def kill(graph: Graph, name: str, *places: slice | int | tuple[object, ...]) -> Graph:
    values = graph.weights[name].values.copy()
    for place in places:
        values[place] = 0  # type: ignore[index]
    return replace(graph, weights={**graph.weights, name: replace(graph.weights[name], values=values)})


def linears() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 3))


def lenet() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(54, 8)
    )


def test_channels_that_nothing_reads() -> None:
    graph = kill(graph_of(linears(), 5), "2.weight", (slice(None), 1), (slice(None), 4))
    after = drop_dead_channels(graph)
    assert shapes(after)["0.weight"] == (4, 5)
    assert shapes(after)["0.bias"] == (4,)
    assert shapes(after)["2.weight"] == (4, 4)
    same_results(graph, after)


def test_constant_channels_go_into_the_next_biases() -> None:
    model = linears()
    nn.init.ones_(model[0].bias)  # type: ignore[arg-type]
    graph = kill(graph_of(model, 5), "0.weight", 0, 3)
    after = drop_dead_channels(graph)
    assert shapes(after)["2.weight"] == (4, 4)
    assert not np.array_equal(after.weights["2.bias"].values, graph.weights["2.bias"].values)
    same_results(graph, after)


def test_an_activation_that_is_not_known_keeps_constants_but_not_what_nothing_reads() -> None:
    graph = kill(graph_of(linears(), 5), "2.weight", 0)
    assert shapes(drop_dead_channels(graph)) == shapes(graph)
    graph = kill(graph, "4.weight", (slice(None), 0))
    after = drop_dead_channels(graph)
    assert shapes(after)["4.weight"] == (3, 3)
    same_results(graph, after)


def test_one_dead_layer_after_the_other() -> None:
    graph = kill(graph_of(linears(), 5), "4.weight", (slice(None), 2))
    graph = kill(graph, "2.weight", *((row, 5) for row in (0, 1, 3)))  # channel 5 is only read by what nothing reads
    after = drop_dead_channels(graph)
    assert shapes(after)["0.weight"] == (5, 5)
    same_results(graph, after)


def test_convolutions_pooling_and_flatten() -> None:
    graph = kill(graph_of(lenet(), 1, 12, 12), "0.weight", 1)
    graph = kill(graph, "2.weight", 5)
    graph = kill(graph, "5.weight", (slice(None), slice(9, 18)))
    after = drop_dead_channels(graph)
    assert shapes(after) == {
        "0.weight": (3, 1, 3, 3),
        "0.bias": (3,),
        "2.weight": (4, 3, 3, 3),
        "2.bias": (4,),
        "5.weight": (8, 36),
        "5.bias": (8,),
    }
    same_results(graph, after)


def test_a_constant_before_padding_stays_unless_it_is_zero() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3, padding=1))
    with torch.no_grad():
        model[0].bias.copy_(torch.tensor([1.0, -1.0, 1.0, 1.0]))  # type: ignore[operator]
    graph = kill(graph_of(model, 1, 6, 6), "0.weight", 0, 1)
    after = drop_dead_channels(graph)
    assert shapes(after)["0.weight"] == (3, 1, 3, 3)
    same_results(graph, after)


def test_a_bias_is_made_where_there_was_none() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2, bias=False))
    graph = kill(graph_of(model, 3), "0.weight", 2)
    after = drop_dead_channels(graph)
    assert shapes(after)["1.bias"] == (2,)
    same_results(graph, after)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.first(x)
        return self.second(y) + y  # type: ignore[no-any-return]


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(self.layer(x).relu())  # type: ignore[no-any-return]


@pytest.mark.parametrize(("model", "weight"), [(Residual, "first.weight"), (Tied, "layer.weight")])
def test_what_more_than_one_reads_stays(model: Callable[[], nn.Module], weight: str) -> None:
    torch.manual_seed(0)
    graph = kill(graph_of(model(), 4), weight, 1)
    assert shapes(drop_dead_channels(graph)) == shapes(graph)


def test_one_channel_stays() -> None:
    graph = kill(graph_of(linears(), 5), "0.weight", slice(None))
    after = drop_dead_channels(graph)
    assert shapes(after)["0.weight"] == (1, 5)
    same_results(graph, after)


@given(st.integers(0, 10_000), st.floats(0.02, 0.5))
@settings(max_examples=25, deadline=None)
def test_sparse_networks_compute_the_same(seed: int, density: float) -> None:
    graph = graph_of(lenet(), 1, 12, 12)
    random = np.random.default_rng(seed)
    for name in ("0.weight", "2.weight", "5.weight"):
        values = graph.weights[name].values
        kept = np.where(random.random(values.shape) < density, values, np.float32(0))
        graph = replace(graph, weights={**graph.weights, name: replace(graph.weights[name], values=kept)})
    after = drop_dead_channels(graph)
    same_results(graph, after)
    assert drop_dead_channels(after) is after


def test_codes_and_centroids_stay() -> None:
    graph = graph_of(lenet(), 1, 12, 12)
    centroids = np.array([-0.5, 0.25], np.float16)
    for name in ("0.weight", "2.weight", "5.weight"):
        shape = graph.weights[name].values.shape
        codes = np.random.default_rng(1).choice(3, size=shape, p=(0.94, 0.03, 0.03)).astype(np.uint16)
        values = np.concatenate(([0], centroids)).astype(np.float32)[codes]
        weight = replace(graph.weights[name], values=values, sharing=Sharing(codes.ravel(), centroids))
        graph = replace(graph, weights={**graph.weights, name: weight})
    after = drop_dead_channels(graph)
    assert shapes(after)["5.weight"][1] < 54
    for name in ("0.weight", "2.weight", "5.weight"):
        weight = after.weights[name]
        assert weight.sharing is not None
        spelled = np.concatenate(([0], centroids)).astype(np.float32)[weight.sharing.codes]
        np.testing.assert_array_equal(spelled.reshape(weight.values.shape), weight.values)
    same_results(graph, after)


def test_in_the_file_if_the_recipe_says_so(tmp_path: Path) -> None:
    model, x = lenet(), torch.randn(3, 1, 12, 12)
    layers = {"*": {"density": 0.05, "bits": 3, "biases": "fp16"}}
    whole = dcmobile.compress(model.eval(), tmp_path / "whole.dcmodel", (x,), Recipe(layers))
    recipe = Recipe(layers, drop_dead_channels=True)
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    smaller = dcmobile.compress(model, tmp_path / "smaller.dcmodel", (x,), recipe)
    assert smaller.file_bytes < whole.file_bytes
    assert smaller.dense_bytes == whole.dense_bytes
    assert read_file(tmp_path / "smaller.dcmodel").graph.weights["2.weight"].values.shape[0] < 6
    results = [dcmobile.load(tmp_path / f"{name}.dcmodel")(x.numpy()) for name in ("whole", "smaller")]
    np.testing.assert_allclose(results[1], results[0], atol=2e-3)
