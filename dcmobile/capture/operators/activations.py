"""Activation functions."""

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value

_INFINITY = float("inf")


@translates("aten.relu.default")
def relu(call: Call) -> None:
    """``torch.nn.functional.relu``."""
    call.emit(operators.Relu(), call.value("self"))


@translates("aten.sigmoid.default")
def sigmoid(call: Call) -> None:
    """``torch.sigmoid``."""
    call.emit(operators.Sigmoid(), call.value("self"))


@translates("aten.tanh.default")
def tanh(call: Call) -> None:
    """``torch.tanh``."""
    call.emit(operators.Tanh(), call.value("self"))


@translates("aten.silu.default", keep=True)
def silu(call: Call) -> None:
    """``torch.nn.functional.silu``, also known as swish."""
    call.emit(operators.Silu(), call.value("self"))


@translates("aten.hardswish.default", keep=True)
def hardswish(call: Call) -> None:
    """``torch.nn.functional.hardswish``."""
    call.emit(operators.HardSwish(), call.value("self"))


@translates("aten.hardsigmoid.default", keep=True)
def hardsigmoid(call: Call) -> None:
    """``torch.nn.functional.hardsigmoid``."""
    call.emit(operators.HardSigmoid(), call.value("self"))


@translates("aten.gelu.default", keep=True)
def gelu(call: Call) -> None:
    """``torch.nn.functional.gelu``, exact or by tanh."""
    call.emit(operators.Gelu(call.number("approximate") == "tanh"), call.value("self"))


@translates("aten.hardtanh.default", keep=True)
def hardtanh(call: Call) -> None:
    """``torch.nn.functional.hardtanh``; from 0 to 6 it is ReLU6."""
    call.emit(operators.Clamp(call.real("min_val"), call.real("max_val")), call.value("self"))


@translates("aten.relu6.default", keep=True)
def relu6(call: Call) -> None:
    """``torch.nn.functional.relu6``."""
    call.emit(operators.Clamp(0.0, 6.0), call.value("self"))


@translates("aten.clamp.default")
def clamp(call: Call) -> None:
    """``torch.clamp`` between numbers; without an upper end, from 0, it is Relu."""
    low = call.real("min") if call.has("min") else -_INFINITY
    high = call.real("max") if call.has("max") else _INFINITY
    if (low, high) == (0, _INFINITY):
        call.emit(operators.Relu(), call.value("self"))
    elif low > high:
        raise Unsupported(f"its least value {low:g} is greater than its greatest, {high:g}")
    else:
        call.emit(operators.Clamp(low, high), call.value("self"))


@translates("aten.leaky_relu.default", keep=True)
def leaky_relu(call: Call) -> None:
    """``torch.nn.functional.leaky_relu``."""
    call.emit(operators.LeakyRelu(call.real("negative_slope")), call.value("self"))


@translates("aten.prelu.default", keep=True)
def prelu(call: Call) -> None:
    """``torch.nn.functional.prelu``: one slope, or one for each channel."""
    x = call.value("self")
    slopes = call.derived_weight("weight", "slopes", lambda weight: weight.flatten())
    if slopes.values.size > 1 and (len(x.shape) < 2 or slopes.values.size != x.shape[1]):
        raise Unsupported(f"its {slopes.values.size} slopes are not those of axis 1 of {list(x.shape)}")
    call.emit(operators.Prelu(), x, weights={"weight": slopes.name})


@translates("aten.elu.default", keep=True)
def elu(call: Call) -> None:
    """``torch.nn.functional.elu`` and ``selu``: x above 0, else alpha (exp(x) - 1), all scaled."""
    x = call.value("self")
    alpha, scale, inner = call.real("alpha"), call.real("scale"), call.real("input_scale")
    below = call.step(operators.Clamp(-_INFINITY, 0.0), x, shape=x.shape)
    if inner != 1:
        below = call.step(operators.Affine(inner), below, shape=x.shape)
    below = call.step(operators.Exp(), below, shape=x.shape)
    below = call.step(operators.Affine(alpha * scale, -alpha * scale), below, shape=x.shape)
    above = call.step(operators.Relu(), x, shape=x.shape)
    if scale != 1:
        above = call.step(operators.Affine(scale), above, shape=x.shape)
    call.emit(operators.Add(), above, below)


@translates("aten.softplus.default", keep=True)
def softplus(call: Call) -> None:
    """``torch.nn.functional.softplus``: log(1 + exp(x)), without overflow."""
    x, beta = call.value("self"), call.real("beta")
    scaled = x if beta == 1 else call.step(operators.Affine(beta), x, shape=x.shape)
    parts = _softplus_parts(call, scaled)
    if beta == 1:
        call.emit(operators.Add(), *parts)
    else:
        call.emit(operators.Affine(1 / beta), call.step(operators.Add(), *parts, shape=x.shape))


@translates("aten.mish.default", keep=True)
def mish(call: Call) -> None:
    """``torch.nn.functional.mish``: x tanh(softplus(x))."""
    x = call.value("self")
    soft = call.step(operators.Add(), *_softplus_parts(call, x), shape=x.shape)
    call.emit(operators.Multiply(), x, call.step(operators.Tanh(), soft, shape=x.shape))


@translates("aten.log_sigmoid.default", keep=True)
def log_sigmoid(call: Call) -> None:
    """``torch.nn.functional.logsigmoid``: -softplus(-x)."""
    x = call.value("self")
    negative = call.step(operators.Affine(-1.0), x, shape=x.shape)
    soft = call.step(operators.Add(), *_softplus_parts(call, negative), shape=x.shape)
    call.emit(operators.Affine(-1.0), soft)


def _softplus_parts(call: Call, x: Value) -> tuple[Value, Value]:
    """max(x, 0) and log(1 + exp(-|x|)), whose sum is log(1 + exp(x))."""
    size = call.step(operators.Abs(), x, shape=x.shape)
    negative = call.step(operators.Affine(-1.0), size, shape=x.shape)
    grown = call.step(operators.Exp(), negative, shape=x.shape)
    logarithm = call.step(operators.Log(), call.step(operators.Affine(1.0, 1.0), grown, shape=x.shape), shape=x.shape)
    return call.step(operators.Relu(), x, shape=x.shape), logarithm
