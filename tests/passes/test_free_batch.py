from __future__ import annotations

from typing import Any

import pytest
import torch
from evaluate_graph import evaluate
from small_graphs import GraphBuilder, same_results
from torch import nn

from dcmobile.capture import capture
from dcmobile.graph import BATCH, Graph, Op, Value
from dcmobile.operators import (
    OPERATORS,
    Add,
    Attention,
    Attributes,
    Concat,
    Constant,
    Expand,
    Flatten,
    MatMul,
    Pad,
    Reduce,
    Relu,
    Reshape,
    Slice,
    Softmax,
    Transpose,
)
from dcmobile.passes import batch_rules, prepare
from dcmobile.passes.free_batch import free_batch
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


def test_a_free_batch_is_left_alone() -> None:
    graph = graph_of(Relu(), (BATCH, 3), (BATCH, 3))
    assert free_batch(graph) is graph


def test_an_unknown_operator_is_taken_to_mix_samples() -> None:
    class Unknown(Attributes):
        pass

    for samples in (1, 2):
        graph = graph_of(Unknown(), (samples, 3), (samples, 3))
        assert free_batch(graph) == graph


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_has_a_rule(operator: Any) -> None:
    known = (
        *batch_rules.ELEMENTWISE,
        *batch_rules.BROADCASTING,
        *batch_rules.SAMPLES_FIRST,
        *batch_rules.OTHERS,
        Constant,  # reads nothing
    )
    assert known.count(operator) == 1


def freed(build: GraphBuilder, *outputs: str, samples: int = 1) -> str:
    """The graph with a free batch, checked against runs of as many samples as it had."""
    graph = build.graph(*outputs)
    after = free_batch(graph)
    assert after.values[after.inputs[0]].shape[0] == BATCH
    same_results(graph, after, samples)
    inputs = [torch.randn(3 * samples, *graph.values[name].shape[1:]) for name in graph.inputs]
    parts = [evaluate(graph, *(x[i * samples : (i + 1) * samples] for x in inputs)) for i in range(3)]
    for made, expected in zip(evaluate(after, *inputs), map(torch.cat, zip(*parts, strict=True)), strict=True):
        torch.testing.assert_close(made, expected)
    return str(after)


def test_a_batch_that_leaves_the_first_axis_for_a_while() -> None:
    build = GraphBuilder(x=(1, 5, 4))
    build.add("a", Transpose((1, 0, 2)), "x", shape=(5, 1, 4))
    build.add("b", Softmax(0), "a", shape=(5, 1, 4))
    build.add("c", Reshape((5, 2, 2)), "b", shape=(5, 2, 2))
    build.add("d", Transpose((1, 0, 2)), "c", shape=(2, 5, 2))
    build.add("e", Reshape((1, 20)), "d", shape=(1, 20))
    assert freed(build, "e") == (
        "input  x: [B, 5, 4]\n"
        "batch.1: [B, 1, 5, 4] = Reshape(shape=(1, 5, 4))(x)\n"
        "a: [B, 5, 1, 4] = Transpose(permutation=(0, 2, 1, 3))(batch.1)\n"
        "b: [B, 5, 1, 4] = Softmax(axis=1)(a)\n"
        "c: [B, 5, 2, 2] = Reshape(shape=(5, 2, 2))(b)\n"
        "d: [B, 2, 5, 2] = Transpose(permutation=(0, 2, 1, 3))(c)\n"
        "e: [B, 20] = Reshape(shape=(20,))(d)\n"
        "output output: e"
    )


def test_operators_on_a_batch_that_left_the_first_axis() -> None:
    build = GraphBuilder(x=(1, 6, 4), y=(1, 4))
    build.add("a", Transpose((1, 0, 2)), "x", shape=(6, 1, 4))
    build.add("flat", Flatten(1, 2), "a", shape=(6, 4))
    build.add("sum", Add(), "flat", "y", shape=(6, 4))  # y gets an axis between the batch and its own
    build.add("part", Slice(0, 1, 4), "sum", shape=(3, 4))
    build.add("both", Concat(0), "part", "flat", shape=(9, 4))
    build.add("pad", Pad((1, 0), (0, 0)), "both", shape=(10, 4))
    build.add("mean", Reduce(axes=(0,), keep_axes=True), "pad", shape=(1, 4))
    build.add("large", Expand((3, 4)), "mean", shape=(3, 4))
    build.add("turned", Transpose((1, 0)), "large", shape=(4, 3))
    build.add("product", MatMul(), "part", "turned", shape=(3, 3))
    build.add("first", Slice(0, 0, 1), "product", shape=(1, 3))
    text = freed(build, "first")
    assert "batch.2: [B, 1, 4] = Reshape(shape=(1, 4))(y)" in text
    assert "sum: [B, 6, 4] = Add()(flat, batch.2)" in text
    assert "output output: batch.3" in text  # [B, 1, 3] as [B, 3]


def test_a_constant_beside_samples() -> None:
    build = GraphBuilder(x=(1, 2, 4))
    build.add("token", Constant(), shape=(1, 1, 4), weight=build.weight("token", (1, 1, 4)))
    build.add("a", Concat(1), "token", "x", shape=(1, 3, 4))
    assert freed(build, "a") == (
        "input  x: [B, 2, 4]\n"
        "token: [1, 1, 4] = Constant()(, weight=token)\n"
        "batch.1: [B, 8] = Flatten(last_axis=2)(x)\n"
        "batch.2: [B, 1] = Slice(axis=1, end=1)(batch.1)\n"
        "batch.3: [B, 1] = Clamp()(batch.2)\n"
        "batch.4: [B, 1, 1] = Reshape(shape=(1, 1))(batch.3)\n"
        "batch.5: [B, 1, 4] = Add()(token, batch.4)\n"
        "a: [B, 3, 4] = Concat(axis=1)(batch.5, x)\n"
        "output output: a"
    )


def test_constants_of_attention() -> None:
    build = GraphBuilder(x=(1, 3, 4))
    build.add("q", Constant(), shape=(1, 2, 4), weight=build.weight("q", (1, 2, 4)))
    build.add("mask", Constant(), shape=(2, 3), weight=build.weight("mask", (2, 3)))
    build.add("a", Attention(0.5), "q", "x", "x", "mask", shape=(1, 2, 4))
    assert "Attention(scale=0.5)(batch.5, x, x, mask)" in freed(build, "a")


def test_a_constant_that_says_the_same_for_every_sample() -> None:
    build = GraphBuilder(x=(2, 3))
    weight = build.weight("c", (2, 3))
    build.add("c", Constant(), shape=(2, 3), weight=weight)
    build.add("a", Add(), "x", "c", shape=(2, 3))
    differs = build.graph("a")
    assert free_batch(differs) == differs
    build.constant(weight, (2, 3))
    text = freed(build, "a", samples=2)
    assert "batch.1: [1, 3] = Constant()(, weight=c.sample)" in text
    assert "a: [B, 3] = Add()(x, batch.1)" in text


@pytest.mark.parametrize(
    ("attributes", "after"),
    [(Softmax(0), (1, 3)), (Reduce(axes=(0,), keep_axes=True), (1, 3)), (Transpose((1, 0)), (3, 1))],
)
def test_one_sample_that_is_mixed_or_does_not_come_first_keeps_its_size(
    attributes: Attributes, after: tuple[int, ...]
) -> None:
    graph = graph_of(attributes, (1, 3), after)
    assert free_batch(graph) == graph
