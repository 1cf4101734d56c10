"""The same elements in another shape."""

from math import prod

from dcmobile import operators
from dcmobile.capture.translation import Call, Unsupported, translates


@translates("aten.view.default", "aten._unsafe_view.default", "aten.reshape.default")
def view(call: Call) -> None:
    """``flatten``, ``view`` and ``reshape`` where they merge neighbouring axes after the first."""
    x, shape = call.value("self"), call.shape
    if x.shape == shape:
        call.pass_on("self")
        return
    merged = merged_axes(x.shape, shape)
    if merged is None:
        raise Unsupported(f"from {list(x.shape)} to {list(shape)}: only axes after the first may be merged into one")
    call.emit(operators.Flatten(*merged), x)


def merged_axes(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, int] | None:
    """The first and last axis, from 1, that become one; None if the change of shape is another."""
    merged = len(before) - len(after)
    if merged < 1:
        return None
    for first in range(1, len(after)):
        last = first + merged
        if after == (*before[:first], prod(before[first : last + 1]), *before[last + 1 :]):
            return first, last
    return None
