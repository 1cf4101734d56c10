"""Functions of one element."""

from dcmobile import operators
from dcmobile.capture.translation import Call, translates


@translates("aten.relu.default")
def relu(call: Call) -> None:
    """``torch.nn.functional.relu``."""
    call.emit(operators.Relu(), call.value("self"))
