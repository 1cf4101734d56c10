from __future__ import annotations

import pytest
from small_graphs import GraphBuilder, changed

from dcmobile.graph import Graph
from dcmobile.operators import Affine, Clamp, HardSigmoid, Multiply, Sigmoid
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.match_activation import match_activation

SHAPE = (2, 3)


def matched(graph: Graph) -> str:
    return changed(lambda before: drop_dead_code(match_activation(before)), graph)


def hard_swish(first_divided: bool) -> Graph:
    build = GraphBuilder(x=SHAPE)
    build.add("a", Affine(1.0, 3.0), "x", shape=SHAPE)
    build.add("b", Clamp(0.0, 6.0), "a", shape=SHAPE)
    if first_divided:
        build.add("c", Affine(1 / 6), "b", shape=SHAPE)
        build.add("d", Multiply(), "x", "c", shape=SHAPE)
    else:
        build.add("c", Multiply(), "b", "x", shape=SHAPE)
        build.add("d", Affine(1 / 6), "c", shape=SHAPE)
    return build.graph("d")


def test_before_and_after() -> None:
    graph = hard_swish(first_divided=True)
    assert str(graph) == (
        "input  x: [2, 3]\n"
        "a: [2, 3] = Affine(shift=3.0)(x)\n"
        "b: [2, 3] = Clamp(high=6.0)(a)\n"
        "c: [2, 3] = Affine(scale=0.16666666666666666)(b)\n"
        "d: [2, 3] = Multiply()(x, c)\n"
        "output output: d"
    )
    expected = "input  x: [2, 3]\nd: [2, 3] = HardSwish()(x)\noutput output: d"
    assert matched(graph) == expected
    assert matched(hard_swish(first_divided=False)) == expected


@pytest.mark.parametrize(("gate", "whole"), [(Sigmoid(), "Silu"), (HardSigmoid(), "HardSwish")])
def test_gates(gate: Sigmoid | HardSigmoid, whole: str) -> None:
    build = GraphBuilder(x=SHAPE, y=SHAPE)
    build.add("a", gate, "x", shape=SHAPE)
    build.add("b", Multiply(), "a", "x", shape=SHAPE)
    build.add("c", Multiply(), "a", "y", shape=SHAPE)
    text = matched(build.graph("b", "c"))
    assert f"b: [2, 3] = {whole}()(x)" in text
    assert "c: [2, 3] = Multiply()(a, y)" in text


@pytest.mark.parametrize(("shift", "high", "scale"), [(2.0, 6.0, 1 / 6), (3.0, 5.0, 1 / 6), (3.0, 6.0, 0.2)])
def test_other_numbers_stay(shift: float, high: float, scale: float) -> None:
    build = GraphBuilder(x=SHAPE)
    build.add("a", Affine(1.0, shift), "x", shape=SHAPE)
    build.add("b", Clamp(0.0, high), "a", shape=SHAPE)
    build.add("c", Affine(scale), "b", shape=SHAPE)
    graph = build.graph("c")
    assert match_activation(graph) == graph
