"""Which weights are layers: in a graph, and in the model that it comes from."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console
from torch import nn

import dcmobile
from dcmobile.compressor import Compressor
from dcmobile.encode import Encoding, encode_graph
from dcmobile.errors import GraphError, ModelError, RecipeError
from dcmobile.fileformat import build_file, read_bytes, read_file
from dcmobile.graph import BATCH, Graph, Op, Sharing, Value, Weight
from dcmobile.layer import find_layers
from dcmobile.layer_weights import dense_weights, layer_weights
from dcmobile.operators import Constant, Embedding, LayerNorm, Linear, Lstm
from dcmobile.prune import prune_graph
from dcmobile.recipe import Recipe
from dcmobile.report import file_report, layer_rows
from dcmobile.report.file_tables import file_tables
from dcmobile.share import share_graph
from dcmobile.share.half_biases import half_biases


def weight(name: str, *shape: int, shared: bool = False) -> Weight:
    values = np.random.default_rng(len(name)).normal(size=shape).astype(np.float32)
    if not shared:
        return Weight(name, values)
    codes = np.where(values > 0, 1, 2).astype(np.uint16).flatten()
    centroids = np.array([0.5, -0.5], np.float32)
    return Weight(name, np.concatenate([[np.float32(0)], centroids])[codes].reshape(shape), Sharing(codes, centroids))


def speech() -> Graph:
    """Embedding -> LSTM -> LayerNorm -> Linear, with every kind of weight."""
    held = [
        weight("embed.weight", 20, 8),
        weight("rnn.weight_ih_l0", 24, 8),
        weight("rnn.weight_hh_l0", 24, 6),
        weight("rnn.bias", 24),
        weight("norm.weight", 6),
        weight("norm.bias", 6),
        weight("fc.weight", 3, 6),
    ]
    rnn = {"weight": "rnn.weight_ih_l0", "recurrent": "rnn.weight_hh_l0", "bias": "rnn.bias"}
    ops = [
        Op("embed", Embedding(), ("x",), "e", {"weight": "embed.weight"}),
        Op("rnn", Lstm(), ("e",), "y", rnn, more_outputs=("h", "c")),
        Op("norm", LayerNorm(epsilon=0.5), ("h",), "n", {"weight": "norm.weight", "bias": "norm.bias"}),
        Op("fc", Linear(), ("n",), "out", {"weight": "fc.weight"}),
    ]
    shapes = {"x": (5,), "e": (5, 8), "y": (5, 6), "h": (6,), "c": (6,), "n": (6,), "out": (3,)}
    values = {name: Value(name, (BATCH, *shape)) for name, shape in shapes.items()}
    return Graph(("x",), tuple(ops), ("out", "c"), ("out", "state"), values, {w.name: w for w in held}).check()


def test_the_layers_of_a_graph() -> None:
    layers = {name: [w.name for w in held] for name, held in layer_weights(speech()).items()}
    assert layers == {
        "embed": ["embed.weight"],
        "rnn": ["rnn.weight_ih_l0", "rnn.weight_hh_l0"],
        "fc": ["fc.weight"],
    }
    assert dense_weights(speech()) == {"rnn.bias", "norm.weight", "norm.bias"}


def test_stages_treat_every_weight_of_a_layer() -> None:
    recipe = Recipe({"rnn": {"density": 0.25, "bits": 2, "biases": "fp16"}, "norm": {"biases": "fp16", "bits": 1}})
    graph = half_biases(share_graph(prune_graph(speech(), recipe), recipe), recipe)
    for name in ("rnn.weight_ih_l0", "rnn.weight_hh_l0"):
        sharing = graph.weights[name].sharing
        assert sharing is not None
        assert np.count_nonzero(sharing.codes) == sharing.codes.size // 4
        assert sharing.centroids.size == 4
    assert {name for name, w in graph.weights.items() if w.values.dtype == np.float16} == {"rnn.bias", "norm.bias"}
    assert graph.weights["norm.weight"].sharing is None
    read = read_bytes(build_file(graph).data).graph
    assert read.ops[1].outputs == ("rnn", "rnn.1", "rnn.2")
    assert read.outputs == ("fc", "rnn.2")
    assert list(read.weights) == [
        *("embed.weight", "rnn.weight", "rnn.recurrent", "rnn.bias", "norm.weight", "norm.bias", "fc.weight"),
    ]


def tied() -> Graph:
    """One tensor as the weight of a Linear and as a Constant."""
    ops = (
        Op("fc", Linear(), ("x",), "y", {"weight": "fc.weight"}),
        Op("", Constant(), (), "z", {"weight": "fc.weight"}),
    )
    values = {"x": Value("x", (2, 100)), "y": Value("y", (2, 50)), "z": Value("z", (50, 100))}
    held = {"fc.weight": weight("fc.weight", 50, 100, shared=True)}
    return Graph(("x",), ops, ("y", "z"), ("y", "z"), values, held).check()


def test_what_must_be_dense_somewhere_is_dense() -> None:
    graph = tied()
    assert layer_weights(graph) == {}
    assert encode_graph(graph)["fc.weight"].encoding is Encoding.DENSE
    read = read_bytes(build_file(graph).data).graph
    np.testing.assert_array_equal(read.weights["fc.weight"].values, graph.weights["fc.weight"].values)
    assert read.weights["fc.weight"].sharing is None
    only_linear = graph.replace_ops(graph.ops[:1], outputs=["y", "y"])
    shared = encode_graph(only_linear)
    assert shared["fc.weight"].encoding is not Encoding.DENSE
    with pytest.raises(GraphError, match=r"'fc.weight' is encoded as .*Shared; the format holds"):
        build_file(graph, shared)


def test_encode_graph_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    encoded = encode_graph(speech(), ["fc.weight", "rnn.bias"], lambda *counts: told.append(counts))
    assert list(encoded) == ["fc.weight", "rnn.bias"]
    assert told == [(0, 2), (1, 2), (2, 2)]


class Spotter(nn.Module):
    """A keyword spotter: LSTM of two layers, both directions, then attention over time and a Linear."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(8, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.norm = nn.LayerNorm([5, 32])
        self.fc = nn.Linear(32, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.fc(self.norm(self.rnn(x)[0]).mean(1))
        return y


def spotter() -> Spotter:
    torch.manual_seed(0)
    return Spotter()


def test_the_layers_of_a_model() -> None:
    found = [(layer.name, layer.weight_names()[0]) for layer in find_layers(spotter(), Recipe({}))]
    ends = ("l0", "l0_reverse", "l1", "l1_reverse")
    names = [f"rnn.weight_{side}_{end}" for side in ("hh", "ih") for end in ends]
    assert found == [*(("rnn", name) for name in names), ("fc", "fc.weight")]
    attention = nn.MultiheadAttention(8, 2)
    assert [layer.weight_names() for layer in find_layers(attention, Recipe({}))] == [
        ("in_proj_weight",),
        ("out_proj.weight",),
    ]


def test_an_lstm_is_pruned_shared_trained_and_written(tmp_path: Path) -> None:
    model = spotter()
    compressor = Compressor(model, {"rnn": {"density": 0.25, "bits": 3}, "fc": {"bits": 4}})
    compressor.prune()
    x, y = torch.randn(4, 5, 8), torch.randn(4, 3)
    for stage in range(2):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        losses = []
        for _ in range(8):
            optimizer.zero_grad()
            loss = (model(x) - y).square().mean()
            loss.backward()
            optimizer.step()
            compressor.step()
            losses.append(loss.item())
        assert losses[-1] < losses[0]
        if stage == 0:
            compressor.share()
    assert [status.stage for status in compressor.layers()] == ["shared"] * 9
    assert compressor.layers()[0].label == "rnn.weight_hh_l0"
    assert "rnn.weight_ih_l1_reverse" in compressor.summary()

    resumed = Compressor(spotter(), compressor.recipe)
    resumed.load_state_dict(compressor.state_dict())
    model.eval()
    torch.testing.assert_close(resumed.model.eval()(x), model(x))

    path = tmp_path / "spotter.dcmodel"
    report = compressor.export(path, (x,))
    assert [row.name for row in report.layers] == [*["rnn", "rnn.recurrent"] * 4, "norm", "fc"]
    assert all(row.density == 0.25 for row in report.layers[:8])
    assert [row.bias_elements for row in report.layers] == [64, 0] * 4 + [160, 3]
    shared = [w for w in read_file(path).graph.weights.values() if w.values.ndim == 2 and "rnn" in w.name]
    assert all(w.sharing is not None and w.sharing.centroids.size <= 8 for w in shared)
    result = dcmobile.load(path)(x)
    torch.testing.assert_close(result, model(x).detach(), rtol=1e-5, atol=1e-5)


def test_the_model_and_the_file_go_by_the_same_names(tmp_path: Path) -> None:
    x = torch.zeros(1, 5, 8)
    report = dcmobile.compress(spotter().eval(), tmp_path / "a.dcmodel", (x,), {"rnn": {"bits": 2}, "fc": {"bits": 3}})
    assert [row.centroids for row in report.layers] == [4] * 8 + [0, 8]
    with pytest.raises(RecipeError, match=r"'norm' fits no layer of the model: .* are rnn, fc"):
        dcmobile.compress(spotter().eval(), tmp_path / "b.dcmodel", (x,), {"norm": {"bits": 2}})
    with pytest.raises(RecipeError, match="'norm' fits no layer"):
        Compressor(spotter(), {"norm": {"bits": 2}})


def test_a_parametrization_of_the_users_own_is_refused_by_its_name() -> None:
    model = spotter()
    nn.utils.parametrizations.weight_norm(model.rnn, "weight_hh_l1")
    with pytest.raises(ModelError, match="the weight_hh_l1 of layer 'rnn' has a parametrization"):
        Compressor(model, {"rnn": {"bits": 2}})
    assert len(list(find_layers(model, Recipe({})))) == 8


def test_the_report_of_a_file_with_an_lstm(tmp_path: Path) -> None:
    path = tmp_path / "speech.dcmodel"
    path.write_bytes(build_file(speech()).data)
    report = file_report(path)
    assert [(row.name, row.operator, row.bias_elements) for row in report.layers] == [
        ("embed", "Embedding", 0),
        ("rnn", "Lstm", 24),
        ("rnn.recurrent", "Lstm", 0),
        ("norm", "LayerNorm", 6),
        ("fc", "Linear", 0),
    ]
    assert sum(row.bytes for row in report.layers) == report.bytes.weights
    assert sum(report.parts.values()) == report.file_bytes == path.stat().st_size
    rnn, norm = report.operators[1:3]
    assert (rnn.shape, rnn.more_shapes) == ((BATCH, 5, 6), ((BATCH, 6), (BATCH, 6)))
    assert norm.inputs == ("rnn.1",)
    console = Console(file=io.StringIO(), width=100)
    console.print(*file_tables(report))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Bx5x6, Bx6, Bx6" in text


def test_weights_that_several_operators_use_are_counted_once() -> None:
    """A bias of one operator that is another's only weight; a normalisation without a weight."""
    held = [weight("a.weight", 4, 4), weight("bias", 4), weight("shift", 4), weight("alone", 4)]
    ops = (
        Op("a", Linear(), ("x",), "y", {"weight": "a.weight", "bias": "bias"}),
        Op("norm", LayerNorm(), ("y",), "z", {"weight": "bias", "bias": "shift"}),
        Op("bare", LayerNorm(), ("z",), "out", {"bias": "alone"}),
    )
    values = {name: Value(name, (2, 4)) for name in ("x", "y", "z", "out")}
    graph = Graph(("x",), ops, ("out",), ("out",), values, {w.name: w for w in held}).check()
    written = build_file(graph)
    rows = layer_rows(graph, {w.name: w.statistics for w in written.weights})
    assert [(row.name, row.operator, row.bias_elements) for row in rows] == [
        ("a", "Linear", 4),
        ("norm.bias", "LayerNorm", 0),
        ("bare.bias", "LayerNorm", 0),
    ]
    assert sum(row.bytes for row in rows) == written.bytes.weights
