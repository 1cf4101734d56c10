"""Normalisations and Softmax, each from a file through the runtime, against torch."""

from __future__ import annotations

import pytest
import torch
from run_operator import assert_close, dense_weights, random_tensor, run_operator
from torch import Tensor
from torch.nn import functional

from dcmobile.graph import Weight
from dcmobile.operators import GroupNorm, LayerNorm, LocalResponseNorm, Softmax


def _roles(weight: Tensor | None, bias: Tensor | None) -> dict[str, Weight]:
    given = {"weight": weight, "bias": bias}
    return dense_weights(**{role: tensor for role, tensor in given.items() if tensor is not None})


@pytest.mark.parametrize("roles", ["", "weight", "bias", "weight bias"])
@pytest.mark.parametrize(
    ("shape", "axes"), [((2, 5), 1), ((3, 7, 64), 1), ((2, 3, 4, 5), 1), ((2, 3, 4, 5), 2), ((2, 3, 4, 5), 3)]
)
def test_layer_norm(shape: tuple[int, ...], axes: int, roles: str) -> None:
    last = shape[-axes:]
    weight = random_tensor(1, *last) if "weight" in roles else None
    bias = random_tensor(2, *last) if "bias" in roles else None
    for seed, (scale, shift) in enumerate([(1.0, 0.0), (0.01, 0.0), (1.0, 1000.0)]):
        x = random_tensor(3 + seed, *shape) * scale + shift
        for batch in (True, False):
            (found,) = run_operator(LayerNorm(1e-5, axes), x, weights=_roles(weight, bias), batch=batch, threads=2)
            # In double precision: torch's own float32 result is further off than ours for inputs far from 0.
            wide = [None if each is None else each.double() for each in (weight, bias)]
            expected = functional.layer_norm(x.double(), last, wide[0], wide[1], 1e-5).float()
            assert_close(found, expected, 2e-6)


@pytest.mark.parametrize("roles", ["", "weight", "bias", "weight bias"])
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_norm(groups: int, roles: str) -> None:
    weight = random_tensor(1, 6) if "weight" in roles else None
    bias = random_tensor(2, 6) if "bias" in roles else None
    shapes: list[tuple[int, ...]] = [(3, 6, 5), (2, 6, 9, 4), (1, 6, 2, 3, 2)]
    for shape in shapes:
        x = random_tensor(3, *shape) * 2 + 1
        (found,) = run_operator(GroupNorm(1e-5, groups), x, weights=_roles(weight, bias), threads=2)
        assert_close(found, functional.group_norm(x, groups, weight, bias, 1e-5))


def test_instance_norm_is_a_group_norm_of_one_channel() -> None:
    x = random_tensor(1, 2, 5, 7, 6)
    (found,) = run_operator(GroupNorm(1e-5, 5), x)
    assert_close(found, functional.instance_norm(x))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("beta", [0.75, 0.5, 1.0])
def test_local_response_norm(size: int, beta: float) -> None:
    shapes: list[tuple[int, ...]] = [(2, 4, 6), (3, 7, 5, 4), (1, 96, 13, 13), (2, 1, 3, 3)]
    for shape in shapes:
        x = random_tensor(size, *shape) * 3
        for alpha, k in ((1e-4, 1.0), (0.5, 2.0)):
            (found,) = run_operator(LocalResponseNorm(size, alpha, beta, k), x, threads=2)
            assert_close(found, functional.local_response_norm(x, size, alpha, beta, k))


@pytest.mark.parametrize("shape", [(4,), (2, 5), (2, 3, 4), (3, 10, 7, 5), (2, 2, 2, 2, 2)])
def test_softmax(shape: tuple[int, ...]) -> None:
    x = random_tensor(len(shape), *shape) * 10
    for axis in range(len(shape)):
        for batch in (False, True):
            if axis > 0 or not batch:
                (found,) = run_operator(Softmax(axis), x, batch=batch, threads=2)
                assert_close(found, torch.softmax(x, axis), 1e-6)
