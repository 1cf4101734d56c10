"""Section 3 of docs/format.md: sums, normalisation and recurrent layers, against torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from one_operator import Floats, operator, operators, random_floats
from torch import nn


@pytest.mark.parametrize("axes", [(1,), (2, 3), (1, 3), (1, 2, 3)])
@pytest.mark.parametrize("keep_axes", [False, True])
def test_reduce(axes: tuple[int, ...], keep_axes: bool) -> None:
    x = random_floats(2, 3, 4, 5)
    t = torch.from_numpy(x)
    expected = [t.mean(axes, keep_axes), t.sum(axes, keep_axes), t.amax(axes, keep_axes), t.amin(axes, keep_axes)]
    for reduction, each in enumerate(expected):
        result = operator("Reduce", x, reduction=reduction, axes=axes, keep_axes=keep_axes)
        np.testing.assert_allclose(result, each.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("a", "b"), [((2, 3, 4), (2, 4, 5)), ((2, 6, 3, 4), (4, 5)), ((2, 6, 3, 4), (6, 4, 1)), ((1, 4), (2, 6, 4, 3))]
)
def test_matmul(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, y = random_floats(*a), random_floats(*b, seed=1)
    np.testing.assert_allclose(operator("MatMul", x, y, batch=False), x @ y, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("mask", [None, (5, 7), (2, 1, 5, 7), (2, 3, 1, 7)])
@pytest.mark.parametrize("causal", [False, True])
def test_attention(mask: tuple[int, ...] | None, causal: bool) -> None:
    if mask and causal:
        return  # torch takes one of the two
    inputs = [random_floats(2, 3, 5, 4), random_floats(2, 3, 7, 4, seed=1), random_floats(2, 3, 7, 6, seed=2)]
    if mask:
        inputs.append(random_floats(*mask, seed=3))
        inputs[3][..., :1, :] = -np.inf  # a query that sees no key
    q, k, v, *masks = (torch.from_numpy(each) for each in inputs)
    held = masks[0] if masks else None
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=held, is_causal=causal, scale=0.3)
    result = operator("Attention", *inputs, batch=False, scale=0.3, causal=causal)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-6)


def test_a_query_that_sees_no_key_gives_zero() -> None:
    inputs = [random_floats(2, 3, 4, seed=i) for i in range(3)]
    mask = np.zeros((3, 3), np.float32)
    mask[1] = -np.inf
    result = operator("Attention", *inputs, mask, batch=False, scale=1.0)
    assert not result[:, 1].any()
    assert result[:, ::2].all()


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("with_weights", [False, True])
def test_layer_norm(axes: int, with_weights: bool) -> None:
    x = random_floats(2, 3, 4, 5)
    shape = x.shape[-axes:]
    weights = [random_floats(*shape, seed=1), random_floats(*shape, seed=2)] if with_weights else []
    weight, bias = (torch.from_numpy(each) for each in weights) if weights else (None, None)
    expected = F.layer_norm(torch.from_numpy(x), shape, weight, bias, 1e-3)
    roles: dict[str, Any] = {"weight": 0, "bias": 1} if with_weights else {}
    result = operator("LayerNorm", x, parameters=weights, epsilon=1e-3, axes=axes, **roles)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("shape", [(2, 6), (2, 6, 5), (2, 6, 3, 4)])
def test_group_norm(groups: int, shape: tuple[int, ...]) -> None:
    x, weight, bias = random_floats(*shape), random_floats(6, seed=1), random_floats(6, seed=2)
    if groups == 6 and len(shape) == 2:
        return  # torch refuses a variance of one element
    expected = F.group_norm(torch.from_numpy(x), groups, torch.from_numpy(weight), torch.from_numpy(bias), 1e-3)
    result = operator("GroupNorm", x, parameters=[weight, bias], weight=0, bias=1, epsilon=1e-3, groups=groups)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 20])
@pytest.mark.parametrize("shape", [(2, 7, 3), (2, 7, 3, 4)])
def test_local_response_norm(size: int, shape: tuple[int, ...]) -> None:
    x = random_floats(*shape) * 3
    expected = F.local_response_norm(torch.from_numpy(x), size, alpha=0.5, beta=0.75, k=2.0)
    result = operator("LocalResponseNorm", x, size=size, alpha=0.5, beta=0.75, k=2.0)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-6)


def parameters_of(layer: nn.RNNBase, suffix: str) -> list[Floats]:
    """weight, recurrent weight and both biases of one direction."""
    names = [f"{name}_l0{suffix}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    return [getattr(layer, name).detach().numpy() for name in names]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("state", [False, True])
def test_lstm(reverse: bool, state: bool) -> None:
    torch.manual_seed(0)
    layer = nn.LSTM(4, 3, batch_first=True, bidirectional=True)
    x, states = random_floats(2, 5, 4), [random_floats(2, 3, seed=i) for i in (1, 2)] if state else []
    direction = int(reverse)
    with torch.no_grad():
        both = [torch.from_numpy(each).expand(2, 2, 3) for each in states]
        y, (h, c) = layer(torch.from_numpy(x), tuple(both) or None)
    weight, recurrent, bias, recurrent_bias = parameters_of(layer, "_reverse" if reverse else "")
    roles: dict[str, Any] = {"weight": 0, "recurrent": 1, "bias": 2}
    made = operators(
        "Lstm", [x, *states], [weight, recurrent, bias + recurrent_bias], has_state=state, reverse=reverse, **roles
    )
    expected = (y[..., 3 * direction : 3 * direction + 3], h[direction], c[direction])
    for mine, theirs in zip(made, expected, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("state", [False, True])
def test_gru(reverse: bool, state: bool) -> None:
    torch.manual_seed(0)
    layer = nn.GRU(4, 3, batch_first=True, bidirectional=True)
    x, states = random_floats(2, 5, 4), [random_floats(2, 3, seed=1)] if state else []
    direction = int(reverse)
    with torch.no_grad():
        y, h = layer(torch.from_numpy(x), torch.from_numpy(states[0]).expand(2, 2, 3).contiguous() if state else None)
    roles: dict[str, Any] = {"weight": 0, "recurrent": 1, "bias": 2, "recurrent_bias": 3}
    parameters = parameters_of(layer, "_reverse" if reverse else "")
    made = operators("Gru", [x, *states], parameters, has_state=state, reverse=reverse, **roles)
    for mine, theirs in zip(made, (y[..., 3 * direction : 3 * direction + 3], h[direction]), strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("kind", "layer"), [("Lstm", nn.LSTM), ("Gru", nn.GRU)])
def test_recurrent_layers_without_biases(kind: str, layer: Callable[..., nn.RNNBase]) -> None:
    torch.manual_seed(0)
    x = random_floats(2, 5, 4)
    made_by_torch = layer(4, 3, bias=False, batch_first=True)
    weights = [made_by_torch.get_parameter(name).detach().numpy() for name in ("weight_ih_l0", "weight_hh_l0")]
    with torch.no_grad():
        expected = made_by_torch(torch.from_numpy(x))[0].numpy()
    made = operators(kind, [x], weights, recurrent=1)
    np.testing.assert_allclose(made[0], expected, rtol=1e-5, atol=1e-6)
