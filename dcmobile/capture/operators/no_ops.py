"""Calls that change nothing when a trained network runs: copies, aliases, dropout in eval mode."""

from dcmobile.capture.translation import Call, translates


@translates("aten.clone.default", "aten.alias.default", "aten.detach.default", "aten.lift_fresh_copy.default")
def copy(call: Call) -> None:
    """A copy or another name; memory formats mean nothing in a .dcmodel, whose values are row-major."""
    call.pass_on("self")


@translates("aten.contiguous.default")
def contiguous(call: Call) -> None:
    """``Tensor.contiguous``."""
    call.pass_on("self")


@translates("aten.dropout.default", "aten.feature_dropout.default")
def dropout(call: Call) -> None:
    """Dropout in eval mode; a program exported in train mode is refused before."""
    call.pass_on("input")
