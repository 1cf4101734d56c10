"""Tensors put together."""

from __future__ import annotations

from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import concat, reshape
from dcmobile.capture.translation import translates


@translates("aten.cat.default")
def cat(call: Call) -> None:
    """``torch.cat``."""
    axis = call.axis("dim", len(call.shape))
    call.give(concat(call, call.values("tensors"), axis))


@translates("aten.stack.default", keep=True)
def stack(call: Call) -> None:
    """``torch.stack``: each tensor gets the new axis, with size 1."""
    axis = call.axis("dim", len(call.shape))
    values = [reshape(call, x, (*x.shape[:axis], 1, *x.shape[axis:])) for x in call.values("tensors")]
    call.give(concat(call, values, axis))
