"""Section 3 of docs/format.md: functions of one element and of two, against torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from one_operator import operator, random_floats
from plain_schema import ENUMERATIONS
from torch import Tensor

# -10 to 10, with zero and the places where the pieces of functions meet.
X = np.linspace(-10, 10, 2 * 3 * 9 * 3, dtype=np.float32).reshape(2, 3, 9, 3)
X[0, 0, 0] = [-3, 0, 3]
X[1, 1, 1] = [6, -6, -0.0]


def gelu_by_tanh(x: Tensor) -> Tensor:
    return F.gelu(x, approximate="tanh")


OF_ONE: list[tuple[str, Callable[[Tensor], Tensor], dict[str, Any]]] = [
    ("Relu", torch.relu, {}),
    ("Clamp", lambda x: x.clamp(-1.5, 2.25), {"low": -1.5, "high": 2.25}),
    ("Clamp", lambda x: x.clamp(min=0.5), {"low": 0.5, "high": np.inf}),
    ("LeakyRelu", lambda x: F.leaky_relu(x, 0.125), {"slope": 0.125}),
    ("LeakyRelu", lambda x: F.leaky_relu(x, -2.0), {"slope": -2.0}),
    ("HardSwish", F.hardswish, {}),
    ("HardSigmoid", F.hardsigmoid, {}),
    ("Sigmoid", torch.sigmoid, {}),
    ("Tanh", torch.tanh, {}),
    ("Silu", F.silu, {}),
    ("Gelu", F.gelu, {}),
    ("Gelu", gelu_by_tanh, {"tanh_approximation": True}),
    ("Exp", torch.exp, {}),
    ("Abs", torch.abs, {}),
    ("Affine", lambda x: 0.5 * x - 3, {"scale": 0.5, "shift": -3.0}),
    ("PowerScalar", lambda x: x**3, {"exponent": 3.0}),
]


@pytest.mark.parametrize(("kind", "function", "attributes"), OF_ONE)
def test_functions_of_one_element(kind: str, function: Callable[[Tensor], Tensor], attributes: dict[str, Any]) -> None:
    expected = function(torch.from_numpy(X).double()).float().numpy()
    np.testing.assert_allclose(operator(kind, X, **attributes), expected, rtol=1e-6, atol=1e-30)


def test_functions_of_positive_elements() -> None:
    x = np.abs(X) + np.float32(0.01)
    t = torch.from_numpy(x).double()
    np.testing.assert_allclose(operator("Log", x), t.log().float().numpy(), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(operator("Sqrt", x), t.sqrt().float().numpy(), rtol=1e-6)
    np.testing.assert_allclose(operator("PowerScalar", x, exponent=-0.75), (t**-0.75).float().numpy(), rtol=1e-6)


@pytest.mark.parametrize("slopes", [1, 3])
def test_prelu(slopes: int) -> None:
    weight = random_floats(slopes)
    expected = F.prelu(torch.from_numpy(X), torch.from_numpy(weight)).numpy()
    np.testing.assert_array_equal(operator("Prelu", X, parameters=[weight]), expected)


def test_channel_affine_is_a_batch_norm() -> None:
    mean, variance, weight, bias = (random_floats(3, seed=i) for i in range(4))
    variance = variance**2 + np.float32(0.1)
    x, *numbers = (torch.from_numpy(each) for each in (X, mean, variance, weight, bias))
    expected = F.batch_norm(x, numbers[0], numbers[1], numbers[2], numbers[3], eps=1e-3)
    scale = weight / np.sqrt(variance + np.float32(1e-3))
    result = operator("ChannelAffine", X, parameters=[scale, bias - mean * scale], bias=1)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-4, atol=1e-5)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "None": lambda x: x,
    "Relu": torch.relu,
    "Relu6": F.relu6,
    "HardSwish": F.hardswish,
    "HardSigmoid": F.hardsigmoid,
    "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "Silu": F.silu,
    "Gelu": F.gelu,
}


@pytest.mark.parametrize("name", ENUMERATIONS["Activation"])
def test_activations_come_last(name: str) -> None:
    number = ENUMERATIONS["Activation"].index(name)
    expected = ACTIVATIONS[name](torch.from_numpy(X + X))
    np.testing.assert_allclose(operator("Add", X, X, activation=number), expected.numpy(), rtol=1e-5, atol=1e-6)


OF_TWO: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Add": torch.add,
    "Subtract": torch.sub,
    "Multiply": torch.mul,
    "Divide": torch.div,
    "Minimum": torch.minimum,
    "Maximum": torch.maximum,
    "Power": torch.pow,
}


@pytest.mark.parametrize("kind", OF_TWO)
@pytest.mark.parametrize(
    ("a", "b"), [((2, 3, 4), (2, 3, 4)), ((2, 1, 4), (2, 3, 1)), ((3, 4), (2, 1, 4)), ((1,), (5,))]
)
def test_functions_of_two(kind: str, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, y = np.abs(random_floats(*a)) + np.float32(0.1), random_floats(*b, seed=1)
    expected = OF_TWO[kind](torch.from_numpy(x), torch.from_numpy(y)).numpy()
    np.testing.assert_allclose(operator(kind, x, y, batch=False), expected, rtol=1e-5, atol=1e-6)
