"""Convolutions, pools and resizing, each from a file through the runtime, against torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from run_operator import FORMS, assert_close, dense_weights, layer_weight, open_operator, random_tensor, run_operator
from torch import Tensor
from torch.nn import functional

from dcmobile.graph import Weight
from dcmobile.operators import (
    Activation,
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    Attributes,
    AveragePool2d,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Interpolation,
    MaxPool2d,
    Resize2d,
)

Case = dict[str, Any]


def _run(attributes: Attributes, x: Tensor, **told: Any) -> Tensor:
    """The only result of an operator with one."""
    (result,) = run_operator(attributes, x, **told)
    return result


def _layer(form: str, shape: tuple[int, ...], outputs: int, bias: bool) -> tuple[Mapping[str, Weight], Tensor, Any]:
    """A layer's weights by role, then weight and bias (or None) as torch takes them."""
    weight = layer_weight(form, 1, *shape)
    held, shift = {"weight": weight}, random_tensor(2, outputs) if bias else None
    if shift is not None:
        held |= dense_weights(bias=shift)
    return held, torch.from_numpy(np.asarray(weight.values, np.float32)), shift


def _padded(x: Tensor, top: int, left: int, bottom: int, right: int) -> Tensor:
    return functional.pad(x, (left, right, top, bottom))


CONVOLUTIONS: list[tuple[tuple[int, ...], tuple[int, ...], Case]] = [
    ((2, 3, 17, 19), (8, 3, 3, 3), {}),
    ((2, 3, 17, 19), (8, 3, 3, 3), {"pad_top": 1, "pad_left": 1, "pad_bottom": 1, "pad_right": 1}),
    ((1, 3, 18, 18), (64, 3, 3, 3), {"stride_h": 2, "stride_w": 2, "pad_bottom": 1, "pad_right": 1}),
    ((2, 8, 9, 23), (6, 8, 1, 5), {"pad_left": 4, "stride_w": 3}),
    ((2, 4, 20, 15), (5, 4, 3, 2), {"dilation_h": 3, "dilation_w": 4, "pad_top": 2}),
    ((2, 12, 14, 14), (12, 1, 3, 3), {"groups": 12, "pad_top": 1, "pad_left": 1, "pad_bottom": 1, "pad_right": 1}),
    ((2, 12, 14, 14), (24, 1, 5, 5), {"groups": 12, "stride_h": 2, "stride_w": 2, "pad_top": 1, "pad_left": 2}),
    ((3, 12, 7, 7), (256, 6, 3, 3), {"groups": 2, "pad_top": 1, "pad_left": 1, "pad_bottom": 1, "pad_right": 1}),
    ((2, 40, 7, 7), (160, 40, 1, 1), {}),
    ((2, 40, 30, 30), (160, 40, 1, 1), {"stride_h": 2, "stride_w": 2}),
    ((1, 32, 1, 1), (8, 32, 1, 1), {}),
    ((2, 3, 2, 2), (70, 3, 2, 2), {"pad_top": 5, "pad_left": 6, "pad_bottom": 7, "pad_right": 3}),
    ((1, 3, 43, 43), (96, 3, 11, 11), {"stride_h": 4, "stride_w": 4, "activation": Activation.Relu}),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("shape", "weight_shape", "case"), CONVOLUTIONS)
def test_conv2d(form: str, shape: tuple[int, ...], weight_shape: tuple[int, ...], case: Case) -> None:
    op = Conv2d(**case)
    held, weight, bias = _layer(form, weight_shape, weight_shape[0], len(case) % 2 == 0)
    x = random_tensor(3, *shape)
    expected = functional.conv2d(
        _padded(x, op.pad_top, op.pad_left, op.pad_bottom, op.pad_right),
        weight,
        bias,
        (op.stride_h, op.stride_w),
        0,
        (op.dilation_h, op.dilation_w),
        op.groups,
    )
    expected = expected.relu() if op.activation is Activation.Relu else expected
    assert_close(_run(op, x, weights=held), expected)
    assert_close(_run(op, x, weights=held, batch=False, threads=2), expected)


@pytest.mark.parametrize("form", FORMS)
def test_the_work_of_a_convolution_decides_its_kernel(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the portable kernels, panels where many weights meet many pixels, else direct ones."""

    def takes_panels(op: Conv2d, shape: tuple[int, ...], weight_shape: tuple[int, ...]) -> bool:
        held, *_ = _layer(form, weight_shape, weight_shape[0], False)
        return "_panels_" in open_operator(op, random_tensor(3, *shape), weights=held).operators[-1].kernel

    monkeypatch.setenv("DCM_ISA", "generic")
    assert takes_panels(Conv2d(), (1, 32, 14, 14), (128, 32, 3, 3))
    assert not takes_panels(Conv2d(groups=32), (1, 32, 14, 14), (32, 1, 3, 3))
    assert not takes_panels(Conv2d(), (1, 32, 1, 1), (128, 32, 1, 1))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("activation", [a for a in Activation if a is not Activation.None_])
def test_activations_are_fused(form: str, groups: int, activation: Activation) -> None:
    functions = {
        Activation.Relu: torch.relu,
        Activation.Relu6: functional.relu6,
        Activation.HardSwish: functional.hardswish,
        Activation.HardSigmoid: functional.hardsigmoid,
        Activation.Sigmoid: torch.sigmoid,
        Activation.Tanh: torch.tanh,
        Activation.Silu: functional.silu,
        Activation.Gelu: functional.gelu,
    }
    x = random_tensor(3, 2, 3, 6, 6) * 4
    held, weight, bias = _layer(form, (6, 3 // groups, 3, 3), 6, True)
    assert_close(
        _run(Conv2d(activation, groups=groups), x, weights=held),
        functions[activation](functional.conv2d(x, weight, bias, groups=groups)),
    )
    held, weight, bias = _layer(form, (3, 6 // groups, 3, 3), 6, True)
    assert_close(
        _run(ConvTranspose2d(activation, groups=groups), x, weights=held),
        functions[activation](functional.conv_transpose2d(x, weight, bias, groups=groups)),
    )
    held, weight, bias = _layer(form, (6, 3 // groups, 3), 6, True)
    assert_close(
        _run(Conv1d(activation, groups=groups), x.flatten(2), weights=held),
        functions[activation](functional.conv1d(x.flatten(2), weight, bias, groups=groups)),
    )


SEQUENCES: list[tuple[tuple[int, ...], tuple[int, ...], Case]] = [
    ((2, 3, 40), (8, 3, 5), {}),
    ((1, 1, 400), (96, 1, 25), {"stride": 4, "pad_left": 12, "pad_right": 8}),
    ((2, 6, 33), (9, 2, 3), {"groups": 3, "dilation": 4, "pad_left": 8}),
    ((2, 16, 33), (16, 1, 7), {"groups": 16, "pad_left": 3, "pad_right": 3}),
    ((3, 20, 50), (80, 20, 1), {}),
    ((2, 4, 3), (4, 4, 3), {"stride": 2, "pad_left": 9, "pad_right": 1}),
    ((1, 64, 31), (100, 64, 8), {"activation": Activation.Relu}),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("shape", "weight_shape", "case"), SEQUENCES)
def test_conv1d(form: str, shape: tuple[int, ...], weight_shape: tuple[int, ...], case: Case) -> None:
    op = Conv1d(**case)
    held, weight, bias = _layer(form, weight_shape, weight_shape[0], len(case) % 2 == 0)
    x = random_tensor(3, *shape)
    padded = functional.pad(x, (op.pad_left, op.pad_right))
    expected = functional.conv1d(padded, weight, bias, op.stride, 0, op.dilation, op.groups)
    expected = expected.relu() if op.activation is Activation.Relu else expected
    assert_close(_run(op, x, weights=held), expected)
    assert_close(_run(op, x, weights=held, batch=False, threads=2), expected)


# Torch's output_padding is one row or column that is cut off less.
TRANSPOSED: list[tuple[tuple[int, ...], tuple[int, ...], int, int, Case]] = [
    ((2, 3, 7, 8), (3, 5, 3, 3), 0, 0, {}),
    ((2, 24, 20, 20), (24, 24, 2, 2), 0, 0, {"stride_h": 2, "stride_w": 2}),
    ((2, 3, 7, 8), (3, 4, 4, 4), 1, 0, {"stride_h": 2, "stride_w": 2}),
    ((2, 3, 7, 8), (3, 4, 3, 3), 1, 1, {"stride_h": 2, "stride_w": 2}),
    ((2, 6, 5, 6), (6, 2, 3, 2), 2, 0, {"groups": 3, "stride_w": 3, "dilation_h": 2}),
    ((2, 6, 5, 6), (6, 1, 5, 5), 2, 2, {"groups": 6, "stride_h": 3, "stride_w": 3, "dilation_h": 2, "dilation_w": 2}),
    ((1, 4, 1, 1), (4, 3, 7, 7), 0, 0, {"activation": Activation.Relu}),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize(("shape", "weight_shape", "padding", "may_extend", "case"), TRANSPOSED)
def test_conv_transpose2d(
    form: str,
    extra: int,
    shape: tuple[int, ...],
    weight_shape: tuple[int, ...],
    padding: int,
    may_extend: int,
    case: Case,
) -> None:
    extra *= may_extend
    pads: Case = {"pad_top": padding, "pad_left": padding, "pad_bottom": padding - extra, "pad_right": padding - extra}
    op = ConvTranspose2d(**case, **pads)
    outputs = weight_shape[1] * op.groups
    held, weight, bias = _layer(form, weight_shape, outputs, len(case) % 2 == 0)
    x = random_tensor(3, *shape)
    strides, dilations = (op.stride_h, op.stride_w), (op.dilation_h, op.dilation_w)
    expected = functional.conv_transpose2d(x, weight, bias, strides, padding, extra, op.groups, dilations)
    expected = expected.relu() if op.activation is Activation.Relu else expected
    assert_close(_run(op, x, weights=held), expected)
    assert_close(_run(op, x, weights=held, batch=False, threads=2), expected)


def _window(kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int], ceil_mode: bool) -> Case:
    (kernel_h, kernel_w), (stride_h, stride_w), (y, x) = kernel, stride, padding
    sizes = {"kernel_h": kernel_h, "kernel_w": kernel_w, "stride_h": stride_h, "stride_w": stride_w}
    return sizes | {"pad_top": y, "pad_bottom": y, "pad_left": x, "pad_right": x, "ceil_mode": ceil_mode}


@pytest.mark.parametrize("shape", [(2, 3, 13, 16), (1, 2, 5, 5), (3, 1, 28, 7)])
@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [
        ((2, 2), (2, 2), (0, 0)),
        ((3, 3), (2, 2), (1, 1)),
        ((3, 2), (1, 3), (0, 1)),
        ((5, 4), (3, 2), (2, 1)),
        ((1, 3), (2, 4), (0, 1)),
        ((5, 5), (1, 1), (0, 0)),
    ],
)
def test_pools(
    shape: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    ceil_mode: bool,
) -> None:
    x = random_tensor(4, *shape) - 3  # zeros from padding would be the largest
    window = _window(kernel, stride, padding, ceil_mode)
    expected = functional.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil_mode)
    assert_close(_run(MaxPool2d(**window), x), expected)
    for count_include_pad in (False, True):
        for divisor in (0, 1, 7):
            op = AveragePool2d(**window, count_include_pad=count_include_pad, divisor=divisor)
            expected = functional.avg_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad, divisor or None)
            assert_close(_run(op, x), expected)
            assert_close(_run(op, x, batch=False), expected)


@pytest.mark.parametrize("shape", [(2, 3, 7, 7), (1, 5, 13, 9), (2, 2, 1, 1), (1, 3, 224, 37)])
@pytest.mark.parametrize("size", [(1, 1), (6, 6), (7, 7), (2, 3), (10, 1), (5, 40)])
def test_adaptive_pools(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    x = random_tensor(5, *shape)
    for batch in (True, False):
        assert_close(_run(AdaptiveAveragePool2d(*size), x, batch=batch), functional.adaptive_avg_pool2d(x, size))
        assert_close(_run(AdaptiveMaxPool2d(*size), x, batch=batch), functional.adaptive_max_pool2d(x, size))


SIZES = [(1, 1), (7, 5), (14, 22), (20, 33), (3, 2), (13, 11), (26, 44), (64, 61)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", [(2, 3, 7, 11), (1, 2, 1, 1), (1, 1, 32, 30)])
def test_resize_to_a_size(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    x = random_tensor(6, *shape)
    assert torch.equal(_run(Resize2d(*size), x), functional.interpolate(x, size, mode="nearest"))
    for corners in (False, True):
        op = Resize2d(*size, Interpolation.Bilinear, corners)
        expected = functional.interpolate(x, size, mode="bilinear", align_corners=corners)
        assert_close(_run(op, x), expected)
        assert_close(_run(op, x, batch=False, threads=2), expected)


@pytest.mark.parametrize("factors", [(2.0, 2.0), (3.0, 0.5), (1.5, 2.7), (0.37, 4.0), (1.3, 1.1)])
def test_resize_by_factors(factors: tuple[float, float]) -> None:
    """Torch's step is 1 / factor, not input size / output size."""
    x = random_tensor(7, 2, 3, 17, 19)
    steps = [1 / factor for factor in factors]
    nearest = functional.interpolate(x, scale_factor=factors, mode="nearest")
    height, width = nearest.shape[2:]
    assert torch.equal(_run(Resize2d(height, width, Interpolation.Nearest, False, *steps), x), nearest)
    bilinear = functional.interpolate(x, scale_factor=factors, mode="bilinear")
    assert_close(_run(Resize2d(height, width, Interpolation.Bilinear, False, *steps), x), bilinear)
