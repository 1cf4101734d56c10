"""A whole network in a .pte is the network of a .dcmodel: one front end, one encoder, one runtime."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from programs import blobs, delegates, export, kernels_left, lower, run, save
from torch import nn

import dcmobile
from dcmobile import Compressor, Recipe, zoo
from dcmobile.executorch import DcmPartitioner
from dcmobile.fileformat.reader import LoadedFile, read_bytes
from dcmobile.graph import Op
from dcmobile.zoo import trained
from dcmobile.zoo.recipes import post_training_recipe

PRUNED = Recipe({"*": {"density": 0.4, "bits": 5}})
#: For the large networks, whose clustering takes long otherwise.
FEW = Recipe({"*": {"density": 0.02, "bits": 2}})

#: Bytes that a .pte may have beyond its .dcmodel.
MOST_MORE = 3000

#: They take a second or so each; the others up to half a minute, and only ``make test-executorch`` runs them.
QUICK = ("mtcnn_pnet", "mtcnn_onet", "silero_vad", "keyword_lstm", "transformer_encoder")


def _where_asked_for(name: str, quick: bool = False) -> object:
    if quick:
        return name
    skip = pytest.mark.skipif("DCMOBILE_LARGE_NETWORKS" not in os.environ, reason="make test-executorch runs it")
    return pytest.param(name, marks=[pytest.mark.slow, skip])


def _network(name: str) -> nn.Module:
    return trained.load(name) if name in trained.names() else zoo.build(name)[0]


def _recipe(name: str) -> Recipe:
    return PRUNED if name in QUICK else FEW


def _plain(op: Op) -> tuple[object, ...]:
    return (op.name, op.attributes, op.inputs, op.outputs, dict(op.weights))


def _assert_same(delegate: LoadedFile, standalone: LoadedFile) -> None:
    """What the files hold, piece by piece: a difference of their bytes says little."""
    ours, theirs = delegate.graph, standalone.graph
    assert [ours.values[name] for name in ours.inputs] == [theirs.values[name] for name in theirs.inputs]
    assert [_plain(op) for op in ours.ops] == [_plain(op) for op in theirs.ops]
    assert (ours.inputs, ours.outputs, ours.output_names) == (theirs.inputs, theirs.outputs, theirs.output_names)
    assert ours.weights.keys() == theirs.weights.keys()
    for name, weight in ours.weights.items():
        assert np.array_equal(weight.values, theirs.weights[name].values), name
    assert delegate.statistics == standalone.statistics
    assert delegate.metadata == standalone.metadata


@pytest.mark.parametrize("name", [_where_asked_for(name, name in QUICK) for name in zoo.names()])
def test_every_network_of_the_zoo(name: str, tmp_path: Path) -> None:
    network, example = _network(name), zoo.example_inputs(name)
    dcmobile.compress(network, tmp_path / "net.dcmodel", example, recipe=_recipe(name))
    lowered = lower(export(network, example), DcmPartitioner(_recipe(name)))
    assert kernels_left(lowered) == []
    (blob,) = blobs(lowered)
    standalone = (tmp_path / "net.dcmodel").read_bytes()
    _assert_same(read_bytes(blob), read_bytes(standalone))
    same = blob == standalone
    assert same

    program = save(lowered, tmp_path / "net.pte")
    assert blob in program.read_bytes()
    assert program.stat().st_size - len(standalone) <= MOST_MORE
    inputs = zoo.example_inputs(name, seed=1)
    with dcmobile.load(tmp_path / "net.dcmodel") as model:
        expected = model(*(each.float().numpy() for each in inputs))
    expected = expected if isinstance(expected, tuple) else (expected,)
    for got, want in zip(run(program, *inputs), expected, strict=True):
        assert got.shape == want.shape
        assert np.array_equal(got, want)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mobilenet_v2", _where_asked_for("efficientnet_lite0")])
def test_post_training_recipes(name: str, tmp_path: Path) -> None:
    network, example = trained.load(name), zoo.example_inputs(name)
    recipe = Recipe(post_training_recipe(name).layers)  # a delegate's layers cannot make up for their errors
    dcmobile.compress(network, tmp_path / "net.dcmodel", example, recipe=recipe)
    (blob,) = blobs(lower(export(network, example), DcmPartitioner(recipe)))
    assert blob == (tmp_path / "net.dcmodel").read_bytes()


class _Crossed(nn.Module):
    """Uses its inputs in another order than it has them, and has its results in another than it computes them."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(4, 3), nn.Linear(5, 3), nn.Linear(3, 6)

    def forward(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> tuple[torch.Tensor, ...]:
        first = self.c(torch.relu(z))
        second = self.b(y)
        third = torch.relu(self.a(x))
        return second, third, first


@pytest.mark.parametrize("dynamic", [False, True])
def test_inputs_and_outputs_in_an_order_of_their_own(dynamic: bool, tmp_path: Path) -> None:
    torch.manual_seed(1)
    model, inputs = _Crossed().eval(), (torch.randn(2, 4), torch.randn(2, 5), torch.randn(2, 3))
    exported = export(model, inputs, dynamic=dynamic)
    dcmobile.compress(exported, tmp_path / "net.dcmodel", recipe=Recipe({"*": {}}))
    lowered = lower(exported, DcmPartitioner(Recipe({"*": {}})))
    assert blobs(lowered) == [(tmp_path / "net.dcmodel").read_bytes()]
    (delegate,) = delegates(lowered)
    assert {spec.key: np.frombuffer(spec.value, "<u2").tolist() for spec in delegate.compile_specs} == {
        "inputs": [2, 1, 0],
        "outputs": [1, 2, 0],
    }
    got = run(save(lowered, tmp_path / "net.pte"), *inputs)
    with torch.inference_mode():
        for ours, theirs in zip(got, model(*inputs), strict=True):
            assert ours.shape == theirs.shape
            assert np.abs(ours - theirs.numpy()).max() < 1e-6


class _Small(nn.Module):
    """A batch norm behind a convolution, which must not break the codebook, an LSTM, and a tied weight."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.lstm = nn.LSTM(48, 16, batch_first=True)
        self.fc = nn.Linear(16, 16)
        self.again = nn.Linear(16, 16)
        self.again.weight = self.fc.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu(self.norm(self.conv(x))).permute(0, 2, 1, 3).flatten(2)
        result: torch.Tensor = self.again(torch.relu(self.fc(self.lstm(y)[0][:, -1])))
        return result


def test_a_compressed_model_keeps_its_codebooks_bit_for_bit(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model, example = _Small(), torch.randn(1, 1, 8, 8)
    recipe = Recipe(
        {
            "conv": {"bits": 4},
            "lstm": {"density": 0.5, "bits": 4},
            "fc": {"density": 0.3, "bits": 3, "codebook": "fp16"},
            "*": {"bits": 5},
        }
    )
    model.norm.running_var = torch.rand(8) + 0.5
    compressor = Compressor(model, recipe)
    compressor.prune()
    compressor.share()
    with torch.no_grad():  # as training would
        for parameter in model.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
    model.eval()
    compressor.export(tmp_path / "net.dcmodel", (example,))
    lowered = lower(export(model, (example,)), DcmPartitioner(recipe))
    assert kernels_left(lowered) == []
    (blob,) = blobs(lowered)
    assert blob == (tmp_path / "net.dcmodel").read_bytes()
    weights = read_bytes(blob).graph.weights
    assert np.array_equal(weights["conv.weight"].values, model.conv.weight.detach().numpy())
    recurrent: Any = model.lstm.weight_hh_l0
    assert np.array_equal(weights["lstm.recurrent"].values, recurrent.detach().numpy())
    assert weights["conv.weight"].sharing is not None
    behind: Any = model.conv.parametrizations
    assert set(weights["conv.weight"].sharing.centroids) <= set(behind.weight.original.detach().numpy())

    dcmobile.compress(export(model, (example,)), tmp_path / "from_program.dcmodel", recipe=recipe)
    assert (tmp_path / "from_program.dcmodel").read_bytes() == blob


def test_a_mask_without_a_codebook_is_kept(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model, example = nn.Sequential(nn.Linear(20, 30), nn.ReLU(), nn.Linear(30, 5)), torch.randn(1, 20)
    recipe = Recipe({"0": {"density": 0.2}, "2": {"density": 0.3, "bits": 4}})
    compressor = Compressor(model, recipe)
    compressor.prune()
    model.eval()
    compressor.export(tmp_path / "net.dcmodel", (example,))
    (blob,) = blobs(lower(export(model, (example,)), DcmPartitioner(recipe)))
    assert blob == (tmp_path / "net.dcmodel").read_bytes()


def test_the_same_program_gives_the_same_bytes() -> None:
    network, example = nn.Sequential(nn.Linear(40, 30), nn.ReLU(), nn.Linear(30, 5)), (torch.randn(1, 40),)
    first, second = (lower(export(network, example), DcmPartitioner(PRUNED)).to_executorch().buffer for _ in range(2))
    assert first == second


def test_metadata_goes_into_the_blob() -> None:
    lowered = lower(export(nn.Linear(4, 3), (torch.randn(1, 4),)), DcmPartitioner(metadata={"purpose": "test"}))
    assert read_bytes(blobs(lowered)[0]).metadata.entries == {"purpose": "test"}
