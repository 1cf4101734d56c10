"""One number in the place of many: mean, sum, extremes, variance, norms."""

from __future__ import annotations

from math import prod

from dcmobile import operators
from dcmobile.capture.call import Call, Shape
from dcmobile.capture.shape_steps import reshape
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value
from dcmobile.operators import Reduction

_REDUCTIONS = {
    "aten.mean.dim": Reduction.Mean,
    "aten.sum.dim_IntList": Reduction.Sum,
    "aten.amax.default": Reduction.Max,
    "aten.amin.default": Reduction.Min,
}


@translates(*_REDUCTIONS)
def reduce(call: Call) -> None:
    """``mean``, ``sum``, ``amax`` and ``amin`` along some axes."""
    x = call.value("self")
    axes, keep = _axes(call, x), bool(call.number("keepdim"))
    call.emit(operators.Reduce(_REDUCTIONS[call.operator], axes, keep), x)


@translates("aten.max.dim", "aten.min.dim")
def extreme(call: Call) -> None:
    """``max`` and ``min`` along an axis, without the indices."""
    x = call.value("self")
    which = Reduction.Max if call.operator == "aten.max.dim" else Reduction.Min
    attributes = operators.Reduce(which, _axes(call, x), bool(call.number("keepdim")))
    call.give_all([call.step(attributes, x, shape=call.result_shape(0)), None])


@translates("aten.var.correction", "aten.std.correction", keep=True)
def variance(call: Call) -> None:
    """``var`` and ``std`` along some axes: the mean of squared differences from the mean, corrected."""
    x = call.value("self")
    axes = _axes(call, x)
    count = prod(x.shape[axis] for axis in axes)
    correction = call.real("correction") if call.has("correction") else 1.0
    if count <= correction:
        raise Unsupported(f"over {count} elements with correction {correction:g}")
    mean = _kept(call, Reduction.Mean, x, axes)
    difference = call.step(operators.Subtract(), x, mean, shape=x.shape)
    square = call.step(operators.Multiply(), difference, difference, shape=x.shape)
    result = _kept(call, Reduction.Mean, square, axes)
    if correction:
        result = call.step(operators.Affine(count / (count - correction)), result, shape=result.shape)
    if call.operator == "aten.std.correction":
        result = call.step(operators.Sqrt(), result, shape=result.shape)
    call.give(reshape(call, result, call.shape))


@translates("aten.linalg_vector_norm.default", keep=True)
def vector_norm(call: Call) -> None:
    """The 1-, 2- or maximum norm along some axes."""
    x, order = call.value("self"), call.real("ord")
    axes = _axes(call, x)
    if order == 2:
        square = call.step(operators.Multiply(), x, x, shape=x.shape)
        total = _kept(call, Reduction.Sum, square, axes)
        result = call.step(operators.Sqrt(), total, shape=total.shape)
    elif order in (1, float("inf")):
        size = call.step(operators.Abs(), x, shape=x.shape)
        result = _kept(call, Reduction.Sum if order == 1 else Reduction.Max, size, axes)
    else:
        raise Unsupported(f"of order {order:g}, only 1, 2 and infinity are supported")
    call.give(reshape(call, result, call.shape))


@translates("aten.logsumexp.default", keep=True)
def logsumexp(call: Call) -> None:
    """``log(sum(exp(x)))`` along some axes, without overflow."""
    x = call.value("self")
    axes = _axes(call, x)
    highest = _kept(call, Reduction.Max, x, axes)
    difference = call.step(operators.Subtract(), x, highest, shape=x.shape)
    grown = call.step(operators.Exp(), difference, shape=x.shape)
    total = _kept(call, Reduction.Sum, grown, axes)
    logarithm = call.step(operators.Log(), total, shape=total.shape)
    result = call.step(operators.Add(), highest, logarithm, shape=total.shape)
    call.give(reshape(call, result, call.shape))


def _axes(call: Call, x: Value) -> tuple[int, ...]:
    axes = call.axes("dim", len(x.shape))
    if len(axes) == len(x.shape) and not call.number("keepdim"):
        raise Unsupported("over all axes: its result has no dimension, keep the first (batch)")
    return axes


def _kept(call: Call, which: Reduction, x: Value, axes: tuple[int, ...]) -> Value:
    shape: Shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    return call.step(operators.Reduce(which, axes, True), x, shape=shape)
