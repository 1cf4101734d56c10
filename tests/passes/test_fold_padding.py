from __future__ import annotations

import pytest
from small_graphs import GraphBuilder, changed

from dcmobile.graph import BATCH as B
from dcmobile.operators import Conv1d, Conv2d, Pad, Padding, Relu
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.fold_padding import fold_padding


def test_before_and_after() -> None:
    build = GraphBuilder(x=(B, 2, 8, 8))
    build.add("a", Pad((0, 0, 0, 1), (0, 0, 1, 2)), "x", shape=(B, 2, 9, 11))
    conv = Conv2d(stride_h=2, stride_w=2, pad_left=1, pad_right=1)
    build.add("b", conv, "a", shape=(B, 3, 4, 6), weight=build.weight("w", (3, 2, 3, 3)))
    graph = build.graph("b")
    assert str(graph) == (
        "input  x: [B, 2, 8, 8]\n"
        "a: [B, 2, 9, 11] = Pad(before=(0, 0, 0, 1), after=(0, 0, 1, 2))(x)\n"
        "b: [B, 3, 4, 6] = Conv2d(stride_h=2, stride_w=2, pad_left=1, pad_right=1)(a, weight=w)\n"
        "output output: b"
    )
    assert changed(lambda before: drop_dead_code(fold_padding(before)), graph) == (
        "input  x: [B, 2, 8, 8]\n"
        "b: [B, 3, 4, 6] = Conv2d(stride_h=2, stride_w=2, pad_left=2, pad_bottom=1, pad_right=3)(x, weight=w)\n"
        "output output: b"
    )


def test_rows_and_other_readers() -> None:
    build = GraphBuilder(x=(B, 2, 8))
    build.add("a", Pad((0, 0, 3), (0, 0, 1)), "x", shape=(B, 2, 12))
    build.add("b", Conv1d(dilation=2), "a", shape=(B, 3, 8), weight=build.weight("w", (3, 2, 3)))
    build.add("c", Relu(), "a", shape=(B, 2, 12))
    text = changed(fold_padding, build.graph("b", "c"))
    assert "b: [B, 3, 8] = Conv1d(pad_left=3, pad_right=1, dilation=2)(x, weight=w)" in text
    assert "c: [B, 2, 12] = Relu()(a)" in text


@pytest.mark.parametrize(
    "pad",
    [
        Pad((0, 0, 1, 1), (0, 0, 1, 1), Padding.Reflect),
        Pad((0, 0, 1, 1), (0, 0, 1, 1), value=1.0),
        Pad((0, 1, 1, 1), (0, 1, 1, 1)),
        Pad((0, 0, 65_535, 0), (0, 0, 0, 0)),
    ],
)
def test_what_is_no_padding_of_a_convolution_stays(pad: Pad) -> None:
    channels = 2 + pad.before[1] + pad.after[1]
    height, width = (4 + pad.before[axis] + pad.after[axis] for axis in (2, 3))
    build = GraphBuilder(x=(B, 2, 4, 4))
    build.add("a", pad, "x", shape=(B, channels, height, width))
    conv = Conv2d(pad_top=1)
    build.add("b", conv, "a", shape=(B, 1, height - 1, width - 2), weight=build.weight("w", (1, channels, 3, 3)))
    graph = build.graph("b")
    assert fold_padding(graph) == graph
