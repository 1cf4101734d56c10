"""Parts of a tensor along one axis."""

from __future__ import annotations

from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import MOST_PIECES, concat, reshape, slice_axis, take
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value


@translates("aten.slice.Tensor")
def slice_tensor(call: Call) -> None:
    """``x[:, start:end:step]``, ``narrow``."""
    if call.keeps_shape("self"):
        call.pass_on("self")
        return
    x = call.value("self")
    axis, step = call.axis("dim", len(x.shape)), call.integer("step")
    size, count = x.shape[axis], call.shape[axis]
    start = call.integer("start") if call.has("start") else 0
    start = min(max(start + size if start < 0 else start, 0), size)
    if count == 0:
        raise Unsupported("gives an empty tensor")
    call.give(slice_axis(call, x, axis, start, start + (count - 1) * step + 1, step))


@translates("aten.select.int")
def select(call: Call) -> None:
    """``x[:, index]``."""
    x = call.value("self")
    axis = call.axis("dim", len(x.shape))
    call.give(_at(call, x, axis, call.integer("index") % x.shape[axis]))


@translates("aten.unbind.int", keep=True)
def unbind(call: Call) -> None:
    """``Tensor.unbind``: every element of an axis by itself."""
    x = call.value("self")
    axis = call.axis("dim", len(x.shape))
    call.give_all([_at(call, x, axis, index) for index in range(call.results)])


@translates("aten.split.Tensor", "aten.split_with_sizes.default", keep=True)
def split(call: Call) -> None:
    """``split``, ``chunk`` and ``tensor_split``: an axis cut into neighbouring parts."""
    x = call.value("self")
    axis = call.axis("dim", len(x.shape))
    parts: list[Value] = []
    at = 0
    for index in range(call.results):
        size = call.result_shape(index)[axis]
        parts.append(slice_axis(call, x, axis, at, at + size))
        at += size
    call.give_all(parts)


@translates("aten.index_select.default", keep=True)
def index_select(call: Call) -> None:
    """Elements of an axis by a constant list of indices."""
    x = call.value("self")
    _take(call, x, call.axis("dim", len(x.shape)), call.constant("index").flatten().tolist())


@translates("aten.index.Tensor")
def index_tensor(call: Call) -> None:
    """``x[:, indices]`` with one constant list of indices."""
    x, indices = call.value("self"), call.raw("indices")
    given = [axis for axis, index in enumerate(indices) if index is not None]
    if len(given) != 1:
        raise Unsupported("it has several indices, only one is supported")
    index = call.constant(indices[given[0]])
    if index.ndim != 1 or index.is_floating_point():
        raise Unsupported(f"its index has {index.ndim} dimensions, only one is supported")
    _take(call, x, given[0], index.tolist())


@translates("aten.flip.default", keep=True)
def flip(call: Call) -> None:
    """``Tensor.flip``."""
    x = call.value("self")
    for axis in call.axes("dims", len(x.shape)):
        x = take(call, x, axis, range(x.shape[axis] - 1, -1, -1))
    call.give(x)


@translates("aten.roll.default", keep=True)
def roll(call: Call) -> None:
    """``Tensor.roll`` along given axes."""
    x = call.value("self")
    dims = call.integers("dims")
    if not dims:
        raise Unsupported("it rolls the flat tensor: give it an axis")
    for shift, dim in zip(call.integers("shifts"), dims, strict=True):
        axis = dim % len(x.shape)
        size = x.shape[axis]
        x = take(call, x, axis, [(index - shift) % size for index in range(size)])
    call.give(x)


@translates("aten.unfold.default", keep=True)
def unfold(call: Call) -> None:
    """``Tensor.unfold``: windows along an axis, their elements along a new last one."""
    x = call.value("self")
    axis, size, step = call.axis("dimension", len(x.shape)), call.integer("size"), call.integer("step")
    if size > MOST_PIECES:
        raise Unsupported(f"its windows have {size} elements, more than {MOST_PIECES}: use a convolution")
    reach = (call.shape[axis] - 1) * step + 1
    places = [slice_axis(call, x, axis, first, first + reach, step) for first in range(size)]
    call.give(concat(call, [reshape(call, each, (*each.shape, 1)) for each in places], len(x.shape)))


def _at(call: Call, x: Value, axis: int, index: int) -> Value:
    one = slice_axis(call, x, axis, index, index + 1)
    return reshape(call, one, (*x.shape[:axis], *x.shape[axis + 1 :]))


def _take(call: Call, x: Value, axis: int, indices: list[int]) -> None:
    call.give(take(call, x, axis, [index % x.shape[axis] for index in indices]))
