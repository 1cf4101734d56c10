"""Sum of two values."""

from dcmobile import operators
from dcmobile.capture.translation import Call, Unsupported, translates


@translates("aten.add.Tensor")
def add(call: Call) -> None:
    """``a + b`` for two computed values of one shape."""
    a, b = call.value("self"), call.value("other")
    if call.number("alpha") != 1:
        raise Unsupported(f"alpha is {call.number('alpha')}, only 1 is supported")
    if a.shape != b.shape:
        raise Unsupported(f"it broadcasts {list(a.shape)} and {list(b.shape)}, only equal shapes are supported")
    call.emit(operators.Add(), a, b)
