"""Elements added around a tensor."""

from __future__ import annotations

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import concat, slice_axis
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value
from dcmobile.operators import Padding

_MODES = {"constant": Padding.Constant, "reflect": Padding.Reflect, "replicate": Padding.Replicate}


@translates("aten.pad.default", keep=True)
def pad(call: Call) -> None:
    """``torch.nn.functional.pad`` in every mode; negative numbers cut off."""
    mode = str(call.number("mode"))
    if mode == "circular":
        call.give(_circular(call))
    else:
        _pad(call, _MODES[mode], call.real("value") if call.has("value") else 0.0)


@translates("aten.constant_pad_nd.default")
def constant_pad(call: Call) -> None:
    """Padding with a number."""
    _pad(call, Padding.Constant, call.real("value"))


def _pad(call: Call, mode: Padding, value: float) -> None:
    x = call.value("self")
    before, after = _amounts(call, len(x.shape))
    for axis, (first, last) in enumerate(zip(before, after, strict=True)):
        if first < 0 or last < 0:
            x = slice_axis(call, x, axis, max(-first, 0), x.shape[axis] - max(-last, 0))
    before, after = [max(size, 0) for size in before], [max(size, 0) for size in after]
    if value in (float("inf"), -float("inf")):
        raise Unsupported("it pads with infinity")
    if not any(before) and not any(after):
        call.give(x)
    else:
        call.emit(operators.Pad(tuple(before), tuple(after), mode, value), x)


def _circular(call: Call) -> Value:
    x = call.value("self")
    before, after = _amounts(call, len(x.shape))
    for axis, (first, last) in enumerate(zip(before, after, strict=True)):
        size = x.shape[axis]
        if first < 0 or last < 0:
            raise Unsupported("it cuts off and pads in circles")
        parts = [slice_axis(call, x, axis, size - first, size)] if first else []
        parts.append(x)
        parts += [slice_axis(call, x, axis, 0, last)] if last else []
        x = concat(call, parts, axis)
    return x


def _amounts(call: Call, rank: int) -> tuple[list[int], list[int]]:
    """Elements before and after each axis; PyTorch lists pairs from the last axis on."""
    before, after = [0] * rank, [0] * rank
    amounts = call.integers("pad")
    for index in range(len(amounts) // 2):
        before[rank - 1 - index], after[rank - 1 - index] = amounts[2 * index], amounts[2 * index + 1]
    return before, after
