from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dcmobile.compensate.moments import Floats, moments, patches
from dcmobile.graph import Op
from dcmobile.operators import Attributes, Conv1d, Conv2d, Linear

LAYERS: dict[str, tuple[Attributes, tuple[int, ...], tuple[int, ...]]] = {  # attributes, shapes of weight and inputs
    "linear": (Linear(), (5, 6), (3, 6)),
    "linear over three axes": (Linear(), (5, 6), (3, 4, 6)),
    "conv": (Conv2d(pad_top=1, pad_left=1, pad_bottom=1, pad_right=1), (4, 2, 3, 3), (3, 2, 7, 5)),
    "conv, one-sided padding": (Conv2d(pad_bottom=2, pad_left=1, stride_h=2), (4, 2, 3, 2), (3, 2, 7, 5)),
    "conv, strides and dilation": (
        Conv2d(stride_h=2, stride_w=3, dilation_h=2, dilation_w=1, pad_top=1, pad_bottom=1),
        (4, 2, 2, 3),
        (2, 2, 9, 11),
    ),
    "depthwise": (Conv2d(groups=4, pad_top=1, pad_left=1, pad_bottom=1, pad_right=1), (4, 1, 3, 3), (2, 4, 5, 5)),
    "groups": (Conv2d(groups=2), (6, 3, 1, 1), (2, 6, 4, 4)),
    "conv1d": (Conv1d(stride=2, pad_left=1, pad_right=2, dilation=2, groups=2), (4, 3, 3), (3, 6, 12)),
}


def _op(attributes: Attributes) -> Op:
    return Op("layer", attributes, ("x",), "y", {"weight": "layer.weight"})


def _outputs(attributes: Attributes, weight: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """By torch: [outputs, places]."""
    if isinstance(attributes, Linear):
        return F.linear(x, weight).reshape(-1, weight.shape[0]).T
    if isinstance(attributes, Conv1d):
        padded = F.pad(x, (attributes.pad_left, attributes.pad_right))
        y = F.conv1d(padded, weight, None, attributes.stride, 0, attributes.dilation, attributes.groups)
        return y.transpose(0, 1).flatten(1)
    assert isinstance(attributes, Conv2d)
    a = attributes
    padded = F.pad(x, (a.pad_left, a.pad_right, a.pad_top, a.pad_bottom))
    stride, dilation = (a.stride_h, a.stride_w), (a.dilation_h, a.dilation_w)
    return F.conv2d(padded, weight, None, stride, 0, dilation, a.groups).transpose(0, 1).flatten(1)


@pytest.mark.parametrize("name", LAYERS)
def test_weights_times_patches_are_the_outputs(name: str) -> None:
    attributes, shape, inputs = LAYERS[name]
    generator = torch.Generator().manual_seed(0)
    weight, x = torch.randn(shape, generator=generator), torch.randn(inputs, generator=generator)
    seen = patches(_op(attributes), shape, x.numpy(), 0)
    groups = seen.shape[0]
    made = weight.numpy().reshape(groups, -1, seen.shape[1]) @ seen
    np.testing.assert_allclose(made.reshape(shape[0], -1), _outputs(attributes, weight, x).numpy(), atol=1e-5)


def test_large_inputs_are_drawn_from() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 64, 64)).astype(np.float32)
    first, again, other = (patches(_op(Conv2d()), (4, 3, 1, 1), x, number) for number in (0, 0, 1))
    assert first.shape == (1, 3, 2 * 256)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def _batches(seed: int) -> list[Floats]:
    random = np.random.default_rng(seed)
    return [random.normal(1, 2, size=(samples, 6)).astype(np.float32) for samples in (4, 4, 1)]


@pytest.mark.parametrize("centred", [False, True])
def test_moments_are_those_of_all_samples(centred: bool) -> None:
    now, before = _batches(0), _batches(1)
    found = moments(_op(Linear()), (5, 6), now, before, centred)
    x, x0 = (np.concatenate(batches).astype(np.float64) for batches in (now, before))
    np.testing.assert_allclose(found.mean[0], x.mean(0))
    np.testing.assert_allclose(found.mean_before[0], x0.mean(0))
    x = x - x.mean(0) if centred else x
    x0 = x0 - x0.mean(0) if centred else x0
    np.testing.assert_allclose(found.own[0][0], x.T @ x / 9, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.cross[0][0], x0.T @ x / 9, rtol=1e-4, atol=1e-5)


def test_wide_layers_are_cut_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = moments(_op(Linear()), (5, 6), _batches(0), _batches(1), True)
    monkeypatch.setattr("dcmobile.compensate.moments.BLOCK", 4)
    cut = moments(_op(Linear()), (5, 6), _batches(0), _batches(1), True)
    assert [block.shape for block in cut.own] == [(1, 4, 4), (1, 2, 2)]
    np.testing.assert_allclose(cut.own[1], whole.own[0][:, 4:, 4:])
    np.testing.assert_allclose(cut.cross[0], whole.cross[0][:, :4, :4])
    assert cut.columns == 6
