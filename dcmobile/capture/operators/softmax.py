"""Softmax along one axis."""

from dcmobile import operators
from dcmobile.capture.translation import Call, Unsupported, translates


@translates("aten._softmax.default")
def softmax(call: Call) -> None:
    """``torch.nn.functional.softmax`` over any axis but the first."""
    x = call.value("self")
    axis = call.integer("dim") % max(len(x.shape), 1)
    if axis == 0:
        raise Unsupported("over axis 0: only the axes after the first (batch) are supported")
    call.emit(operators.Softmax(axis), x)
