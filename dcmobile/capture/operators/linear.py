"""``y = x W^T + b`` with constant weights, in all the ways to write it."""

from __future__ import annotations

from collections.abc import Mapping

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.operators.matmul import product
from dcmobile.capture.shape_steps import swap_axes
from dcmobile.capture.translation import Unsupported, translates


@translates("aten.linear.default", keep=True)
def linear(call: Call) -> None:
    """``torch.nn.functional.linear``."""
    x = call.value("input")
    if len(x.shape) < 2:
        raise Unsupported("its input has one dimension: add a batch dimension")
    if call.is_constant("weight"):
        if call.weight("weight").values.ndim != 2:
            raise Unsupported("its weight has no dimension of outputs")
        call.emit(operators.Linear(), x, weights=call.weights("weight", "bias"))
        return
    weight = swap_axes(call, call.value("weight"), 0, 1)
    if call.has("bias"):
        call.emit(operators.Add(), product(call, x, weight), call.value("bias"))
    else:
        call.give(product(call, x, weight))


@translates("aten.matmul.default", "aten.mm.default", "aten.bmm.default", keep=True)
def matmul(call: Call) -> None:
    """``a @ b``: Linear if b is a constant matrix."""
    b = "other" if call.operator == "aten.matmul.default" else "mat2"
    if (weights := _matrix(call, b)) is not None and len(call.value("self").shape) >= 2:
        call.emit(operators.Linear(), call.value("self"), weights=weights)
    else:
        call.give(product(call, call.value("self"), call.value(b)))


@translates("aten.addmm.default", keep=True)
def addmm(call: Call) -> None:
    """``beta c + alpha a b``: Linear if b and c are constants that make one."""
    plain = call.real("alpha") == 1 and call.real("beta") == 1
    weights = _matrix(call, "mat2")
    if plain and weights is not None and call.is_constant("self"):
        bias = call.constant("self")
        if bias.numel() == call.shape[-1]:
            flat = call.derived_weight("self", "bias", lambda tensor: tensor.flatten())
            call.emit(operators.Linear(), call.value("mat1"), weights={**weights, "bias": flat.name})
            return
    a = call.value("mat1")
    if weights is not None:
        result = call.step(operators.Linear(), a, shape=call.shape, weights=weights)
    else:
        result = product(call, a, call.value("mat2"))
    c = call.value("self")
    if call.real("alpha") != 1:
        result = call.step(operators.Affine(call.real("alpha")), result, shape=result.shape)
    if call.real("beta") != 1:
        c = call.step(operators.Affine(call.real("beta")), c, shape=c.shape)
    call.emit(operators.Add(), c, result)


def _matrix(call: Call, name: str) -> Mapping[str, str] | None:
    """The weight of a Linear that multiplies by the argument, if that is a constant matrix."""
    if not call.is_constant(name) or call.constant(name).ndim != 2:
        return None
    return {"weight": call.derived_weight(name, "transposed", lambda tensor: tensor.t()).name}
