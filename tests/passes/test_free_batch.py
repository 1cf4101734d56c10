from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from dcmobile.capture import capture
from dcmobile.errors import ModelError
from dcmobile.graph import BATCH, Graph, Op, Value
from dcmobile.operators import OPERATORS, Attributes, Flatten, Relu, Softmax
from dcmobile.passes import prepare
from dcmobile.passes.free_batch import SAMPLE_BY_SAMPLE, free_batch
from examples.mnist.networks import LeNet5


class TwoInputs(nn.Module):
    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a.relu().flatten(1) + b.softmax(1)


def test_before_and_after() -> None:
    graph = capture(TwoInputs().eval(), (torch.zeros(3, 2, 4), torch.zeros(3, 8)))
    assert str(graph) == (
        "input  a: [3, 2, 4]\n"
        "input  b: [3, 8]\n"
        "relu: [3, 2, 4] = Relu()(a)\n"
        "view: [3, 8] = Flatten(last_axis=2)(relu)\n"
        "_softmax: [3, 8] = Softmax(axis=1)(b)\n"
        "add: [3, 8] = Add()(view, _softmax)\n"
        "output output: add"
    )
    assert str(free_batch(graph)) == (
        "input  a: [B, 2, 4]\n"
        "input  b: [B, 8]\n"
        "relu: [B, 2, 4] = Relu()(a)\n"
        "view: [B, 8] = Flatten(last_axis=2)(relu)\n"
        "_softmax: [B, 8] = Softmax(axis=1)(b)\n"
        "add: [B, 8] = Add()(view, _softmax)\n"
        "output output: add"
    )


@pytest.mark.parametrize("size", [1, 4])
def test_the_examples_batch_does_not_matter(size: int) -> None:
    graph = prepare(capture(LeNet5().eval(), (torch.zeros(size, 1, 28, 28),)))
    assert {value.shape[0] for value in graph.values.values()} == {BATCH}


def test_batch_of_a_dynamic_export() -> None:
    program = torch.export.export(
        LeNet5().eval(), (torch.zeros(2, 1, 28, 28),), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},)
    )
    assert str(prepare(capture(program))) == str(prepare(capture(LeNet5().eval(), (torch.zeros(1, 1, 28, 28),))))


def test_meaning() -> None:
    """B samples at once give what one after the other gives."""
    model, samples = LeNet5().eval(), torch.randn(5, 1, 28, 28)
    with torch.no_grad():
        torch.testing.assert_close(model(samples), torch.cat([model(sample[None]) for sample in samples]))


def graph_of(attributes: Attributes, before: tuple[int, ...], after: tuple[int, ...]) -> Graph:
    values = {"x": Value("x", before), "y": Value("y", after)}
    return Graph(("x",), (Op("net", attributes, ("x",), "y"),), ("y",), ("output",), values, {})


@pytest.mark.parametrize(
    "graph",
    [
        graph_of(Softmax(0), (2, 3), (2, 3)),
        graph_of(Flatten(0, 1), (2, 3), (6,)),
    ],
)
def test_what_mixes_samples_keeps_its_size(graph: Graph) -> None:
    assert free_batch(graph) == graph


def test_inputs_of_different_size_keep_them() -> None:
    values = {name: Value(name, (size, 3)) for name, size in (("a", 1), ("b", 2), ("c", 1), ("d", 2))}
    ops = (Op("", Relu(), ("a",), "c"), Op("", Relu(), ("b",), "d"))
    graph = Graph(("a", "b"), ops, ("c", "d"), ("output_0", "output_1"), values, {})
    assert free_batch(graph) == graph


def test_dynamic_batch_that_cannot_be_free_is_refused() -> None:
    graph = graph_of(Softmax(0), (BATCH, 3), (BATCH, 3))
    with pytest.raises(
        ModelError, match="dynamic in the exported program, but Softmax 'net' does not treat it sample by sample"
    ):
        free_batch(graph)


def test_an_unknown_operator_is_taken_to_mix_samples() -> None:
    class Unknown(Attributes):
        pass

    graph = graph_of(Unknown(), (2, 3), (2, 3))
    assert free_batch(graph) == graph


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_has_a_rule(operator: Any) -> None:
    assert operator in SAMPLE_BY_SAMPLE
