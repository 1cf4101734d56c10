from __future__ import annotations

import pytest
from small_graphs import GraphBuilder, changed

from dcmobile.graph import BATCH as B
from dcmobile.graph import Graph, Op, Value
from dcmobile.operators import (
    Abs,
    Activation,
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    Add,
    Affine,
    Attributes,
    AveragePool2d,
    Clamp,
    Concat,
    Expand,
    Flatten,
    Interpolation,
    LeakyRelu,
    Linear,
    MaxPool2d,
    Multiply,
    Pad,
    PowerScalar,
    Relu,
    Reshape,
    Resize2d,
    Sigmoid,
    Slice,
    Softmax,
    Transpose,
)
from dcmobile.passes.drop_no_ops import drop_no_ops


def chain(*attributes: Attributes) -> Graph:
    """x -> a0 -> a1 ..., every value [2, 3]; Add takes its input twice."""
    names = ["x", *(f"a{index}" for index in range(len(attributes)))]
    ops = tuple(
        Op("", kind, (names[i],) * (2 if isinstance(kind, Add) else 1), names[i + 1])
        for i, kind in enumerate(attributes)
    )
    return Graph(("x",), ops, (names[-1],), ("output",), {name: Value(name, (2, 3)) for name in names}, {}).check()


def test_relu_after_relu_and_what_keeps_signs() -> None:
    graph = chain(Relu(), MaxPool2d(2, 2), Relu(), Flatten(1, 2), Add(), Relu(), Flatten(1, 1))
    assert str(graph) == (
        "input  x: [2, 3]\n"
        "a0: [2, 3] = Relu()(x)\n"
        "a1: [2, 3] = MaxPool2d(kernel_h=2, kernel_w=2)(a0)\n"
        "a2: [2, 3] = Relu()(a1)\n"
        "a3: [2, 3] = Flatten(last_axis=2)(a2)\n"
        "a4: [2, 3] = Add()(a3, a3)\n"
        "a5: [2, 3] = Relu()(a4)\n"
        "a6: [2, 3] = Flatten(last_axis=1)(a5)\n"
        "output output: a6"
    )
    assert str(drop_no_ops(graph)) == (
        "input  x: [2, 3]\n"
        "a0: [2, 3] = Relu()(x)\n"
        "a1: [2, 3] = MaxPool2d(kernel_h=2, kernel_w=2)(a0)\n"
        "a3: [2, 3] = Flatten(last_axis=2)(a1)\n"
        "a4: [2, 3] = Add()(a3, a3)\n"
        "output output: a4"
    )


def test_relu_that_does_something_stays() -> None:
    graph = chain(Linear(), Relu(), Linear(), Relu())
    assert drop_no_ops(graph).ops == graph.ops


def test_relu_after_a_fused_relu() -> None:
    assert [op.kind for op in drop_no_ops(chain(Linear(Activation.Relu), Relu())).ops] == ["Linear"]


def test_pooling_over_one_element() -> None:
    assert [op.kind for op in drop_no_ops(chain(Relu(), MaxPool2d(1, 1))).ops] == ["Relu"]
    strided = chain(Relu(), MaxPool2d(1, 1, stride_h=2))
    assert drop_no_ops(strided).ops == strided.ops


def test_the_only_operator_stays() -> None:
    graph = chain(Flatten(1, 1))
    assert drop_no_ops(graph) == graph


SAME: list[Attributes] = [
    Reshape((3, 4, 5)),
    Expand((3, 4, 5)),
    Transpose((0, 1, 2, 3)),
    Slice(2, 0, 4),
    Concat(1),
    Pad((0, 0, 0, 0), (0, 0, 0, 0)),
    Affine(1.0, 0.0),
    PowerScalar(1.0),
    Clamp(-float("inf"), float("inf")),
    AveragePool2d(1, 1),
    AdaptiveAveragePool2d(4, 5),
    AdaptiveMaxPool2d(4, 5),
    Resize2d(4, 5, Interpolation.Bilinear),
]


@pytest.mark.parametrize("attributes", SAME, ids=str)
def test_what_changes_nothing(attributes: Attributes) -> None:
    build = GraphBuilder(x=(B, 3, 4, 5))
    build.add("a", attributes, "x", shape=(B, 3, 4, 5))
    build.add("b", Sigmoid(), "a", shape=(B, 3, 4, 5))
    build.add("c", attributes, "b", shape=(B, 3, 4, 5))
    assert changed(drop_no_ops, build.graph("c", "a")) == (
        "input  x: [B, 3, 4, 5]\nb: [B, 3, 4, 5] = Sigmoid()(x)\noutput output_0: b\noutput output_1: x"
    )


CHANGING: list[Attributes] = [
    Affine(1.0, 0.5),
    Affine(2.0),
    PowerScalar(3.0),
    Clamp(-1.0, 1.0),
    AveragePool2d(1, 1, divisor=2),
    Pad((0, 0, 1, 0), (0, 0, 0, 0)),
    Transpose((0, 2, 1, 3)),
    Resize2d(4, 4, Interpolation.Bilinear, False, 0.5, 0.5),
]


@pytest.mark.parametrize("attributes", CHANGING, ids=str)
def test_what_changes_something_stays(attributes: Attributes) -> None:
    build = GraphBuilder(x=(B, 4, 4, 4))
    shape = (B, 4, 5, 4) if isinstance(attributes, Pad) else (B, 4, 4, 4)
    build.add("a", attributes, "x", shape=shape)
    graph = build.graph("a")
    assert drop_no_ops(graph) == graph


@pytest.mark.parametrize(
    "first", [Sigmoid(), Softmax(1), Abs(), Clamp(0.0, 2.0), Add(Activation.Relu6), Add(Activation.Sigmoid), Multiply()]
)
def test_relu_and_abs_of_what_is_not_negative(first: Attributes) -> None:
    build = GraphBuilder(x=(B, 3))
    build.add("a", first, *(["x"] * (2 if isinstance(first, Add | Multiply) else 1)), shape=(B, 3))
    build.add("b", Relu(), "a", shape=(B, 3))
    build.add("c", Abs(), "b", shape=(B, 3))
    assert [op.attributes for op in drop_no_ops(build.graph("c")).ops] == [first]


@pytest.mark.parametrize("first", [LeakyRelu(0.1), Clamp(-0.1, 2.0), Add(Activation.Tanh), Affine(-1.0)])
def test_relu_of_what_may_be_negative_stays(first: Attributes) -> None:
    build = GraphBuilder(x=(B, 3))
    build.add("a", Relu(), "x", shape=(B, 3))
    build.add("b", first, *(["a"] * (2 if isinstance(first, Add) else 1)), shape=(B, 3))
    build.add("c", Relu(), "b", shape=(B, 3))
    assert len(drop_no_ops(build.graph("c")).ops) == 3
