"""Whole networks: what calibration inputs are good for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from measured_networks import NETWORKS
from torch import nn

import dcmobile
from dcmobile.calibration.inputs import calibration_of
from dcmobile.capture import capture
from dcmobile.compensate.network import compensate_graph
from dcmobile.errors import CallError
from dcmobile.graph import Graph
from dcmobile.passes import prepare
from dcmobile.recipe import Compensation, Recipe


class Pictures(nn.Module):
    """Convolutions of several kinds and a Linear, on pictures that are smooth: neighbours go together."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(3, 16, 3, stride=2, padding=1)
        self.depthwise = nn.Conv2d(16, 16, 3, padding=1, groups=16)
        self.grouped = nn.Conv2d(16, 24, 1, groups=2, bias=False)
        self.wide = nn.Conv2d(24, 32, 3, padding=1)
        self.last = nn.Linear(32, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.depthwise(torch.relu(self.first(x))))
        x = torch.relu(self.wide(torch.relu(self.grouped(x))))
        result: torch.Tensor = self.last(x.mean((2, 3)))
        return result


def smooth(samples: int, seed: int) -> torch.Tensor:
    coarse = torch.randn(samples, 3, 3, 3, generator=torch.Generator().manual_seed(seed))
    return nn.functional.interpolate(coarse, (16, 16), mode="bilinear") + 0.5


EXAMPLE = (torch.rand(1, 3, 16, 16),)
NEW = smooth(64, 1)  # none of the calibration samples


def _error(path: Path) -> float:
    with torch.no_grad():
        expected = Pictures().eval()(NEW)
    with dcmobile.load(path) as model:
        result = model(NEW)
    return float((result - expected).square().sum() / (expected - expected.mean()).square().sum())


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"bits": 3}, 1.02),
        ({"bits": 6, "rate": 0.03}, 1.02),
        ({"density": 0.5, "bits": 5}, 1.02),
        # Where few weights are left and a bit has a price, what is gained goes into the error: it is 40 times less.
        ({"density": 0.3, "bits": 4, "rate": 0.01}, 1.25),
    ],
)
def test_outputs_on_new_samples_change_less(settings: dict[str, float], size: float, tmp_path: Path) -> None:
    recipe = Recipe({"*": {**settings, "codebook": "fp16"}})
    plain = dcmobile.compress(Pictures().eval(), tmp_path / "plain", EXAMPLE, recipe)
    better = dcmobile.compress(
        Pictures().eval(), tmp_path / "better", EXAMPLE, recipe, calibration=smooth(64, 0).numpy()
    )
    assert better.file_bytes < size * plain.file_bytes
    assert _error(tmp_path / "better") < 0.3 * _error(tmp_path / "plain")
    if "density" in settings:
        assert all(now.density <= then.density for now, then in zip(better.layers, plain.layers, strict=True))


def test_a_target_size_is_kept_and_worth_more(tmp_path: Path) -> None:
    samples = smooth(96, 0).numpy()
    for size in (5200, 3600):
        errors = []
        for compensate in (False, True):
            path = tmp_path / "net.dcmodel"
            report = dcmobile.compress(
                Pictures().eval(), path, EXAMPLE, target_size=size, calibration=samples, compensate=compensate
            )
            assert path.stat().st_size == report.file_bytes <= size
            errors.append(_error(path))
        assert errors[1] < 0.6 * errors[0]


def test_the_recipe_of_a_size_says_that_layers_were_compensated(tmp_path: Path) -> None:
    samples = smooth(48, 0).numpy()
    found = dcmobile.sensitivity(Pictures().eval(), samples, EXAMPLE)
    recipe = found.recipe(target_size=5000)
    assert recipe.compensation == Compensation()
    assert dcmobile.sensitivity(Pictures().eval(), samples, EXAMPLE, compensate=False).recipe(5000).compensation is None
    recipe.save(tmp_path / "r.toml")
    with pytest.raises(CallError, match="give calibration inputs"):
        dcmobile.compress(Pictures().eval(), tmp_path / "net", EXAMPLE, Recipe.load(tmp_path / "r.toml"))


def test_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        dcmobile.compress(
            Pictures().eval(), tmp_path / name, EXAMPLE, {"*": {"bits": 4}}, calibration=smooth(20, 0).numpy()
        )
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def _graph(name: str) -> Graph:
    return prepare(capture(*NETWORKS[name]()))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_is_shared_whatever_it_is(name: str) -> None:
    graph = _graph(name)
    recipe = Recipe({"*": {"bits": 2}})
    done: list[tuple[int, int]] = []
    result = compensate_graph(graph, recipe, calibration_of(graph, None, 6), progress=lambda *where: done.append(where))
    shared = {name for name, weight in result.weights.items() if weight.sharing is not None}
    weights = {name for name in graph.weights if "weight" in name}
    assert shared == weights
    assert done[-1][0] == done[-1][1] == {"branches": 5, "sums": 0, "one_layer": 1}[name]


def test_layers_without_bits_stay_as_they_are() -> None:
    graph = _graph("branches")
    result = compensate_graph(graph, Recipe({"left": {"bits": 2}}), calibration_of(graph, None, 6))
    changed = {name for name, weight in result.weights.items() if weight is not graph.weights[name]}
    assert changed == {"left.weight", "left.bias"}


def test_a_budget_for_all_layers_decides_what_stays() -> None:
    graph = _graph("branches")
    recipe = Recipe({"*": {"bits": 5}}, budget={"weights": 0.4})
    result = compensate_graph(graph, recipe, calibration_of(graph, None, 6))
    layers = [name for name in graph.weights if name.endswith("weight")]
    kept = sum(int(np.count_nonzero(result.weights[name].values)) for name in layers)
    assert kept == round(0.4 * sum(graph.weights[name].values.size for name in layers))


def test_biases_keep_the_means_of_the_outputs() -> None:
    """Of a layer that is all the network: 2 centroids change the outputs a lot, but not on average."""
    torch.manual_seed(3)
    model = nn.Linear(40, 30).eval()
    samples = torch.rand(50, 40).numpy()
    graph = prepare(capture(model, (torch.rand(1, 40),)))
    result = compensate_graph(graph, Recipe({"*": {"bits": 1}}), calibration_of(graph, samples, 50))
    outputs = samples @ result.weights["weight"].values.T + result.weights["bias"].values
    before = samples @ graph.weights["weight"].values.T + graph.weights["bias"].values
    assert float(np.square(outputs - before).mean()) > 1e-4
    np.testing.assert_allclose(outputs.mean(0), before.mean(0), atol=1e-5)
