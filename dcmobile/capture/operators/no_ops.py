"""Calls that change nothing when a trained network runs: copies and changes of type.

PyTorch drops others itself, such as dropout in eval mode (a program exported in train mode is refused before).
"""

from dcmobile.capture.call import Call
from dcmobile.capture.translation import Unsupported, translates


@translates("aten.clone.default", "aten.alias.default")
def copy(call: Call) -> None:
    """A copy or another name; memory formats mean nothing in a .dcmodel, whose values are row-major."""
    call.pass_on("self")


@translates("aten._to_copy.default")
def to(call: Call) -> None:
    """``Tensor.to``: to float32, or from one whole type to another."""
    before, after = call.dtype_of("self"), call.dtype
    if after.is_floating_point and after.itemsize != 4:
        raise Unsupported(f"gives {str(after).removeprefix('torch.')}, only float32 is supported")
    if before.is_floating_point and not after.is_floating_point:
        raise Unsupported("cuts numbers to whole ones, which is not supported")
    call.pass_on("self")
