from __future__ import annotations

from dcmobile.graph import Graph, Op, Value
from dcmobile.operators import Activation, Add, Attributes, Flatten, Linear, MaxPool2d, Relu
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
