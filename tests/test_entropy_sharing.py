from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import dcmobile
from dcmobile import Compressor, Recipe
from dcmobile.errors import ModelError
from dcmobile.fileformat import read_file
from dcmobile.share.shadow_codebook import ShadowCodebook

SHARING = {"rate": 0.01, "end": 40, "every": 5, "centroids": 7}
RECIPE = Recipe({"*": {"biases": "fp16"}}, budget={"weights": 0.3}, sharing=SHARING)


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(12, 60)
        self.fc2 = nn.Linear(60, 40)
        self.fc3 = nn.Linear(40, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc3(self.fc2(self.fc1(x).relu()).relu())  # type: ignore[no-any-return]


def small(seed: int = 0) -> Small:
    torch.manual_seed(seed)
    return Small()


def train(compressor: Compressor, optimizer: torch.optim.Optimizer, first: int, last: int) -> list[float]:
    losses = []
    for step in range(first, last):
        x = torch.randn(16, 12, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        loss = (compressor.model(x) - x[:, :4].abs()).square().mean()
        torch.autograd.backward(loss)
        optimizer.step()
        compressor.step()
        losses.append(loss.item())
    return losses


def started(seed: int = 0, recipe: Recipe = RECIPE) -> tuple[Small, Compressor, torch.optim.Optimizer]:
    model = small(seed)
    compressor = Compressor(model, recipe)
    compressor.prune()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)  # lasts for the whole run: the parameters stay the same
    train(compressor, optimizer, 0, 60)
    compressor.share()
    return model, compressor, optimizer


def test_the_whole_road(tmp_path: Path) -> None:
    model, compressor, optimizer = started()
    assert [status.stage for status in compressor.layers()] == ["shared"] * 3
    losses = train(compressor, optimizer, 60, 160)
    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    model.eval()
    x = torch.randn(5, 12)
    report = compressor.export(tmp_path / "net.dcmodel", (x,))
    graph = read_file(tmp_path / "net.dcmodel").graph
    for op in (op for op in graph.ops if op.kind == "Linear"):
        sharing = graph.weights[op.weights["weight"]].sharing
        assert sharing is not None
        assert sharing.centroids.dtype == np.float16
        assert sharing.centroids.size <= 8  # seven, and zero where a layer is nearly dense
        expected = getattr(model, op.name).weight.detach().numpy()
        np.testing.assert_array_equal(graph.weights[op.weights["weight"]].values, expected)
    with torch.no_grad():
        for layer in (model.fc1, model.fc2, model.fc3):
            layer.bias.copy_(layer.bias.half())
        expected = model(x).numpy()
    np.testing.assert_allclose(dcmobile.load(tmp_path / "net.dcmodel")(x.numpy()), expected, atol=1e-5)
    assert report.file_bytes < 4000


def test_codes_are_frozen_at_the_end_and_centroids_are_not() -> None:
    model, compressor, optimizer = started()
    train(compressor, optimizer, 60, 99)
    shadow: Any = model.fc2.parametrizations.weight[0]  # type: ignore[union-attr,index]
    assert isinstance(shadow, ShadowCodebook)
    codes, centroids = shadow.codes.clone(), shadow.centroids.clone()
    train(compressor, optimizer, 99, 140)
    assert torch.equal(shadow.codes, codes)
    assert not torch.equal(shadow.centroids, centroids)


def test_a_greater_rate_gives_a_smaller_file(tmp_path: Path) -> None:
    sizes = []
    for rate in (0.0, 0.05, 0.3):
        recipe = Recipe({"*": {}}, budget={"weights": 0.3}, sharing={**SHARING, "rate": rate})
        model, compressor, optimizer = started(recipe=recipe)
        train(compressor, optimizer, 60, 100)
        model.eval()
        sizes.append(compressor.export(tmp_path / "net.dcmodel", (torch.zeros(1, 12),)).bytes.weights)
    assert sizes[0] > sizes[1] > sizes[2]


def test_pruned_weights_stay_zero() -> None:
    model = small()
    compressor = Compressor(model, RECIPE)
    compressor.prune()
    pruned = model.fc2.weight.detach() == 0
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    train(compressor, optimizer, 0, 20)
    compressor.share()
    train(compressor, optimizer, 20, 60)
    assert (model.fc2.weight.detach()[pruned] == 0).all()


@pytest.mark.parametrize("at", [63, 82, 120])
def test_resuming_from_a_checkpoint_continues_alike(at: int, tmp_path: Path) -> None:
    model, compressor, optimizer = started()
    train(compressor, optimizer, 60, at)
    torch.save({"model": compressor.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "checkpoint.pt")
    expected = train(compressor, optimizer, at, 150)
    fresh = small(9)
    resumed = Compressor(fresh, RECIPE)
    saved = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    resumed.load_state_dict(saved["model"])
    again = torch.optim.Adam(fresh.parameters(), 3e-3)
    again.load_state_dict(saved["optimizer"])
    assert train(resumed, again, at, 150) == expected
    for name, tensor in model.state_dict().items():
        assert torch.equal(fresh.state_dict()[name], tensor), name
    assert resumed.layers() == compressor.layers()


def test_a_deep_copy_goes_its_own_way() -> None:
    model, compressor, _ = started()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    twin = Compressor(copy.deepcopy(model), RECIPE)
    assert twin.layers() == compressor.layers()
    train(twin, torch.optim.Adam(twin.model.parameters(), 3e-3), 60, 80)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_layers_with_bits_of_their_own_are_shared_as_before() -> None:
    recipe = Recipe({"*": {}, "fc3": {"bits": 3}}, budget={"weights": 0.3}, sharing=SHARING)
    model, compressor, _ = started(recipe=recipe)
    assert [status.stage for status in compressor.layers()] == ["shared"] * 3
    centroids: Any = model.fc3.parametrizations.weight.original  # type: ignore[union-attr]
    assert centroids.shape == (8,)


def test_without_gradients_every_weight_counts_alike(tmp_path: Path) -> None:
    model = small().eval()
    compressor = Compressor(model, RECIPE)
    compressor.share()
    compressor.export(tmp_path / "net.dcmodel", (torch.zeros(1, 12),))
    importance: Any = model.fc1.parametrizations.weight[0].importance  # type: ignore[union-attr,index]
    assert importance.min() == importance.max()


def test_after_training(tmp_path: Path) -> None:
    model = small().eval()
    report = dcmobile.compress(model, tmp_path / "net.dcmodel", (torch.zeros(1, 12),), RECIPE)
    assert [layer.density < 1 for layer in report.layers] == [True, True, True]
    graph = read_file(tmp_path / "net.dcmodel").graph
    assert all(graph.weights[op.weights["weight"]].sharing is not None for op in graph.ops if "weight" in op.weights)


def test_a_checkpoint_of_another_shape_is_refused() -> None:
    _, compressor, _ = started()
    state = compressor.state_dict()
    state["fc1.parametrizations.weight.0.codes"] = torch.zeros(3, 3, dtype=torch.uint8)
    with pytest.raises(ModelError, match="layer 'fc1' has weights of"):
        Compressor(small(), RECIPE).load_state_dict(state)


def test_nan_weights_are_refused() -> None:
    model = small()
    with torch.no_grad():
        model.fc2.weight[0, 0] = torch.nan
    with pytest.raises(ModelError, match=r"fc2\.weight"):
        Compressor(model, Recipe({"*": {}}, sharing=SHARING)).share()
