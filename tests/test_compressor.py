from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import dcmobile
from dcmobile import Compressor, Recipe
from dcmobile.errors import FileError, ModelError, RecipeError
from dcmobile.fileformat import Metadata, read_file
from examples.mnist.networks import LeNet5, LeNet300

RECIPE = Recipe({"fc*": {"density": 0.1, "bits": 5}, "fc3": {"density": 0.3, "bits": 3}})
Optimizer = Callable[[Any], torch.optim.Optimizer]
OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9, weight_decay=1e-3),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=1e-3),
}


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(12, 20)
        self.fc2 = nn.Linear(20, 20)
        self.fc3 = nn.Linear(20, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc3(self.fc2(self.fc1(x).relu()).relu())  # type: ignore[no-any-return]


def small(seed: int = 0) -> Small:
    torch.manual_seed(seed)
    return Small()


def batch(step: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(step)
    x = torch.randn(16, 12, generator=generator)
    return x, x[:, :4].abs()


def train(compressor: Compressor, optimizer: torch.optim.Optimizer, first: int, last: int) -> list[float]:
    losses = []
    for step in range(first, last):
        x, y = batch(step)
        optimizer.zero_grad()
        loss = (compressor.model(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        compressor.step()
        losses.append(loss.item())
    return losses


def agrees(path: Path, model: nn.Module, x: torch.Tensor, tolerance: float = 1e-5) -> None:
    """The file's outputs are the model's to the tolerance, of the greatest."""
    with torch.no_grad():
        expected = model(x).numpy()
    actual = dcmobile.load(path)(x.numpy())
    assert np.abs(actual - expected).max() <= tolerance * np.abs(expected).max()


def densities(compressor: Compressor) -> list[float]:
    return [status.density for status in compressor.layers()]


def test_the_whole_road(tmp_path: Path) -> None:
    model = small()
    compressor = Compressor(model, RECIPE)
    assert [status.stage for status in compressor.layers()] == ["dense"] * 3
    compressor.prune()
    assert [status.stage for status in compressor.layers()] == ["pruned"] * 3
    assert densities(compressor) == pytest.approx([0.1, 0.1, 0.3])
    losses = train(compressor, OPTIMIZERS["sgd"](model.parameters()), 0, 40)
    assert losses[-1] < losses[0]
    compressor.share()
    assert [(status.stage, status.bits) for status in compressor.layers()] == [
        ("shared", 5),
        ("shared", 5),
        ("shared", 3),
    ]
    assert densities(compressor) == pytest.approx([0.1, 0.1, 0.3])
    before = [parameter.detach().clone() for parameter in model.parameters()]
    losses = train(compressor, OPTIMIZERS["adam"](model.parameters()), 40, 80)
    assert losses[-1] < losses[0]
    assert not any(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))
    model.eval()
    x, _ = batch(0)
    report = compressor.export(tmp_path / "net.dcmodel", (x,))
    agrees(tmp_path / "net.dcmodel", model, x)
    assert [layer.name for layer in report.layers] == ["fc1", "fc2", "fc3"]
    assert [layer.density for layer in report.layers] == pytest.approx([0.1, 0.1, 0.3])
    assert report.file_bytes == (tmp_path / "net.dcmodel").stat().st_size
    assert report.dense_bytes == 4 * sum(parameter.numel() for parameter in small().parameters())


def test_the_file_holds_the_trained_centroids_bit_for_bit(tmp_path: Path) -> None:
    model = small()
    compressor = Compressor(model, RECIPE)
    compressor.prune()
    compressor.share()
    train(compressor, OPTIMIZERS["sgd"](model.parameters()), 0, 5)
    model.eval()
    compressor.export(tmp_path / "net.dcmodel", batch(0)[0])
    graph = read_file(tmp_path / "net.dcmodel").graph
    written = [graph.weights[op.weights["weight"]].values for op in graph.ops]
    for values, layer in zip(written, (model.fc1, model.fc2, model.fc3), strict=True):
        np.testing.assert_array_equal(values, layer.weight.detach().numpy())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_pruned_weights_stay_zero_under_any_optimizer(optimizer: str) -> None:
    model = small()
    made = OPTIMIZERS[optimizer](model.parameters())  # before prune: the parameters stay the same objects
    compressor = Compressor(model, RECIPE)
    train(compressor, made, 0, 3)
    compressor.prune()
    pruned = model.fc1.weight.detach() == 0
    assert int(pruned.sum()) == 216
    kept = model.fc1.weight.detach().clone()
    train(compressor, made, 3, 8)
    assert torch.equal(model.fc1.weight == 0, pruned)
    original: Any = model.fc1.parametrizations.weight.original  # type: ignore[union-attr]
    assert torch.equal(original == 0, pruned)
    assert not torch.equal(model.fc1.weight, kept)


def test_scheduled_pruning() -> None:
    model = small()
    compressor = Compressor(
        model,
        {
            "fc1": {"density": 0.25, "schedule": "iterative", "every": 4, "rounds": 2, "begin": 2},
            "fc2": {"density": 0.2, "schedule": "cubic", "end": 8, "every": 4},
            "fc3": {"density": 0.5, "begin": 3},
        },
    )
    assert compressor.last_step == 8
    compressor.prune()
    optimizer = OPTIMIZERS["sgd"](model.parameters())
    history = [densities(compressor)]
    for step in range(10):
        train(compressor, optimizer, step, step + 1)
        history.append(densities(compressor))
    fc1, fc2, fc3 = zip(*history, strict=True)
    assert list(fc1) == pytest.approx([1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25], abs=0.01)
    assert list(fc2) == pytest.approx([1, 1, 1, 1, 0.3, 0.3, 0.3, 0.3, 0.2, 0.2, 0.2], abs=0.01)
    assert list(fc3) == pytest.approx([1, 1, 1] + [0.5] * 8)


def test_regrowth_brings_weights_back() -> None:
    model = small()
    recipe = {"fc1": {"density": 0.2, "regrow": True, "every": 1, "end": 100}}
    compressor = Compressor(model, recipe)
    compressor.prune()
    first = model.fc1.weight.detach() != 0
    train(compressor, OPTIMIZERS["sgd"](model.parameters()), 0, 50)
    last = model.fc1.weight.detach() != 0
    assert int(last.sum()) == int(first.sum()) == 48
    assert not torch.equal(first, last)


def test_sharing_before_the_schedule_ends_prunes_and_warns() -> None:
    model = small()
    compressor = Compressor(model, {"fc1": {"density": 0.1, "bits": 4, "schedule": "cubic", "end": 50}})
    compressor.prune()
    with pytest.warns(UserWarning, match="'fc1' is at step 0 of a schedule of 50"):
        compressor.share()
    assert densities(compressor)[0] == pytest.approx(0.1)


def test_sharing_without_prune_prunes() -> None:
    compressor = Compressor(small(), RECIPE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compressor.share()
    assert densities(compressor) == pytest.approx([0.1, 0.1, 0.3])


def test_layers_without_settings_are_left_alone() -> None:
    model = small()
    compressor = Compressor(model, {"fc1": {"density": 0.1}, "fc2": {"bits": 4}})
    compressor.prune()
    compressor.share()
    assert [status.stage for status in compressor.layers()] == ["pruned", "shared", "dense"]
    assert densities(compressor) == pytest.approx([0.1, 1, 1])
    assert isinstance(model.fc3._parameters["weight"], nn.Parameter)
    assert compressor.summary() == (
        "fc1  pruned  density  10.00%\nfc2  shared  density 100.00%  4 bits\nfc3  dense   density 100.00%"
    )


@pytest.mark.parametrize("stage", ["pruning", "sharing"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_resuming_from_a_checkpoint_continues_alike(stage: str, optimizer: str, tmp_path: Path) -> None:
    recipe = {
        "fc1": {"density": 0.1, "bits": 4, "schedule": "cubic", "begin": 1, "end": 12, "every": 2},
        "fc2": {"density": 0.3, "bits": 3},
        "fc3": {"bits": 8},
    }

    def start(seed: int) -> tuple[Small, Compressor]:
        model = small(seed)
        return model, Compressor(model, recipe)

    model, compressor = start(0)
    compressor.prune()
    if stage == "sharing":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compressor.share()
    trained = OPTIMIZERS[optimizer](model.parameters())
    train(compressor, trained, 0, 6)
    torch.save({"model": model.state_dict(), "optimizer": trained.state_dict()}, tmp_path / "checkpoint.pt")
    expected = train(compressor, trained, 6, 20)

    resumed_model, resumed = start(99)
    checkpoint = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    resumed.load_state_dict(checkpoint["model"])
    again = OPTIMIZERS[optimizer](resumed_model.parameters())
    again.load_state_dict(checkpoint["optimizer"])
    assert train(resumed, again, 6, 20) == expected
    assert resumed.layers() == compressor.layers()
    for name, tensor in model.state_dict().items():
        assert torch.equal(resumed_model.state_dict()[name], tensor), name


def test_a_checkpoint_takes_the_model_to_its_stage() -> None:
    dense, pruned, shared = (Compressor(small(seed), RECIPE) for seed in (1, 2, 3))
    pruned.prune()
    shared.share()
    for source in (dense, pruned, shared):
        for target in (dense, pruned, shared):
            copied = Compressor(copy.deepcopy(target.model), RECIPE)
            copied.load_state_dict(source.state_dict())
            assert copied.layers() == source.layers()
            x, _ = batch(0)
            assert torch.equal(copied.model(x), source.model(x))
            assert torch.isfinite(target.model(x)).all()  # the model that was copied still works


@pytest.mark.parametrize("what", ["shape", "missing", "centroids"])
def test_a_checkpoint_of_another_model_is_refused(what: str) -> None:
    compressor = Compressor(small(), RECIPE)
    compressor.share()
    state = compressor.state_dict()
    if what == "shape":
        state["fc1.parametrizations.weight.0.codes"] = torch.zeros(3, 3, dtype=torch.uint8)
    else:
        del state["fc1.bias" if what == "missing" else "fc1.parametrizations.weight.original"]
    with pytest.raises(ModelError, match="the checkpoint does not fit the model: "):
        Compressor(small(), RECIPE).load_state_dict(state)


@pytest.mark.parametrize("stage", ["prune", "share"])
def test_deep_copies_are_independent(stage: str) -> None:
    compressor = Compressor(small(), RECIPE)
    compressor.prune()
    if stage == "share":
        compressor.share()
    x, _ = batch(0)
    before = compressor.model(x).detach()
    twin = Compressor(copy.deepcopy(compressor.model), RECIPE)
    assert twin.layers() == compressor.layers()
    twin.share()
    train(twin, OPTIMIZERS["sgd"](twin.model.parameters()), 0, 3)
    assert torch.equal(compressor.model(x), before)
    assert not torch.equal(twin.model(x), before)
    if stage == "prune":
        assert [status.stage for status in compressor.layers()] == ["pruned"] * 3
    compressor.share()
    assert compressor.model(x).shape == before.shape


def test_moving_the_model_moves_masks_and_codebooks() -> None:
    compressor = Compressor(small(), RECIPE)
    compressor.prune()
    compressor.model.to("meta")
    assert {buffer.device.type for buffer in compressor.model.buffers()} == {"meta"}
    compressor = Compressor(small(), RECIPE)
    compressor.share()
    compressor.model.to("meta")
    assert {tensor.device.type for tensor in compressor.model.state_dict().values()} == {"meta"}
    assert compressor.model(torch.zeros(2, 12, device="meta")).shape == (2, 4)


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(10, 10)
        self.second = nn.Linear(10, 10)
        self.second.weight = self.first.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).relu())  # type: ignore[no-any-return]


def test_tied_weights_are_one_layer(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Tied()
    compressor = Compressor(model, {"first": {"density": 0.3, "bits": 3}})
    assert [status.name for status in compressor.layers()] == ["first"]
    for stage in (compressor.prune, compressor.share):
        stage()
        assert torch.equal(model.first.weight, model.second.weight)
        assert int((model.second.weight != 0).sum()) == 30
        assert len(list(model.parameters())) == 3
    x = torch.randn(4, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
        compressor.step()
    assert torch.equal(model.first.weight, model.second.weight)
    model.eval()
    report = compressor.export(tmp_path / "net.dcmodel", (x,))
    agrees(tmp_path / "net.dcmodel", model, x)
    assert [layer.name for layer in report.layers] == ["first"]
    assert report.dense_bytes == 4 * (100 + 10 + 10)

    fresh = Tied()
    resumed = Compressor(fresh, {"first": {"density": 0.3, "bits": 3}})
    resumed.load_state_dict(model.state_dict())
    assert torch.equal(fresh(x), model(x))


def test_convolutions(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = LeNet5()
    compressor = Compressor(model, {"conv*": {"density": 0.5, "bits": 8}, "fc*": {"density": 0.1, "bits": 5}})
    compressor.prune()
    compressor.share()
    x = torch.randn(3, 1, 28, 28)
    torch.autograd.backward(model(x).square().mean())
    assert all(parameter.grad is not None for parameter in model.parameters())
    model.eval()
    compressor.export(tmp_path / "net.dcmodel", (x,))
    agrees(tmp_path / "net.dcmodel", model, x)


def test_a_batch_norm_behind_a_shared_layer_keeps_its_codebook(tmp_path: Path) -> None:
    torch.manual_seed(0)
    layers = (nn.Conv2d(2, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(72, 5))
    model = nn.Sequential(*layers, nn.BatchNorm1d(5))
    model(torch.randn(8, 2, 5, 5))  # running statistics
    compressor = Compressor(model, {"0": {"density": 0.5, "bits": 3}})
    compressor.share()
    model.eval()
    compressor.export(tmp_path / "norm.dcmodel", (torch.zeros(1, 2, 5, 5),))
    agrees(tmp_path / "norm.dcmodel", model, torch.randn(3, 2, 5, 5))
    graph = read_file(tmp_path / "norm.dcmodel").graph
    assert [op.kind for op in graph.ops] == ["Conv2d", "ChannelAffine", "Flatten", "Linear"]
    assert np.unique(graph.weights["0.weight"].values).size <= 9
    compressor.recipe = Recipe({**compressor.recipe.layers, "*": {"biases": "fp16"}})
    compressor.export(tmp_path / "half.dcmodel", (torch.zeros(1, 2, 5, 5),))
    agrees(tmp_path / "half.dcmodel", model, torch.randn(3, 2, 5, 5), tolerance=1e-3)
    kept = read_file(tmp_path / "half.dcmodel").graph.weights
    assert {name for name, weight in kept.items() if weight.values.dtype == np.float16} == {
        name for op in graph.ops[:2] for name in op.weights.values() if not name.startswith("0.")
    } | {name for role, name in graph.ops[3].weights.items() if role == "bias"}


def test_export_leaves_the_model_as_it_is(tmp_path: Path) -> None:
    model = small()
    compressor = Compressor(model, RECIPE)
    compressor.prune()
    optimizer = OPTIMIZERS["sgd"](model.parameters())
    train(compressor, optimizer, 0, 3)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.eval()
    compressor.export(tmp_path / "net.dcmodel", batch(0)[0])  # shares for the file only
    model.train()
    assert [status.stage for status in compressor.layers()] == ["pruned"] * 3
    assert model.state_dict().keys() == state.keys()
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
    train(compressor, optimizer, 3, 6)


def test_export_does_what_has_not_been_done(tmp_path: Path) -> None:
    model = small().eval()
    x, _ = batch(0)
    at_once = Compressor(model, RECIPE).export(tmp_path / "once.dcmodel", x)
    assert [layer.density for layer in at_once.layers] == pytest.approx([0.1, 0.1, 0.3])
    dcmobile.compress(model, tmp_path / "compress.dcmodel", (x,), RECIPE)
    assert (tmp_path / "once.dcmodel").read_bytes() == (tmp_path / "compress.dcmodel").read_bytes()
    # Centroids that may have been trained are not rounded unless the recipe says so.
    exact = Recipe({name: replace(each, codebook="fp32", biases="fp32") for name, each in RECIPE.layers.items()})
    Compressor(model, exact).export(tmp_path / "exact.dcmodel", x)
    staged = Compressor(model, RECIPE)
    staged.prune()
    staged.share()
    staged.export(tmp_path / "staged.dcmodel", x)
    assert (tmp_path / "staged.dcmodel").read_bytes() == (tmp_path / "exact.dcmodel").read_bytes()


def test_half_precision(tmp_path: Path) -> None:
    model = small()
    recipe = {"fc*": {"density": 0.2, "bits": 5, "codebook": "fp16", "biases": "fp16"}}
    compressor = Compressor(model, recipe)
    compressor.share()
    model.eval()
    x, _ = batch(0)
    full = Compressor(model, {"fc*": {"density": 0.2, "bits": 5}}).export(tmp_path / "full.dcmodel", x)
    half = compressor.export(tmp_path / "half.dcmodel", x)
    assert half.file_bytes < full.file_bytes - 100
    with torch.no_grad():
        for layer in (model.fc1, model.fc2, model.fc3):
            centroids: Any = layer.parametrizations.weight.original  # type: ignore[union-attr]
            centroids.copy_(centroids.half())
            layer.bias.copy_(layer.bias.half())
    agrees(tmp_path / "half.dcmodel", model, x)


def test_metadata(tmp_path: Path) -> None:
    model = small().eval()
    compressor = Compressor(model, RECIPE)
    compressor.export(tmp_path / "net.dcmodel", batch(0)[0], Metadata(labels=("a", "b"), entries={"k": "v"}))
    metadata = read_file(tmp_path / "net.dcmodel").metadata
    assert metadata.producer.startswith("dcmobile ")
    assert metadata.labels == ("a", "b")
    assert metadata.entries == {"k": "v"}


def test_progress(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    compressor = Compressor(small().eval(), RECIPE)
    compressor.share(lambda *news: told.append(news))
    assert told == [("share", done, 3) for done in range(4)]
    told.clear()
    compressor.export(tmp_path / "net.dcmodel", batch(0)[0], progress=lambda *news: told.append(news))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["capture", "prune", "share", "encode", "write"]
    for stage in ("capture", "prune", "share", "encode", "write"):
        counts = [(done, total) for name, done, total in told if name == stage]
        assert counts == [(done, counts[0][1]) for done in range(counts[0][1] + 1)]


def test_train_mode_and_bad_paths_are_refused(tmp_path: Path) -> None:
    model = small()
    compressor = Compressor(model, RECIPE)
    with pytest.raises(ModelError, match=r"the model is in train mode: call \.eval\(\)"):
        compressor.export(tmp_path / "net.dcmodel", batch(0)[0])
    model.eval()
    with pytest.raises(FileError, match="does not exist"):
        compressor.export(tmp_path / "none" / "net.dcmodel", batch(0)[0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["prune", "share"])
def test_nan_weights_are_refused(stage: str) -> None:
    model = small()
    with torch.no_grad():
        model.fc2.weight[3, 4] = float("nan")
    compressor = Compressor(model, RECIPE)
    with pytest.raises(ModelError, match=r"weight 'fc2\.weight' has 1 NaN or infinite values, the first at \[3, 4\]"):
        getattr(compressor, stage)()


def test_patterns_must_fit() -> None:
    with pytest.raises(RecipeError, match="pattern 'conv' fits no layer of the model: its layers are fc1, fc2, fc3"):
        Compressor(small(), {"*": {"bits": 8}, "conv": {"bits": 5}})


def test_parametrizations_of_the_user_are_refused() -> None:
    model = small()
    torch.nn.utils.parametrizations.weight_norm(model.fc2)
    with pytest.raises(ModelError, match="layer 'fc2' has a parametrization of its own"):
        Compressor(model, RECIPE)
    Compressor(model, {"fc1": {"bits": 5}}).share()  # it is not fc2's business


def test_lenet300_within_the_papers_size(tmp_path: Path) -> None:
    """Random weights are no easier to code than trained ones; the paper's densities come out near its 40x."""
    torch.manual_seed(0)
    model = LeNet300().eval()
    recipe = {
        "fc1": {"density": 0.08, "bits": 6},
        "fc2": {"density": 0.09, "bits": 6},
        "fc3": {"density": 0.26, "bits": 6},
    }
    x = torch.rand(7, 1, 28, 28)
    compressor = Compressor(model, recipe)
    compressor.prune()
    compressor.share()
    report = compressor.export(tmp_path / "net.dcmodel", x)
    agrees(tmp_path / "net.dcmodel", model, x)
    assert 25 < report.ratio < 60
    assert report.bytes.total == report.file_bytes
