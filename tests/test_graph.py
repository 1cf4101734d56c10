from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dcmobile.errors import GraphError
from dcmobile.graph import BATCH, Graph, Op, Value, Weight
from dcmobile.operators import Activation, Conv2d, Linear, MaxPool2d, Relu


def small_graph() -> Graph:
    return Graph(
        inputs=("x",),
        ops=(
            Op("fc", Linear(), ("x",), "y", {"weight": "fc.weight", "bias": "fc.bias"}, "net.py:3"),
            Op("", Relu(), ("y",), "z"),
        ),
        outputs=("z",),
        output_names=("output",),
        values={"x": Value("x", (BATCH, 3)), "y": Value("y", (BATCH, 2)), "z": Value("z", (BATCH, 2))},
        weights={
            "fc.weight": Weight("fc.weight", np.zeros((2, 3), np.float32)),
            "fc.bias": Weight("fc.bias", np.zeros(2, np.float32)),
        },
    )


def test_text() -> None:
    assert str(small_graph().check()) == (
        "input  x: [B, 3]\n"
        "y: [B, 2] = Linear()(x, weight=fc.weight, bias=fc.bias)\n"
        "z: [B, 2] = Relu()(y)\n"
        "output output: z"
    )


def test_attributes_as_text_leave_defaults_out() -> None:
    assert str(Conv2d(activation=Activation.Relu, stride_h=2)) == "Conv2d(activation=Relu, stride_h=2)"
    assert str(MaxPool2d(3, 2)) == "MaxPool2d(kernel_h=3, kernel_w=2)"


def test_replace_ops_drops_what_nothing_reads() -> None:
    graph = small_graph()
    shorter = graph.replace_ops([Op("", Relu(), ("x",), "y")], ["y"])
    assert set(shorter.values) == {"x", "y"}
    assert shorter.weights == {}
    assert set(graph.weights) == {"fc.weight", "fc.bias"}


def test_users() -> None:
    graph = small_graph()
    assert [op.kind for op in graph.users("y")] == ["Relu"]
    assert list(graph.users("z")) == []


def op(**changes: object) -> Op:
    return replace(small_graph().ops[0], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (replace(small_graph(), inputs=("x", "x")), "two inputs have one name"),
        (replace(small_graph(), output_names=()), "outputs need one name each"),
        (replace(small_graph(), outputs=("z", "y"), output_names=("a", "a")), "outputs need one name each"),
        (replace(small_graph(), outputs=("q",)), "output 'q' is never made"),
        (replace(small_graph(), ops=small_graph().ops[::-1]), "reads 'y' before it is made"),
        (replace(small_graph(), ops=(*small_graph().ops, op())), "'y' is made twice"),
        (replace(small_graph(), weights={}), "its weight 'fc.weight' does not exist"),
        (replace(small_graph(), values={}), "has no shape"),
    ],
)
def test_check_refuses(broken: Graph, text: str) -> None:
    with pytest.raises(GraphError, match=text):
        broken.check()
