"""Functions of two tensors, or of a tensor and a number."""

from __future__ import annotations

from math import isfinite

import numpy as np
import torch
from torch import fx

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.float32 import as_float32
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value


@translates("aten.add.Tensor", "aten.add.Scalar")
def add(call: Call) -> None:
    """``a + alpha b``."""
    alpha = call.real("alpha")
    a, b = call.raw("self"), call.raw("other")
    if (numbers := _numbers(call, b)) is not None:
        _affine(call, a, torch.ones(1), alpha * numbers)
    elif (numbers := _numbers(call, a)) is not None:
        _affine(call, b, torch.full((1,), alpha), numbers)
    else:
        call.emit(operators.Add(), call.value("self"), _scaled(call, call.value("other"), alpha))


@translates("aten.sub.Tensor")
def subtract(call: Call) -> None:
    """``a - alpha b``."""
    alpha = call.real("alpha")
    a, b = call.raw("self"), call.raw("other")
    if (numbers := _numbers(call, b)) is not None:
        _affine(call, a, torch.ones(1), -alpha * numbers)
    elif (numbers := _numbers(call, a)) is not None:
        _affine(call, b, torch.full((1,), -alpha), numbers)
    else:
        call.emit(operators.Subtract(), call.value("self"), _scaled(call, call.value("other"), alpha))


@translates("aten.mul.Tensor", "aten.mul.Scalar")
def multiply(call: Call) -> None:
    """``a b``."""
    a, b = call.raw("self"), call.raw("other")
    if (numbers := _numbers(call, b)) is not None:
        _affine(call, a, numbers, torch.zeros(1))
    elif (numbers := _numbers(call, a)) is not None:
        _affine(call, b, numbers, torch.zeros(1))
    else:
        call.emit(operators.Multiply(), call.value("self"), call.value("other"))


@translates("aten.div.Tensor")
def divide(call: Call) -> None:
    """``a / b``."""
    a, b = call.raw("self"), call.raw("other")
    if (numbers := _numbers(call, b)) is not None:
        _affine(call, a, 1 / numbers, torch.zeros(1))
    elif (numbers := _numbers(call, a)) is not None and numbers.numel() == 1:
        x = call.value("other")
        inverse = call.step(operators.PowerScalar(-1.0), x, shape=x.shape)
        call.emit(operators.Affine(float(numbers)), inverse)
    else:
        call.emit(operators.Divide(), call.value("self"), call.value("other"))


@translates("aten.minimum.default", "aten.maximum.default", "aten.clamp.Tensor")
def extreme(call: Call) -> None:
    """The smaller, or the greater, of two elements."""
    if call.operator == "aten.minimum.default":
        call.emit(operators.Minimum(), call.value("self"), call.value("other"))
    elif call.operator == "aten.maximum.default":
        call.emit(operators.Maximum(), call.value("self"), call.value("other"))
    elif call.has("min") and call.has("max"):
        x = call.value("self")
        call.emit(
            operators.Minimum(),
            call.step(operators.Maximum(), x, call.value("min"), shape=call.shape),
            call.value("max"),
        )
    elif call.has("min"):
        call.emit(operators.Maximum(), call.value("self"), call.value("min"))
    else:
        call.emit(operators.Minimum(), call.value("self"), call.value("max"))


@translates("aten.pow.Tensor_Tensor")
def power(call: Call) -> None:
    """``a ** b``."""
    call.emit(operators.Power(), call.value("self"), call.value("exponent"))


@translates("aten.where.self")
def where(call: Call) -> None:
    """``torch.where`` and ``masked_fill`` under a mask that is known at compile time.

    Where the mask puts minus infinity (before a softmax), the lowest float32 stands for it; else the two sides are
    multiplied by the mask and its opposite and added.
    """
    if not call.is_constant("condition"):
        raise Unsupported("its condition is computed, only constant masks are supported")
    mask = call.constant("condition").to(torch.bool)
    for kept, filled, chosen in (("self", "other", mask), ("other", "self", ~mask)):
        if call.is_constant(filled) and bool((call.constant(filled) == -torch.inf).all()):
            highest = torch.finfo(torch.float32).max
            bound = torch.where(chosen, highest, -highest)
            call.emit(operators.Minimum(), call.value(kept), call.constant_value("mask", bound))
            return
    sides = []
    for side, chosen in (("self", mask), ("other", ~mask)):
        if call.is_constant(side):
            values = call.constant(side).to(torch.float32)
            if not bool(torch.isfinite(values).all()):
                raise Unsupported(f"its {side!r} is a constant with infinite values")
            sides.append(call.constant_value(side, torch.where(chosen, values, 0.0)))
        else:
            x = call.value(side)
            shape = np.broadcast_shapes(x.shape, tuple(chosen.shape))
            sides.append(call.step(operators.Multiply(), x, call.constant_value(side, chosen.float()), shape=shape))
    call.emit(operators.Add(), *sides)


def _scaled(call: Call, x: Value, scale: float) -> Value:
    return x if scale == 1 else call.step(operators.Affine(scale), x, shape=x.shape)


def _numbers(call: Call, argument: object) -> torch.Tensor | None:
    """The argument as one number ([1]) or one for each channel of the result ([C]); None if it is another tensor."""
    if isinstance(argument, int | float):
        return torch.tensor([as_float32(argument)], dtype=torch.float64)
    if not isinstance(argument, fx.Node) or not call.is_constant(argument):
        return None
    tensor, shape = call.constant(argument), call.shape
    other_side = call.raw("other") if argument is call.raw("self") else call.raw("self")
    if not isinstance(other_side, fx.Node) or call.is_constant(other_side):
        return None
    if call.value_of(other_side, "other").shape != shape:  # the constant makes the result larger
        return None
    if tensor.numel() == 1:
        return tensor.flatten().to(torch.float64)
    along = (1,) * (len(shape) - tensor.ndim) + tuple(tensor.shape)
    if len(shape) >= 2 and along == (1, shape[1], *(1,) * (len(shape) - 2)) and tensor.isfinite().all():
        return tensor.flatten().to(torch.float64)
    return None


def _affine(call: Call, node: object, scale: torch.Tensor, shift: torch.Tensor) -> None:
    """``scale x + shift``, each one number or one for each channel."""
    x = call.value_of(node, "self")
    if scale.numel() == 1 and shift.numel() == 1:
        numbers = (float(scale), float(shift))
        if not all(isfinite(torch.tensor(number, dtype=torch.float32).item()) for number in numbers):
            raise Unsupported("multiplies by or adds a number that is not finite")
        call.emit(operators.Affine(*numbers), x)
        return
    channels = max(scale.numel(), shift.numel())
    weights = {
        "weight": call.new_weight("scale", scale.expand(channels)).name,
        "bias": call.new_weight("shift", shift.expand(channels)).name,
    }
    call.emit(operators.ChannelAffine(), x, weights=weights)
