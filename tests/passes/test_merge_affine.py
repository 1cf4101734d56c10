from __future__ import annotations

from small_graphs import GraphBuilder, changed

from dcmobile.operators import Activation, Affine, ChannelAffine, Relu
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.merge_affine import merge_affine


def test_numbers_in_a_row() -> None:
    build = GraphBuilder(x=(2, 3))
    build.add("a", Affine(2.0, 1.0), "x", shape=(2, 3))
    build.add("b", Affine(0.5, 3.0), "a", shape=(2, 3))
    build.add("c", Affine(4.0), "b", shape=(2, 3))
    graph = build.graph("c")
    assert str(graph) == (
        "input  x: [2, 3]\n"
        "a: [2, 3] = Affine(scale=2.0, shift=1.0)(x)\n"
        "b: [2, 3] = Affine(scale=0.5, shift=3.0)(a)\n"
        "c: [2, 3] = Affine(scale=4.0)(b)\n"
        "output output: c"
    )
    assert changed(lambda graph: drop_dead_code(merge_affine(graph)), graph) == (
        "input  x: [2, 3]\nc: [2, 3] = Affine(scale=4.0, shift=14.0)(x)\noutput output: c"
    )


def test_channels_and_numbers() -> None:
    build = GraphBuilder(x=(2, 3))
    build.add("a", Affine(2.0, 1.0), "x", shape=(2, 3))
    first = {"weight": build.weight("n.weight", (3,)), "bias": build.weight("n.bias", (3,))}
    second = {"weight": build.weight("m.weight", (3,)), "bias": build.weight("m.bias", (3,))}
    build.add("b", ChannelAffine(), "a", shape=(2, 3), **first)
    build.add("c", ChannelAffine(Activation.Relu), "b", shape=(2, 3), **second)
    build.add("d", Affine(0.5), "c", shape=(2, 3))
    text = changed(lambda graph: drop_dead_code(merge_affine(graph)), build.graph("d"))
    assert text.count("Affine") == 2  # not beyond the activation
    assert "c: [2, 3] = ChannelAffine(activation=Relu)(x, " in text


def test_what_others_need_stays() -> None:
    build = GraphBuilder(x=(2, 3))
    build.add("a", Affine(2.0), "x", shape=(2, 3))
    build.add("b", Affine(3.0), "a", shape=(2, 3))
    build.add("c", Relu(), "a", shape=(2, 3))
    assert changed(merge_affine, build.graph("b", "c")) == (
        "input  x: [2, 3]\n"
        "a: [2, 3] = Affine(scale=2.0)(x)\n"
        "b: [2, 3] = Affine(scale=6.0)(x)\n"
        "c: [2, 3] = Relu()(a)\n"
        "output output_0: b\n"
        "output output_1: c"
    )


def test_numbers_beyond_float32_stay_apart() -> None:
    build = GraphBuilder(x=(2, 3))
    build.add("a", Affine(1e30), "x", shape=(2, 3))
    build.add("b", Affine(1e30), "a", shape=(2, 3))
    graph = build.graph("b")
    assert merge_affine(graph) == graph
