"""``y = x W^T + b``."""

from dcmobile import operators
from dcmobile.capture.translation import Call, Unsupported, translates


@translates("aten.linear.default", keep=True)
def linear(call: Call) -> None:
    """``torch.nn.functional.linear``."""
    x = call.value("input")
    if len(x.shape) < 2:
        raise Unsupported("its input has one dimension: add a batch dimension")
    if call.weight("weight").values.ndim != 2:
        raise Unsupported("its weight has no dimension of outputs")
    call.emit(operators.Linear(), x, weights=call.weights("weight", "bias"))
