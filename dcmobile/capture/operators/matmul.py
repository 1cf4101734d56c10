"""Products of two matrices that are both computed."""

from __future__ import annotations

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import reshape
from dcmobile.graph import Value


def product(call: Call, a: Value, b: Value) -> Value:
    """``a @ b`` for values of rank 1 and more, with the axes before the last two broadcast."""
    result = call.shape
    rows = len(a.shape) > 1
    columns = len(b.shape) > 1
    a = a if rows else reshape(call, a, (1, *a.shape))
    b = b if columns else reshape(call, b, (*b.shape, 1))
    shape = (*result[: len(result) - rows - columns], a.shape[-2], b.shape[-1])
    return reshape(call, call.step(operators.MatMul(), a, b, shape=shape), result)
