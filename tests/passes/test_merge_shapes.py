from __future__ import annotations

from small_graphs import GraphBuilder, changed

from dcmobile.graph import BATCH as B
from dcmobile.operators import Divide, Expand, Flatten, Multiply, Reduce, Reduction, Relu, Reshape, Transpose
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.merge_shapes import merge_shapes


def test_reshapes_in_a_row() -> None:
    build = GraphBuilder(x=(B, 4, 6))
    build.add("a", Reshape((2, 2, 6)), "x", shape=(B, 2, 2, 6))
    build.add("b", Flatten(2, 3), "a", shape=(B, 2, 12))
    build.add("c", Reshape((24,)), "b", shape=(B, 24))
    build.add("d", Relu(), "b", shape=(B, 2, 12))
    graph = build.graph("c", "d")
    assert str(graph) == (
        "input  x: [B, 4, 6]\n"
        "a: [B, 2, 2, 6] = Reshape(shape=(2, 2, 6))(x)\n"
        "b: [B, 2, 12] = Flatten(first_axis=2, last_axis=3)(a)\n"
        "c: [B, 24] = Reshape(shape=(24,))(b)\n"
        "d: [B, 2, 12] = Relu()(b)\n"
        "output output_0: c\n"
        "output output_1: d"
    )
    assert changed(lambda graph: drop_dead_code(merge_shapes(graph)), graph) == (
        "input  x: [B, 4, 6]\n"
        "b: [B, 2, 12] = Reshape(shape=(2, 12))(x)\n"
        "c: [B, 24] = Flatten(last_axis=2)(x)\n"
        "d: [B, 2, 12] = Relu()(b)\n"
        "output output_0: c\n"
        "output output_1: d"
    )


def test_transposes_in_a_row() -> None:
    build = GraphBuilder(x=(2, 3, 4))
    build.add("a", Transpose((1, 2, 0)), "x", shape=(3, 4, 2))
    build.add("b", Transpose((1, 0, 2)), "a", shape=(4, 3, 2))
    assert "b: [4, 3, 2] = Transpose(permutation=(2, 1, 0))(x)" in changed(merge_shapes, build.graph("b"))


def test_axes_of_one_element_change_places() -> None:
    build = GraphBuilder(x=(B, 4, 1, 5))
    build.add("a", Transpose((0, 2, 1, 3)), "x", shape=(B, 1, 4, 5))
    assert "a: [B, 1, 4, 5] = Reshape(shape=(1, 4, 5))(x)" in changed(merge_shapes, build.graph("a"))


def test_the_batch_counts_as_more_than_one_element() -> None:
    build = GraphBuilder(x=(1, 4, 5))
    build.add("a", Transpose((0, 2, 1)), "x", shape=(1, 5, 4))
    graph = build.graph("a")
    assert merge_shapes(graph) == graph


def test_reduction_over_one_element() -> None:
    build = GraphBuilder(x=(B, 4, 1, 1))
    build.add("a", Reduce(Reduction.Max, (2, 3)), "x", shape=(B, 4))
    build.add("b", Reduce(Reduction.Sum, (1,), True), "x", shape=(B, 1, 1, 1))
    text = changed(merge_shapes, build.graph("a", "b"))
    assert "a: [B, 4] = Flatten(last_axis=3)(x)" in text
    assert "b: [B, 1, 1, 1] = Reduce(reduction=Sum, axes=(1,), keep_axes=True)(x)" in text


def test_expand_before_arithmetic() -> None:
    build = GraphBuilder(x=(B, 4, 5), y=(B, 1, 5))
    build.add("a", Expand((4, 5)), "y", shape=(B, 4, 5))
    build.add("b", Divide(), "x", "a", shape=(B, 4, 5))
    assert changed(lambda graph: drop_dead_code(merge_shapes(graph)), build.graph("b")) == (
        "input  x: [B, 4, 5]\ninput  y: [B, 1, 5]\nb: [B, 4, 5] = Divide()(x, y)\noutput output: b"
    )


def test_expand_that_makes_the_result_larger_stays() -> None:
    build = GraphBuilder(x=(B, 1, 5))
    build.add("a", Expand((4, 5)), "x", shape=(B, 4, 5))
    build.add("b", Multiply(), "a", "a", shape=(B, 4, 5))
    text = changed(merge_shapes, build.graph("b"))
    assert "Multiply()(x, a)" in text  # one of the two is enough
