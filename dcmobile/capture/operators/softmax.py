"""Softmax along one axis, and its logarithm."""

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.translation import translates
from dcmobile.operators import Reduction


@translates("aten._softmax.default")
def softmax(call: Call) -> None:
    """``torch.nn.functional.softmax``."""
    x = call.value("self")
    call.emit(operators.Softmax(call.axis("dim", len(x.shape))), x)


@translates("aten._log_softmax.default")
def log_softmax(call: Call) -> None:
    """``torch.nn.functional.log_softmax``: x - max - log(sum(exp(x - max))), which no small element makes infinite."""
    x = call.value("self")
    axis = call.axis("dim", len(x.shape))
    kept = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    highest = call.step(operators.Reduce(Reduction.Max, (axis,), True), x, shape=kept)
    difference = call.step(operators.Subtract(), x, highest, shape=x.shape)
    grown = call.step(operators.Exp(), difference, shape=x.shape)
    total = call.step(operators.Reduce(Reduction.Sum, (axis,), True), grown, shape=kept)
    call.emit(operators.Subtract(), difference, call.step(operators.Log(), total, shape=kept))
