from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from evaluate_graph import evaluate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from measured_networks import NETWORKS

from dcmobile.budget.candidates import candidate
from dcmobile.budget.scan import scan
from dcmobile.budget.sensitivity import Sensitivity, layer_from_json, layer_to_json
from dcmobile.calibration.inputs import Calibration, calibration_of
from dcmobile.capture import capture
from dcmobile.encode import encode_graph
from dcmobile.errors import CallError, ModelError
from dcmobile.fileformat import Metadata, build_file
from dcmobile.graph import Graph
from dcmobile.graph_file import dense_bytes
from dcmobile.layer_weights import layer_weights
from dcmobile.passes import prepare
from dcmobile.prune.prune_graph import prune_graph
from dcmobile.recipe import Recipe
from dcmobile.share.half_biases import half_biases
from dcmobile.share.share_graph import share_graph

LABELS = Metadata("a producer", tuple(f"class {number}" for number in range(50)), {"key": "value"})

Measured = tuple[Graph, Calibration, Sensitivity]


def _graph(name: str) -> tuple[Graph, int]:
    captured = capture(*NETWORKS[name]())
    return prepare(captured), dense_bytes(captured)


@pytest.fixture(scope="module")
def measured() -> Callable[[str], Measured]:
    """Each network scanned once, with noise."""
    known: dict[str, Measured] = {}

    def get(name: str) -> Measured:
        if name not in known:
            graph, size = _graph(name)
            calibration = calibration_of(graph, None, 6)
            known[name] = graph, calibration, scan(graph, calibration, size, LABELS)
        return known[name]

    return get


def _compressed(graph: Graph, recipe: Recipe) -> Graph:
    return half_biases(share_graph(prune_graph(graph, recipe), recipe), recipe)


def _relative_error(graph: Graph, changed: Graph, calibration: Calibration) -> float:
    inputs = [torch.from_numpy(calibration.arrays[name]) for name in graph.inputs]
    errors = []
    for before, after in zip(evaluate(graph, *inputs), evaluate(changed, *inputs), strict=True):
        before, after = before.double(), after.double()
        errors.append(float((after - before).square().sum() / (before - before.mean()).square().sum()))
    return sum(errors) / len(errors)


@pytest.mark.parametrize("name", NETWORKS)
def test_errors_are_those_of_the_layer_alone_in_torch(name: str, measured: Callable[[str], Measured]) -> None:
    graph, calibration, found = measured(name)
    assert [layer.name for layer in found.layers] == list(layer_weights(graph))
    compared = 0
    for layer in found.layers:
        assert layer.options[0].error == 0.0
        for option in layer.options[1:]:
            if option.measured:
                changed = candidate(graph, layer.name, option.settings).graph
                expected = _relative_error(graph, changed, calibration)
                assert option.error == pytest.approx(expected, rel=1e-3, abs=1e-9)
                compared += 1
    assert compared > 5 * len(found.layers)


@pytest.mark.parametrize("name", NETWORKS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_choice_makes_a_file_of_at_most_the_size_told(
    name: str, measured: Callable[[str], Measured], data: st.DataObject
) -> None:
    graph, _, found = measured(name)
    size = data.draw(st.integers(found.smallest_size, found.smallest_size + 6000))
    choice = found.choose(size)
    compressed = _compressed(graph, choice.recipe)
    actual = len(build_file(compressed, encode_graph(compressed), LABELS).data)
    assert actual <= choice.file_bytes <= size
    assert choice.file_bytes - actual <= 64 + 6 * len(compressed.weights)


def test_choices_get_better_with_the_size(measured: Callable[[str], Measured]) -> None:
    found = measured("branches")[2]
    frontier = found.frontier(30)
    assert len(frontier) > 10
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(frontier))
    assert frontier[-1][1] == 0.0


def test_the_predicted_error_is_near_the_real_one(measured: Callable[[str], Measured]) -> None:
    graph, calibration, found = measured("branches")
    choice = found.choose(max_error=0.005)
    assert 0.0005 < choice.error <= 0.005
    actual = _relative_error(graph, _compressed(graph, choice.recipe), calibration)
    assert 0.4 * choice.error < actual < 2.5 * choice.error


def test_choose_wants_one_limit_that_can_be_kept(measured: Callable[[str], Measured]) -> None:
    found = measured("one_layer")[2]
    for size, error in ((None, None), (5000, 0.1)):
        with pytest.raises(CallError, match="one of the two"):
            found.choose(size, error)
    for error in (-0.1, float("nan")):
        with pytest.raises(CallError, match="it must be 0 or more"):
            found.choose(max_error=error)
    with pytest.raises(
        CallError, match=rf"300 bytes cannot be reached: the smallest .* is {found.smallest_size:,} byt"
    ):
        found.choose(300)
    assert found.choose(found.smallest_size).file_bytes == found.smallest_size


def test_metadata_counts(measured: Callable[[str], Measured]) -> None:
    graph, calibration, found = measured("one_layer")
    plain = scan(graph, calibration, found.dense_bytes, Metadata())
    assert plain.layers == found.layers
    assert found.structure_bytes - plain.structure_bytes > 50 * 8


def test_json_gives_layers_back(measured: Callable[[str], Measured]) -> None:
    found = measured("sums")[2]
    data = json.loads(json.dumps(found.to_json()))
    assert tuple(layer_from_json(layer) for layer in data["layers"]) == found.layers
    assert [layer_to_json(layer) for layer in found.layers] == data["layers"]


class _StopError(Exception):
    pass


@pytest.mark.parametrize("stop", [0, 1, 3])
def test_an_interrupted_scan_goes_on(
    stop: int, tmp_path: Path, measured: Callable[[str], Measured], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, calibration, found = measured("branches")
    tried: list[str] = []

    def watched(graph: Graph, layer: str, settings: Any, compensating: Any = None) -> Any:
        tried.append(layer)
        return candidate(graph, layer, settings, compensating)

    def interrupt(done: int, total: int) -> None:
        if done == stop:
            raise _StopError

    monkeypatch.setattr("dcmobile.budget.scan.candidate", watched)
    with pytest.raises(_StopError):
        scan(graph, calibration, found.dense_bytes, LABELS, cache=tmp_path, progress=interrupt)
    names = list(layer_weights(graph))
    assert set(tried) == set(names[:stop])
    assert len(list(tmp_path.iterdir())) == (stop > 0)  # nothing half-written beside it
    tried.clear()
    again = scan(graph, calibration, found.dense_bytes, LABELS, cache=tmp_path)
    assert set(tried) == set(names[stop:])
    assert again == found
    assert again.recipe(target_size=again.smallest_size + 500) == found.recipe(target_size=found.smallest_size + 500)
    tried.clear()
    assert scan(graph, calibration, found.dense_bytes, LABELS, cache=tmp_path) == found
    assert tried == []


def test_the_cache_is_for_these_weights_and_inputs_only(tmp_path: Path, measured: Callable[[str], Measured]) -> None:
    graph, calibration, found = measured("one_layer")

    def files() -> set[str]:
        return {path.name for path in tmp_path.iterdir()}

    scan(graph, calibration, 0, LABELS, cache=tmp_path)
    first = files()
    assert len(first) == 1
    scan(graph, calibration_of(graph, None, 5), 0, LABELS, cache=tmp_path)
    assert len(files()) == 2
    weight = graph.weights["weight"]
    changed = weight.values.copy()
    changed[3, 4] += 0.25
    other = replace(graph, weights={**graph.weights, "weight": replace(weight, values=changed)})
    assert scan(other, calibration, 0, LABELS, cache=tmp_path).layers != found.layers
    assert len(files()) == 3


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": 1}', None])
def test_a_damaged_cache_is_as_good_as_none(
    content: str | None, tmp_path: Path, measured: Callable[[str], Measured]
) -> None:
    graph, calibration, found = measured("one_layer")
    scan(graph, calibration, found.dense_bytes, LABELS, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    if content is None:  # right in all but one layer
        document = json.loads(file.read_text())
        document["layers"][0]["options"][0]["settings"] = {"bits": 99}
        content = json.dumps(document)
    file.write_text(content)
    assert scan(graph, calibration, found.dense_bytes, LABELS, cache=tmp_path) == found
    assert json.loads(file.read_text())["layers"]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, measured: Callable[[str], Measured]) -> None:
    graph, calibration, found = measured("one_layer")
    (tmp_path / "file").touch()
    assert scan(graph, calibration, found.dense_bytes, LABELS, cache=tmp_path / "file" / "folder") == found


def test_outputs_that_are_no_numbers_are_refused() -> None:
    class Logarithm(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.log(self.linear(x))

    graph = prepare(capture(Logarithm().eval(), (torch.rand(1, 3),)))
    with pytest.raises(ModelError, match="is not finite for the calibration inputs"):
        scan(graph, calibration_of(graph, np.random.default_rng(0).normal(0, 50, (8, 3)), 8), 0, LABELS)
