"""Functions of one element that are no activations."""

from math import log

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.translation import Unsupported, translates

_PLAIN = {
    "aten.exp.default": operators.Exp(),
    "aten.log.default": operators.Log(),
    "aten.sqrt.default": operators.Sqrt(),
    "aten.abs.default": operators.Abs(),
    "aten.neg.default": operators.Affine(-1.0),
    "aten.rsqrt.default": operators.PowerScalar(-0.5),
    "aten.reciprocal.default": operators.PowerScalar(-1.0),
}


@translates(*_PLAIN)
def plain(call: Call) -> None:
    """Functions that are one operator."""
    call.emit(_PLAIN[call.operator], call.value("self"))


@translates("aten.pow.Tensor_Scalar")
def power_scalar(call: Call) -> None:
    """``x ** n``; a square is exact as a product."""
    x, exponent = call.value("self"), call.real("exponent")
    if exponent == 2:
        call.emit(operators.Multiply(), x, x)
    elif exponent == 0.5:
        call.emit(operators.Sqrt(), x)
    elif exponent == 1:
        call.pass_on("self")
    else:
        call.emit(operators.PowerScalar(exponent), x)


@translates("aten.pow.Scalar")
def power_of_number(call: Call) -> None:
    """``n ** x``: exp(x log n)."""
    base = call.real("self")
    if base <= 0:
        raise Unsupported(f"its base is {base:g}, only positive ones are supported")
    x = call.value("exponent")
    call.emit(operators.Exp(), call.step(operators.Affine(log(base)), x, shape=x.shape))


@translates("aten.exp2.default")
def exp2(call: Call) -> None:
    """2 to the power of x."""
    x = call.value("self")
    call.emit(operators.Exp(), call.step(operators.Affine(log(2)), x, shape=x.shape))


@translates("aten.expm1.default")
def expm1(call: Call) -> None:
    """exp(x) - 1."""
    x = call.value("self")
    call.emit(operators.Affine(1.0, -1.0), call.step(operators.Exp(), x, shape=x.shape))


@translates("aten.log1p.default")
def log1p(call: Call) -> None:
    """log(1 + x)."""
    x = call.value("self")
    call.emit(operators.Log(), call.step(operators.Affine(1.0, 1.0), x, shape=x.shape))


@translates("aten.log2.default", "aten.log10.default")
def log_of_base(call: Call) -> None:
    """The logarithm to the base 2 or 10."""
    x, base = call.value("self"), 2 if call.operator == "aten.log2.default" else 10
    call.emit(operators.Affine(1 / log(base)), call.step(operators.Log(), x, shape=x.shape))
