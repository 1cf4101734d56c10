from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import dcmobile
from dcmobile import Recipe
from dcmobile.errors import FileError, ModelError, RecipeError, UnsupportedOperatorError
from dcmobile.fileformat import read_file
from dcmobile.graph_file import DEFAULT_RECIPE
from examples.mnist.networks import LeNet5, LeNet300

RECIPE = Recipe({"fc*": {"density": 0.09, "bits": 5}, "*": {"bits": 8}})


def lenet5(seed: int = 0) -> LeNet5:
    torch.manual_seed(seed)
    return LeNet5().eval()


X = torch.rand(3, 1, 28, 28)


def with_weights_of(path: Path, model: nn.Module) -> nn.Module:
    """The model with the weights that the file holds."""
    graph = read_file(path).graph
    state = model.state_dict()
    layers = {op.name: op for op in graph.ops if op.weights}
    for name, op in layers.items():
        for role in ("weight", "bias"):
            state[f"{name}.{role}"] = torch.from_numpy(graph.weights[op.weights[role]].values.astype(np.float32))
    model.load_state_dict(state)
    return model


@pytest.mark.parametrize("network", [LeNet300, LeNet5])
@pytest.mark.parametrize(
    "recipe",
    [RECIPE, None, Recipe({}), Recipe({"*": {"density": 0.5}}), Recipe({"*": {"bits": 1}})],
    ids=["paper", "default", "dense", "pruned", "binary"],
)
def test_file_equals_torch_on_its_weights(
    network: Callable[[], nn.Module], recipe: Recipe | None, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    model = network().eval()
    if recipe is RECIPE and network is LeNet300:
        recipe = Recipe({"fc*": {"density": 0.09, "bits": 5}})
    path = tmp_path / "net.dcmodel"
    report = dcmobile.compress(model, path, (X,), recipe)
    with torch.no_grad():
        expected = with_weights_of(path, network().eval())(X).numpy()
    actual = dcmobile.load(path)(X.numpy())
    assert np.abs(actual - expected).max() <= 1e-5 * np.abs(expected).max()
    assert report.dense_bytes == 4 * sum(parameter.numel() for parameter in model.parameters())
    if recipe == Recipe({}):
        np.testing.assert_allclose(actual, model(X).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_report(tmp_path: Path) -> None:
    report = dcmobile.compress(lenet5(), tmp_path / "net.dcmodel", (X,), RECIPE)
    assert report.file_bytes == (tmp_path / "net.dcmodel").stat().st_size
    assert report.dense_bytes == 1_724_320
    assert report.ratio == pytest.approx(1_724_320 / report.file_bytes)
    assert [layer.name for layer in report.layers] == ["conv1", "conv2", "fc1", "fc2"]
    assert [layer.shape for layer in report.layers] == [(20, 1, 5, 5), (50, 20, 5, 5), (500, 800), (10, 500)]
    assert [layer.density for layer in report.layers] == [1, 1, 0.09, 0.09]
    assert [layer.encoding for layer in report.layers][1:] == ["DenseShared", "SparseShared", "SparseShared"]
    assert [layer.code_bits for layer in report.layers][1:] == [8, 5, 5]
    fc1 = report.layers[2]
    assert 2 <= fc1.gap_bits <= 8
    assert 4 < fc1.statistics.code_coded_bits / 36_000 <= 5
    assert fc1.bias_bytes == 1000  # float16, as its centroids
    assert sum(layer.bytes for layer in report.layers) == report.bytes.weights
    assert str(report).startswith(f"{tmp_path}/net.dcmodel: {report.file_bytes:,} bytes, ")


def test_same_input_same_bytes(tmp_path: Path) -> None:
    recipe = Recipe({"*": {"density": 0.2, "bits": 5, "init": "random"}}, seed=1)
    files = [tmp_path / f"{index}.dcmodel" for index in range(4)]
    dcmobile.compress(lenet5(), files[0], (X,), recipe)
    dcmobile.compress(lenet5(), files[1], (X,), recipe)
    dcmobile.compress(torch.export.export(lenet5(), (X,)), files[2], recipe=recipe)
    dcmobile.compress(lenet5(), files[3], (X,), Recipe(recipe.layers, seed=2))
    contents = [file.read_bytes() for file in files]
    assert contents[0] == contents[1] == contents[2] != contents[3]


def test_from_a_saved_program(tmp_path: Path) -> None:
    program = torch.export.export(
        lenet5(), (torch.zeros(2, 1, 28, 28),), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},)
    )
    torch.export.save(program, tmp_path / "net.pt2")
    dcmobile.compress(torch.export.load(tmp_path / "net.pt2"), tmp_path / "a.dcmodel", recipe=RECIPE)
    dcmobile.compress(lenet5(), tmp_path / "b.dcmodel", (X,), RECIPE)
    assert (tmp_path / "a.dcmodel").read_bytes() == (tmp_path / "b.dcmodel").read_bytes()


def test_any_batch_size_runs(tmp_path: Path) -> None:
    model = lenet5()
    dcmobile.compress(model, tmp_path / "net.dcmodel", (X,), Recipe({}))
    loaded = dcmobile.load(tmp_path / "net.dcmodel")
    for size in (1, 2, 9):
        x = torch.rand(size, 1, 28, 28)
        np.testing.assert_allclose(loaded(x.numpy()), model(x).detach().numpy(), rtol=1e-4, atol=1e-5)


class Branches(nn.Module):
    """Every operator, two inputs, two outputs, a tied weight, the odd attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Conv2d(4, 8, (4, 3), padding="same", dilation=(1, 2), groups=2)
        self.strided = nn.Conv2d(8, 6, 3, stride=(2, 1), padding=(1, 0), bias=False)
        self.first = nn.Linear(6, 6)
        self.second = nn.Linear(6, 6)
        self.second.weight = self.first.weight

    def forward(self, picture: torch.Tensor, vector: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = nn.functional.max_pool2d(self.same(picture).relu(), (3, 2), 2, (1, 0), ceil_mode=True)
        y = self.strided(y)
        v = self.second(self.first(vector) + vector).relu()
        return y.flatten(2).softmax(-1), (v + self.first(v)).relu()


@pytest.mark.parametrize("recipe", [None, Recipe({}), Recipe({"*": {"density": 0.3, "bits": 4}})])
def test_every_operator(recipe: Recipe | None, tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = Branches().eval()
    inputs = (torch.randn(2, 4, 9, 7), torch.randn(2, 6))
    path = tmp_path / "net.dcmodel"
    dcmobile.compress(model, path, inputs, recipe)
    with torch.no_grad():
        expected = with_weights_of_branches(path, model)(*inputs)
    actual = dcmobile.load(path)(*(each.numpy() for each in inputs))
    for one, other in zip(actual, expected, strict=True):
        assert np.abs(one - other.numpy()).max() <= 1e-5 * other.abs().max()


def with_weights_of_branches(path: Path, model: Branches) -> Branches:
    graph = read_file(path).graph
    with torch.no_grad():
        for op in graph.ops:
            for role, name in op.weights.items():
                parameter = model.get_submodule(op.name).get_parameter(role)
                parameter.copy_(torch.from_numpy(graph.weights[name].values))
    return model


@pytest.mark.parametrize(
    ("model", "recipe", "error", "text"),
    [
        (lambda: LeNet5(), RECIPE, ModelError, r"call \.eval\(\)"),
        (lambda: nn.Hardshrink().eval(), {}, UnsupportedOperatorError, r"aten\.le\.Scalar"),
        (lenet5, {"fc9": {"bits": 5}}, RecipeError, "'fc9' fits no layer of the model: .* are conv1, conv2, fc1, fc2"),
        (lenet5, {"fc1": {"density": 2}}, RecipeError, "density is 2"),
        (lenet5, {"fc1": {"bits": 9}}, RecipeError, "bits is 9"),
    ],
)
def test_bad_input_leaves_nothing_behind(model: Any, recipe: Any, error: Any, text: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=text) as caught:
        dcmobile.compress(model(), tmp_path / "net.dcmodel", (X,), recipe)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_survives_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "net.dcmodel"
    path.write_bytes(b"old")
    model = lenet5()
    with torch.no_grad():
        model.fc1.bias[3] = float("inf")
    with pytest.raises(ModelError, match=r"weight 'fc1\.bias' has 1 NaN or infinite"):
        dcmobile.compress(model, path, (X,))
    assert path.read_bytes() == b"old"


def test_paths_are_checked_before_the_work(tmp_path: Path) -> None:
    def never(stage: str, done: int, total: int) -> None:
        raise AssertionError("work has begun")

    for path, text in (
        (tmp_path, "it is a folder"),
        (tmp_path / "none" / "net.dcmodel", "the folder .*none does not exist"),
        (Path("/proc/net.dcmodel"), "cannot write /proc/net.dcmodel: "),
    ):
        with pytest.raises(FileError, match=text):
            dcmobile.compress(lenet5(), path, (X,), progress=never)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FileError, match="Permission denied"):
        dcmobile.compress(lenet5(), tmp_path / "net.dcmodel", (X,))


def test_a_model_without_layers_needs_no_recipe(tmp_path: Path) -> None:
    dcmobile.compress(nn.ReLU().eval(), tmp_path / "net.dcmodel", (torch.zeros(2, 3),))
    y = dcmobile.load(tmp_path / "net.dcmodel")(np.array([[-1, 0, 2]], np.float32))
    np.testing.assert_array_equal(y, [[0, 0, 2]])
    assert DEFAULT_RECIPE.for_module("any") is not None
