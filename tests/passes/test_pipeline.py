from __future__ import annotations

import torch
from evaluate_graph import evaluate
from torch import nn

from dcmobile.capture import capture
from dcmobile.passes import prepare


class Bottleneck(nn.Module):
    """A block of today's phones: depthwise and pointwise convolutions, squeeze and excitation, a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(4, 8, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.depth = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8), nn.SiLU())
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 8, 1))
        self.project = nn.Sequential(nn.Conv2d(8, 4, 1, bias=False), nn.BatchNorm2d(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.depth(self.expand(x))
        gate = self.squeeze(y)
        y = y * (nn.functional.relu6(gate + 3) / 6)
        return nn.functional.relu6(x + self.project(y))


def bottleneck() -> nn.Module:
    model = Bottleneck().eval()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if "running_var" in name:
                tensor.uniform_(0.5, 1.5)
            elif "running_mean" in name:
                tensor.normal_()
    return model


def test_before_and_after() -> None:
    model = bottleneck()
    graph = capture(model, (torch.zeros(1, 4, 6, 6),))
    assert [op.kind for op in graph.ops] == [
        *("Conv2d", "ChannelAffine", "HardSwish"),
        *("Conv2d", "ChannelAffine", "Silu"),
        *("AdaptiveAveragePool2d", "Conv2d", "Relu", "Conv2d", "Affine", "Clamp", "Affine", "Multiply"),
        *("Conv2d", "ChannelAffine", "Add", "Clamp"),
    ]
    prepared = prepare(graph)
    assert str(prepared) == (
        "input  x: [B, 4, 6, 6]\n"
        "hardswish: [B, 8, 6, 6] = Conv2d(activation=HardSwish)(x, weight=expand.0.weight, bias=expand.0.bias)\n"
        "silu: [B, 8, 6, 6] = Conv2d(activation=Silu, pad_top=1, pad_left=1, pad_bottom=1, pad_right=1, groups=8)"
        "(hardswish, weight=depth.0.weight, bias=depth.0.bias)\n"
        "adaptive_avg_pool2d: [B, 8, 1, 1] = AdaptiveAveragePool2d(out_h=1, out_w=1)(silu)\n"
        "relu: [B, 2, 1, 1] = Conv2d(activation=Relu)(adaptive_avg_pool2d, weight=squeeze.1.weight, "
        "bias=squeeze.1.bias)\n"
        "div: [B, 8, 1, 1] = Conv2d(activation=HardSigmoid)(relu, weight=squeeze.3.weight, bias=squeeze.3.bias)\n"
        "mul: [B, 8, 6, 6] = Multiply()(silu, div)\n"
        "_native_batch_norm_legit_no_training_2.1: [B, 4, 6, 6] = Conv2d()(mul, weight=project.0.weight, "
        "bias=project.0.bias)\n"
        "relu6_1: [B, 4, 6, 6] = Add(activation=Relu6)(x, _native_batch_norm_legit_no_training_2.1)\n"
        "output output: relu6_1"
    )
    x = torch.randn(3, 4, 6, 6)
    with torch.no_grad():
        torch.testing.assert_close(evaluate(prepared, x)[0], model(x), rtol=1e-5, atol=1e-5)


def test_fixed_weights_keep_their_values() -> None:
    model = bottleneck()
    graph = capture(model, (torch.zeros(1, 4, 6, 6),))
    prepared = prepare(graph, fixed={"depth.0.weight"})
    assert [op.kind for op in prepared.ops].count("ChannelAffine") == 1
    assert prepared.weights["depth.0.weight"] is graph.weights["depth.0.weight"]
    x = torch.randn(3, 4, 6, 6)
    with torch.no_grad():
        torch.testing.assert_close(evaluate(prepared, x)[0], model(x), rtol=1e-5, atol=1e-5)


def test_preparing_twice_changes_nothing() -> None:
    prepared = prepare(capture(bottleneck(), (torch.zeros(1, 4, 6, 6),)))
    assert prepare(prepared) == prepared
