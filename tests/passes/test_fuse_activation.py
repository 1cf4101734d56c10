from __future__ import annotations

import pytest

from dcmobile.graph import Graph, Op, Value
from dcmobile.operators import (
    Activation,
    Add,
    Attributes,
    ChannelAffine,
    Clamp,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Divide,
    Gelu,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    Linear,
    MaxPool2d,
    Multiply,
    Relu,
    Sigmoid,
    Silu,
    Subtract,
    Tanh,
)
from dcmobile.passes.fuse_activation import fuse_activation


def graph_of(*ops: Op, outputs: tuple[str, ...]) -> Graph:
    names = ("x", *(op.output for op in ops))
    output_names = tuple(f"output_{index}" for index in range(len(outputs)))
    return Graph(("x",), ops, outputs, output_names, {name: Value(name, (2, 3)) for name in names}, {}).check()


def test_relu_goes_into_the_operator_before_it() -> None:
    graph = graph_of(
        Op("fc", Linear(), ("x",), "a"),
        Op("act", Relu(), ("a",), "b"),
        Op("", Add(), ("b", "x"), "c"),
        Op("", Relu(), ("c",), "d"),
        outputs=("d",),
    )
    assert str(graph) == (
        "input  x: [2, 3]\n"
        "a: [2, 3] = Linear()(x)\n"
        "b: [2, 3] = Relu()(a)\n"
        "c: [2, 3] = Add()(b, x)\n"
        "d: [2, 3] = Relu()(c)\n"
        "output output_0: d"
    )
    fused = fuse_activation(graph)
    assert str(fused) == (
        "input  x: [2, 3]\n"
        "b: [2, 3] = Linear(activation=Relu)(x)\n"
        "d: [2, 3] = Add(activation=Relu)(b, x)\n"
        "output output_0: d"
    )
    assert [op.name for op in fused.ops] == ["fc", ""]


def test_conv_takes_one_relu_only() -> None:
    graph = graph_of(
        Op("", Conv2d(stride_h=2), ("x",), "a"),
        Op("", Relu(), ("a",), "b"),
        Op("", Relu(), ("b",), "c"),
        outputs=("c",),
    )
    assert str(fuse_activation(graph)) == (
        "input  x: [2, 3]\n"
        "b: [2, 3] = Conv2d(activation=Relu, stride_h=2)(x)\n"
        "c: [2, 3] = Relu()(b)\n"
        "output output_0: c"
    )


@pytest.mark.parametrize(
    ("extra", "outputs"),
    [
        ((), ("b", "a")),  # the sum before the Relu is an output
        ((Op("", Add(), ("a", "b"), "c"),), ("c",)),  # another operator reads it
    ],
)
def test_not_where_the_result_is_needed_otherwise(extra: tuple[Op, ...], outputs: tuple[str, ...]) -> None:
    graph = graph_of(Op("", Linear(), ("x",), "a"), Op("", Relu(), ("a",), "b"), *extra, outputs=outputs)
    assert fuse_activation(graph) == graph


@pytest.mark.parametrize(
    ("function", "activation"),
    [
        (Relu(), Activation.Relu),
        (Clamp(0.0, 6.0), Activation.Relu6),
        (HardSwish(), Activation.HardSwish),
        (HardSigmoid(), Activation.HardSigmoid),
        (Sigmoid(), Activation.Sigmoid),
        (Tanh(), Activation.Tanh),
        (Silu(), Activation.Silu),
        (Gelu(), Activation.Gelu),
    ],
)
@pytest.mark.parametrize(
    "producer", [Add, ChannelAffine, Conv1d, Conv2d, ConvTranspose2d, Divide, Linear, Multiply, Subtract]
)
def test_every_activation_into_every_operator(
    producer: type[Attributes], function: Attributes, activation: Activation
) -> None:
    graph = graph_of(Op("", producer(), ("x",), "a"), Op("", function, ("a",), "b"), outputs=("b",))
    (fused,) = fuse_activation(graph).ops
    assert fused.attributes == producer(activation)  # type: ignore[call-arg]
    assert fused.output == "b"


@pytest.mark.parametrize("function", [Clamp(0.0, 5.0), Gelu(tanh_approximation=True), LeakyRelu(0.1)])
def test_not_what_the_format_has_no_activation_for(function: Attributes) -> None:
    graph = graph_of(Op("", Linear(), ("x",), "a"), Op("", function, ("a",), "b"), outputs=("b",))
    assert fuse_activation(graph) == graph


@pytest.mark.parametrize("producer", [MaxPool2d(2, 2), Relu()])
def test_not_into_operators_without_an_activation(producer: Attributes) -> None:
    graph = graph_of(Op("", producer, ("x",), "a"), Op("", Relu(), ("a",), "b"), outputs=("b",))
    assert fuse_activation(graph) == graph


def test_relu_of_an_input() -> None:
    graph = graph_of(Op("", Relu(), ("x",), "a"), outputs=("a",))
    assert fuse_activation(graph) == graph
