"""Functions of one and of two elements, each from a file through the runtime, against torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from run_operator import assert_close, dense_weights, run_operator
from torch import Tensor
from torch.nn import functional

from dcmobile.operators import (
    Abs,
    Activation,
    Add,
    Affine,
    Attributes,
    ChannelAffine,
    Clamp,
    Divide,
    Exp,
    Gelu,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    Log,
    Maximum,
    Minimum,
    Multiply,
    Power,
    PowerScalar,
    Prelu,
    Relu,
    Sigmoid,
    Silu,
    Sqrt,
    Subtract,
    Tanh,
)

SHAPES = [(1, 1), (3,), (2, 17), (1, 5, 3), (2, 3, 7, 5), (4, 1, 1, 9), (2, 2, 2, 2, 2), (3, 64, 19, 23)]


def _names(cases: list[tuple[Attributes, Any]]) -> list[str]:
    return [str(attributes) for attributes, _ in cases]


UNARY: list[tuple[Attributes, Callable[[Tensor], Tensor]]] = [
    (Relu(), torch.relu),
    (Clamp(0.0, 6.0), functional.relu6),
    (Clamp(-1.0, 1.0), functional.hardtanh),
    (Clamp(-0.5, float("inf")), lambda x: x.clamp(min=-0.5)),
    (LeakyRelu(0.01), functional.leaky_relu),
    (HardSwish(), functional.hardswish),
    (HardSigmoid(), functional.hardsigmoid),
    (Sigmoid(), torch.sigmoid),
    (Tanh(), torch.tanh),
    (Silu(), functional.silu),
    (Gelu(), functional.gelu),
    (Gelu(tanh_approximation=True), lambda x: functional.gelu(x, approximate="tanh")),
    (Exp(), torch.exp),
    (Abs(), torch.abs),
    (Affine(-2.5, 0.75), lambda x: -2.5 * x + 0.75),
    (PowerScalar(2.0), lambda x: x**2),
    (PowerScalar(3.0), lambda x: x**3),
]

UNARY_OF_POSITIVE: list[tuple[Attributes, Callable[[Tensor], Tensor]]] = [
    (Log(), torch.log),
    (Sqrt(), torch.sqrt),
    (PowerScalar(0.5), lambda x: x**0.5),
    (PowerScalar(-0.5), torch.rsqrt),
    (PowerScalar(-1.0), torch.reciprocal),
    (PowerScalar(1.7), lambda x: x**1.7),
]


@pytest.mark.parametrize(("attributes", "function"), UNARY, ids=_names(UNARY))
def test_functions_of_one_element(attributes: Attributes, function: Callable[[Tensor], Tensor]) -> None:
    for seed, shape in enumerate(SHAPES):
        x = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 4
        for batch in (True, False):
            (found,) = run_operator(attributes, x, batch=batch, threads=2)
            assert_close(found, function(x), 1e-6)


@pytest.mark.parametrize(("attributes", "function"), UNARY_OF_POSITIVE, ids=_names(UNARY_OF_POSITIVE))
def test_functions_of_one_positive_element(attributes: Attributes, function: Callable[[Tensor], Tensor]) -> None:
    for seed, shape in enumerate(SHAPES):
        x = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 5 + 0.1
        (found,) = run_operator(attributes, x)
        assert_close(found, function(x), 1e-6)


@pytest.mark.parametrize("slopes", [1, 6])
def test_prelu(slopes: int) -> None:
    generator = torch.Generator().manual_seed(slopes)
    weight = torch.randn(slopes, generator=generator)
    for shape in [(2, 6), (3, 6, 5), (2, 6, 9, 4), (1, 6, 2, 3, 2)]:
        x = torch.randn(shape, generator=generator)
        (found,) = run_operator(Prelu(), x, weights=dense_weights(weight=weight))
        assert_close(found, functional.prelu(x, weight), 1e-6)


@pytest.mark.parametrize("activation", [Activation.None_, Activation.Relu, Activation.HardSwish])
def test_channel_affine_is_batch_norm(activation: Activation) -> None:
    generator = torch.Generator().manual_seed(int(activation))
    for shape in [(2, 7), (3, 7, 5), (2, 7, 9, 4)]:
        x = torch.randn(shape, generator=generator)
        mean, gamma, beta = (torch.randn(7, generator=generator) for _ in range(3))
        variance = torch.rand(7, generator=generator) + 0.5
        scale = gamma / torch.sqrt(variance + 1e-5)
        (found,) = run_operator(
            ChannelAffine(activation), x, weights=dense_weights(weight=scale, bias=beta - mean * scale)
        )
        expected = functional.batch_norm(x, mean, variance, gamma, beta)
        assert_close(found, _ACTIVATIONS[activation](expected))


_ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    Activation.None_: lambda x: x,
    Activation.Relu: torch.relu,
    Activation.Relu6: functional.relu6,
    Activation.HardSwish: functional.hardswish,
    Activation.HardSigmoid: functional.hardsigmoid,
    Activation.Sigmoid: torch.sigmoid,
    Activation.Tanh: torch.tanh,
    Activation.Silu: functional.silu,
    Activation.Gelu: functional.gelu,
}

BINARY: list[tuple[Attributes, Callable[[Tensor, Tensor], Tensor]]] = [
    (Add(), torch.add),
    (Subtract(), torch.sub),
    (Multiply(), torch.mul),
    (Divide(), torch.div),
    (Minimum(), torch.minimum),
    (Maximum(), torch.maximum),
    (Power(), torch.pow),
]

# Of two operands without the batch. The last is a squeeze-and-excite block's.
PAIRS = [
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((1,), (2, 3)),
    ((3, 1), (1, 5)),
    ((2, 3, 4, 5), (3, 1, 1)),
    ((2, 1, 4, 1), (3, 1, 5)),
    ((2, 1, 2, 1, 2), (1, 3, 1, 3, 1)),
    ((2, 3, 1, 1), (2, 3, 4, 5)),
    ((2, 40, 31, 33), (2, 40, 1, 1)),
]


def _positive(shape: tuple[int, ...], seed: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) + 0.25


@pytest.mark.parametrize(("attributes", "function"), BINARY, ids=_names(BINARY))
def test_functions_of_two_elements(attributes: Attributes, function: Callable[[Tensor, Tensor], Tensor]) -> None:
    for a_shape, b_shape in PAIRS:
        a, b = _positive(a_shape, 1), _positive(b_shape, 2)
        (found,) = run_operator(attributes, a, b, batch=False)
        assert_close(found, function(a, b), 1e-6)
        (found,) = run_operator(attributes, b, a, batch=False, threads=2)
        assert_close(found, function(b, a), 1e-6)


@pytest.mark.parametrize(("attributes", "function"), BINARY, ids=_names(BINARY))
def test_the_batch_and_a_constant(attributes: Attributes, function: Callable[[Tensor, Tensor], Tensor]) -> None:
    for x_shape, constant_shape in [
        ((5, 3, 4), (4,)),
        ((5, 3, 4), (1, 3, 4)),
        ((5, 3, 1), (3, 4)),
        ((5, 3, 4, 6), (3, 1, 1)),
        ((5, 1, 4, 6), (1, 3, 1, 6)),
        ((5, 9), (1,)),
    ]:
        x, constant = _positive(x_shape, 3), _positive(constant_shape, 4)
        (found,) = run_operator(attributes, x, constants=[constant])
        assert_close(found, function(x, constant), 1e-6)
        (found,) = run_operator(attributes, x, constants=[constant], constants_first=True)
        assert_close(found, function(constant, x), 1e-6)


@pytest.mark.parametrize("activation", list(Activation))
@pytest.mark.parametrize("kind", [Add, Subtract, Multiply, Divide])
def test_fused_activations(kind: type[Add | Subtract | Multiply | Divide], activation: Activation) -> None:
    a = torch.randn((3, 5, 37, 41), generator=torch.Generator().manual_seed(5)) * 4
    b = _positive((3, 5, 1, 1), 6)
    function = {type(attributes): function for attributes, function in BINARY}[kind]
    (found,) = run_operator(kind(activation), a, b, threads=2)
    assert_close(found, _ACTIVATIONS[activation](function(a, b)), 1e-6)
