"""The same elements in another shape or order."""

from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import expand, reshape, transpose
from dcmobile.capture.translation import translates


@translates(
    "aten.view.default",
    "aten.squeeze.dims",
    "aten.unsqueeze.default",
)
def view(call: Call) -> None:
    """``view``, ``reshape``, ``flatten``, ``squeeze``, ``unsqueeze``: rows of elements cut anew."""
    call.give(reshape(call, call.value("self"), call.shape))


@translates("aten.permute.default")
def permute(call: Call) -> None:
    """``Tensor.permute``."""
    x = call.value("self")
    call.give(transpose(call, x, [axis % len(x.shape) for axis in call.integers("dims")]))


@translates("aten.expand.default")
def expand_axes(call: Call) -> None:
    """``Tensor.expand``."""
    call.give(expand(call, call.value("self"), call.shape))


@translates("aten.repeat.default", keep=True)
def repeat(call: Call) -> None:
    """``Tensor.repeat`` and ``tile``: each repeated axis as two, the first of them expanded."""
    x, times = call.value("self"), call.integers("repeats")
    sizes = (1,) * (len(times) - len(x.shape)) + x.shape
    split: list[int] = []
    grown: list[int] = []
    for count, size in zip(times, sizes, strict=True):
        split += [size] if count == 1 else [1, size]
        grown += [size] if count == 1 else [count, size]
    call.give(reshape(call, expand(call, reshape(call, x, tuple(split)), tuple(grown)), call.shape))
