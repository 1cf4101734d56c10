"""Functions of one element and of two: section 3 of docs/format.md."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from plain_arrays import Doubles, Function, Running


def relu6(x: Doubles) -> Doubles:
    return np.clip(x, 0.0, 6.0)


def hard_sigmoid(x: Doubles) -> Doubles:
    return relu6(x + 3) / 6


def hard_swish(x: Doubles) -> Doubles:
    return x * hard_sigmoid(x)


def sigmoid(x: Doubles) -> Doubles:
    return 1 / (1 + np.exp(-x))


def silu(x: Doubles) -> Doubles:
    return x * sigmoid(x)


def gelu(x: Doubles) -> Doubles:
    erf = np.vectorize(math.erf, otypes=[np.float64])
    result: Doubles = x * (1 + erf(x / math.sqrt(2))) / 2
    return result


def gelu_by_tanh(x: Doubles) -> Doubles:
    result: Doubles = x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    return result


def relu(x: Doubles) -> Doubles:
    return np.maximum(x, 0.0)


def unchanged(x: Doubles) -> Doubles:
    return x


ACTIVATIONS: dict[str, Callable[[Doubles], Doubles]] = {
    "None": unchanged,
    "Relu": relu,
    "Relu6": relu6,
    "HardSwish": hard_swish,
    "HardSigmoid": hard_sigmoid,
    "Sigmoid": sigmoid,
    "Tanh": np.tanh,
    "Silu": silu,
    "Gelu": gelu,
}


def _clamp(op: Running) -> Doubles:
    return np.clip(op.x, op.attributes["low"], op.attributes["high"])


def _leaky_relu(op: Running) -> Doubles:
    return np.where(op.x >= 0, op.x, op.attributes["slope"] * op.x)


def _prelu(op: Running) -> Doubles:
    return np.where(op.x >= 0, op.x, by_channel(op.weight(), op.x) * op.x)


def by_channel(numbers: Doubles, x: Doubles) -> Doubles:
    """One number for each channel (axis 1) of x, or one for all, ready to be broadcast against x."""
    return numbers if numbers.size == 1 else numbers.reshape(-1, *[1] * (x.ndim - 2))


def _gelu(op: Running) -> Doubles:
    return gelu_by_tanh(op.x) if op.attributes["tanh_approximation"] else gelu(op.x)


def _affine(op: Running) -> Doubles:
    result: Doubles = op.attributes["scale"] * op.x + op.attributes["shift"]
    return result


def _power_scalar(op: Running) -> Doubles:
    result: Doubles = np.power(op.x, op.attributes["exponent"])
    return result


def _channel_affine(op: Running) -> Doubles:
    return op.x * by_channel(op.weight(), op.x) + by_channel(op.weight("bias"), op.x)


def _of_one(function: Callable[[Doubles], Any]) -> Function:
    return lambda op: function(op.x)


def _of_two(function: Callable[[Doubles, Doubles], Any]) -> Function:
    return lambda op: function(op.inputs[0], op.inputs[1])


FUNCTIONS: dict[str, Function] = {
    "Relu": _of_one(relu),
    "Clamp": _clamp,
    "LeakyRelu": _leaky_relu,
    "Prelu": _prelu,
    "HardSwish": _of_one(hard_swish),
    "HardSigmoid": _of_one(hard_sigmoid),
    "Sigmoid": _of_one(sigmoid),
    "Tanh": _of_one(np.tanh),
    "Silu": _of_one(silu),
    "Gelu": _gelu,
    "Exp": _of_one(np.exp),
    "Log": _of_one(np.log),
    "Sqrt": _of_one(np.sqrt),
    "Abs": _of_one(np.abs),
    "Affine": _affine,
    "PowerScalar": _power_scalar,
    "ChannelAffine": _channel_affine,
    "Add": _of_two(np.add),
    "Subtract": _of_two(np.subtract),
    "Multiply": _of_two(np.multiply),
    "Divide": _of_two(np.divide),
    "Minimum": _of_two(np.minimum),
    "Maximum": _of_two(np.maximum),
    "Power": _of_two(np.power),
}
