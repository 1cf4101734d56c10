"""Attention, Embedding, Lstm and Gru of the runtime against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from run_operator import FORMS, assert_close, dense_weights, layer_weight, open_operator, random_tensor, run_operator
from torch import nn

from dcmobile.errors import CallError, Code
from dcmobile.graph import Weight
from dcmobile.operators import Attention, Embedding, Gru, Lstm

# --- Attention ---

# The axes before, queries, keys, features of q and k, features of v.
ATTENTIONS = [
    ((1,), 1, 1, 1, 1),
    ((2,), 5, 5, 8, 8),
    ((3,), 4, 9, 7, 3),
    ((2, 3), 9, 4, 16, 5),
    ((1, 4), 17, 17, 32, 32),
    ((2, 2, 3), 3, 6, 10, 12),
    ((2, 1, 2, 1), 70, 65, 33, 9),
]


def attention_inputs(before: tuple[int, ...], queries: int, keys: int, e: int, f: int) -> tuple[torch.Tensor, ...]:
    shapes = ((*before, queries, e), (*before, keys, e), (*before, keys, f))
    return tuple(random_tensor(seed, *shape) for seed, shape in enumerate(shapes))


@pytest.mark.parametrize("sizes", ATTENTIONS)
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("batch", [False, True])
def test_attention(sizes: tuple[tuple[int, ...], int, int, int, int], causal: bool, batch: bool) -> None:
    q, k, v = attention_inputs(*sizes)
    for scale in (None, 0.7):
        expected = F.scaled_dot_product_attention(q, k, v, is_causal=causal, scale=scale)
        attributes = Attention(q.shape[-1] ** -0.5 if scale is None else scale, causal)
        assert_close(run_operator(attributes, q, k, v, batch=batch)[0], expected)


@pytest.mark.parametrize("mask_shape", [(2, 3, 5, 6), (2, 1, 5, 6), (2, 3, 1, 6), (2, 3, 5, 1), (2, 1, 1, 1)])
def test_attention_with_a_mask_of_each_sample(mask_shape: tuple[int, ...]) -> None:
    q, k, v = attention_inputs((2, 3), 5, 6, 8, 4)
    mask = random_tensor(9, *mask_shape)
    expected = F.scaled_dot_product_attention(q, k, v, mask)
    assert_close(run_operator(Attention(8**-0.5), q, k, v, mask)[0], expected)


@pytest.mark.parametrize("mask_shape", [(5, 6), (6,), (5, 1), (3, 1, 6), (1, 3, 5, 6), (1, 1, 5, 6)])
def test_attention_with_a_constant_mask(mask_shape: tuple[int, ...]) -> None:
    q, k, v = attention_inputs((2, 3), 5, 6, 8, 4)
    mask = random_tensor(9, *mask_shape)
    expected = F.scaled_dot_product_attention(q, k, v, mask.expand(2, 3, 5, 6))
    assert_close(run_operator(Attention(8**-0.5), q, k, v, constants=[mask])[0], expected)


def test_attention_of_queries_that_see_nothing() -> None:
    q, k, v = attention_inputs((2, 3), 5, 6, 8, 4)
    keep = random_tensor(9, 2, 3, 5, 6) > 0
    keep[0, 1, 2] = False
    mask = torch.zeros(keep.shape).masked_fill(~keep, -torch.inf)
    expected = F.scaled_dot_product_attention(q, k, v, keep)
    assert not expected[0, 1, 2].any()
    assert_close(run_operator(Attention(8**-0.5), q, k, v, mask)[0], expected)


def test_attention_with_a_mask_and_causal() -> None:
    q, k, v = attention_inputs((2, 3), 5, 6, 8, 4)
    mask = random_tensor(9, 2, 1, 5, 6)
    both = mask.masked_fill(~torch.ones(5, 6, dtype=torch.bool).tril(), -torch.inf)
    expected = F.scaled_dot_product_attention(q, k, v, both)
    assert_close(run_operator(Attention(8**-0.5, causal=True), q, k, v, mask)[0], expected)


# --- Embedding ---


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", [(1,), (7,), (3, 5), (2, 3, 4), (2, 1, 2, 1, 2, 1, 3)])
@pytest.mark.parametrize(("rows", "features"), [(1, 1), (10, 1), (33, 24), (2, 300)])
def test_embedding(form: str, shape: tuple[int, ...], rows: int, features: int) -> None:
    weight = layer_weight(form, 3, rows, features)
    x = torch.from_numpy(np.random.default_rng(4).integers(0, rows, shape))
    expected = F.embedding(x, torch.from_numpy(weight.values))
    for batch in (False, True):
        (result,) = run_operator(Embedding(), x.float(), weights={"weight": weight}, batch=batch, threads=2)
        assert torch.equal(result, expected)


@pytest.mark.parametrize("bad", [-1.0, 10.0, 2.5, 1e20, float("inf"), float("nan")])
def test_embedding_refuses_what_is_no_row(bad: float) -> None:
    x = torch.tensor([[0.0, 9.0, bad, 1.0]])
    model = open_operator(Embedding(), x, weights={"weight": layer_weight("dense", 3, 10, 4)})
    with pytest.raises(CallError, match="whole numbers from 0 to 9") as raised:
        model(x)
    assert raised.value.code == Code.CALL_VALUE
    assert model(torch.zeros(1, 4)).shape == (1, 4, 4)  # and the model can still be used


# --- Lstm and Gru ---

# Samples, steps, features, hidden.
SEQUENCES = [(1, 1, 1, 1), (3, 7, 5, 4), (2, 20, 16, 33), (4, 2, 40, 9), (1, 50, 13, 24)]


def recurrent_weights(layer: nn.LSTM | nn.GRU, form: str) -> dict[str, Weight]:
    """Gives the layer weights of the form, and returns them and the biases as the format has them."""
    own = dict(layer.named_parameters())
    weights = {
        "weight": layer_weight(form, 5, *own["weight_ih_l0"].shape),
        "recurrent": layer_weight(form, 6, *own["weight_hh_l0"].shape),
    }
    with torch.no_grad():
        own["weight_ih_l0"].copy_(torch.from_numpy(weights["weight"].values))
        own["weight_hh_l0"].copy_(torch.from_numpy(weights["recurrent"].values))
    return weights | (biases(layer, own["bias_ih_l0"], own["bias_hh_l0"]) if layer.bias else {})


def biases(layer: nn.LSTM | nn.GRU, b_ih: torch.Tensor, b_hh: torch.Tensor) -> dict[str, Weight]:
    if isinstance(layer, nn.LSTM):
        return dense_weights(bias=b_ih + b_hh)
    return dense_weights(bias=b_ih, recurrent_bias=b_hh)


def reversed_steps(x: torch.Tensor, reverse: bool) -> torch.Tensor:
    return x.flip(1) if reverse else x


@pytest.mark.parametrize("sizes", SEQUENCES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("has_state", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_lstm(sizes: tuple[int, int, int, int], form: str, has_state: bool, reverse: bool) -> None:
    samples, steps, features, hidden = sizes
    layer = nn.LSTM(features, hidden, batch_first=True, bias=steps != 2)
    weights = recurrent_weights(layer, form)
    x = random_tensor(1, samples, steps, features)
    states = [random_tensor(seed, samples, hidden) for seed in (2, 3)] if has_state else []
    with torch.no_grad():
        y, (h, c) = layer(reversed_steps(x, reverse), tuple(each[None] for each in states) if has_state else None)
    expected = (reversed_steps(y, reverse), h[0], c[0])
    for batch in (False, True):
        results = run_operator(Lstm(has_state, reverse), x, *states, weights=weights, batch=batch, threads=2)
        for result, each in zip(results, expected, strict=True):
            assert_close(result, each)


@pytest.mark.parametrize("sizes", SEQUENCES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("has_state", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_gru(sizes: tuple[int, int, int, int], form: str, has_state: bool, reverse: bool) -> None:
    samples, steps, features, hidden = sizes
    layer = nn.GRU(features, hidden, batch_first=True, bias=steps != 2)
    weights = recurrent_weights(layer, form)
    x = random_tensor(1, samples, steps, features)
    states = [random_tensor(2, samples, hidden)] if has_state else []
    with torch.no_grad():
        y, h = layer(reversed_steps(x, reverse), states[0][None] if has_state else None)
    expected = (reversed_steps(y, reverse), h[0])
    for batch in (False, True):
        results = run_operator(Gru(has_state, reverse), x, *states, weights=weights, batch=batch, threads=2)
        for result, each in zip(results, expected, strict=True):
            assert_close(result, each)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_both_directions_of_torch(kind: type[nn.LSTM | nn.GRU]) -> None:
    layer = kind(6, 5, batch_first=True, bidirectional=True)
    parameters = dict(layer.named_parameters())
    x = random_tensor(1, 3, 8, 6)
    with torch.no_grad():
        expected = layer(x)[0]
    halves = []
    for direction in ("", "_reverse"):
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        w_ih, w_hh, b_ih, b_hh = (parameters[name + direction].detach() for name in names)
        weights = dense_weights(weight=w_ih, recurrent=w_hh) | biases(layer, b_ih, b_hh)
        attributes = (Lstm if kind is nn.LSTM else Gru)(reverse=direction != "")
        halves.append(run_operator(attributes, x, weights=weights)[0])
    assert_close(torch.cat(halves, 2), expected)
