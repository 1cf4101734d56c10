from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_graphs import GraphBuilder, changed, same_results
from torch import nn

from dcmobile.capture import capture
from dcmobile.graph import Graph, Sharing
from dcmobile.operators import (
    Activation,
    Affine,
    Attributes,
    ChannelAffine,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Linear,
    Relu,
)
from dcmobile.passes.fold_batch_norm import fold_batch_norm


def conv_and_norm(activation: Activation = Activation.None_, bias: bool = True) -> Graph:
    build = GraphBuilder(x=(1, 2, 5, 5))
    weights = {"weight": build.weight("conv.weight", (3, 2, 3, 3))}
    if bias:
        weights["bias"] = build.weight("conv.bias", (3,))
    build.add("conv", Conv2d(), "x", shape=(1, 3, 3, 3), **weights)
    scale, shift = build.weight("norm.weight", (3,)), build.weight("norm.bias", (3,))
    build.add("norm", ChannelAffine(activation), "conv", shape=(1, 3, 3, 3), weight=scale, bias=shift)
    return build.graph("norm")


def test_before_and_after() -> None:
    graph = conv_and_norm()
    assert str(graph) == (
        "input  x: [1, 2, 5, 5]\n"
        "conv: [1, 3, 3, 3] = Conv2d()(x, weight=conv.weight, bias=conv.bias)\n"
        "norm: [1, 3, 3, 3] = ChannelAffine()(conv, weight=norm.weight, bias=norm.bias)\n"
        "output output: norm"
    )
    assert changed(fold_batch_norm, graph) == (
        "input  x: [1, 2, 5, 5]\n"
        "norm: [1, 3, 3, 3] = Conv2d()(x, weight=conv.weight, bias=conv.bias)\n"
        "output output: norm"
    )
    folded, scale = fold_batch_norm(graph).weights, graph.weights["norm.weight"].values
    np.testing.assert_allclose(
        folded["conv.weight"].values, graph.weights["conv.weight"].values * scale[:, None, None, None], rtol=1e-6
    )
    assert graph.weights["conv.weight"] is not folded["conv.weight"]


def test_a_layer_without_a_bias_gets_one_of_its_module() -> None:
    assert "Conv2d(activation=Relu6)(x, weight=conv.weight, bias=conv.bias)" in changed(
        fold_batch_norm, conv_and_norm(Activation.Relu6, bias=False)
    )


@pytest.mark.parametrize(
    ("layer", "weight", "before", "after"),
    [
        (Conv1d(groups=2), (6, 2, 3), (1, 4, 7), (1, 6, 5)),
        (ConvTranspose2d(stride_h=2, groups=2), (4, 3, 2, 2), (1, 4, 3, 3), (1, 6, 6, 4)),
        (Linear(), (6, 4), (3, 4), (3, 6)),
    ],
)
@pytest.mark.parametrize("norm", [ChannelAffine(), Affine(0.3, -2.0), Affine(0.3)])
def test_every_layer(
    layer: Attributes, weight: tuple[int, ...], before: tuple[int, ...], after: tuple[int, ...], norm: Attributes
) -> None:
    build = GraphBuilder(x=before)
    build.add("layer", layer, "x", shape=after, weight=build.weight("layer.weight", weight))
    weights = {}
    if isinstance(norm, ChannelAffine):
        weights = {"weight": build.weight("norm.weight", (6,)), "bias": build.weight("norm.bias", (6,))}
    build.add("norm", norm, "layer", shape=after, **weights)
    graph = build.graph("norm")
    folded = fold_batch_norm(graph)
    same_results(graph, folded)
    assert [op.attributes for op in folded.ops] == [layer]
    assert ("bias" in folded.ops[0].weights) == (norm != Affine(0.3))


def test_layers_of_a_model() -> None:
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(36, 5), nn.BatchNorm1d(5)
    ).eval()
    with torch.no_grad():
        for norm in (model[1], model[4]):
            assert isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d)
            for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
                assert tensor is not None
                tensor.uniform_(0.5, 1.5)
    graph = capture(model, (torch.zeros(1, 2, 5, 5),))
    folded = fold_batch_norm(graph)
    same_results(graph, folded)
    assert [op.kind for op in folded.ops] == ["Conv2d", "Flatten", "Linear"]
    assert set(folded.weights) == {"0.weight", "0.bias", "3.weight", "3.bias"}


def stays(graph: Graph, *fixed: str) -> None:
    assert fold_batch_norm(graph, fixed) == graph


def test_a_fixed_weight_stays() -> None:
    stays(conv_and_norm(), "conv.weight")


def test_a_shared_weight_stays() -> None:
    graph = conv_and_norm()
    sharing = Sharing(np.zeros(54, np.uint16), np.zeros(0, np.float32))
    shared = replace(graph.weights["conv.weight"], sharing=sharing)
    stays(replace(graph, weights={**graph.weights, "conv.weight": shared}))


def test_a_layer_with_an_activation_stays() -> None:
    graph = conv_and_norm()
    first, second = graph.ops
    stays(replace(graph, ops=(replace(first, attributes=Conv2d(Activation.Relu)), second)))


def test_a_result_that_others_need_stays() -> None:
    graph = conv_and_norm()
    stays(replace(graph, outputs=("norm", "conv"), output_names=("output_0", "output_1")))
    build = GraphBuilder(x=(1, 4))
    build.add("layer", Linear(), "x", shape=(1, 4), weight=build.weight("w", (4, 4)))
    build.add("norm", Affine(2.0), "layer", shape=(1, 4))
    build.add("relu", Relu(), "layer", shape=(1, 4))
    stays(build.graph("norm", "relu"))


def test_a_weight_of_two_layers_stays() -> None:
    build = GraphBuilder(x=(1, 4))
    weight = build.weight("w", (4, 4))
    build.add("first", Linear(), "x", shape=(1, 4), weight=weight)
    build.add("norm", Affine(2.0), "first", shape=(1, 4))
    build.add("second", Linear(), "norm", shape=(1, 4), weight=weight)
    stays(build.graph("second"))


def test_channels_that_are_not_the_outputs_stay() -> None:
    build = GraphBuilder(x=(1, 3, 4))
    build.add("layer", Linear(), "x", shape=(1, 3, 3), weight=build.weight("w", (3, 4)))
    scale, shift = build.weight("norm.weight", (3,)), build.weight("norm.bias", (3,))
    build.add("norm", ChannelAffine(), "layer", shape=(1, 3, 3), weight=scale, bias=shift)
    stays(build.graph("norm"))


def test_a_bias_of_two_layers_is_copied() -> None:
    build = GraphBuilder(x=(1, 4))
    bias = build.weight("b", (4,))
    build.add("first", Linear(), "x", shape=(1, 4), weight=build.weight("w", (4, 4)), bias=bias)
    build.add("norm", Affine(2.0), "first", shape=(1, 4))
    build.add("second", Linear(), "norm", shape=(1, 4), weight=build.weight("v", (4, 4)), bias=bias)
    assert "weight=w, bias=b_2)" in changed(fold_batch_norm, build.graph("second"))
