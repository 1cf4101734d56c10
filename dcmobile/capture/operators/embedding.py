"""Rows of a table by number."""

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.translation import translates


@translates("aten.embedding.default")
def embedding(call: Call) -> None:
    """``torch.nn.functional.embedding``.

    The indices are whole numbers in float32 here: an integer input of the model becomes a float32 input that holds
    whole numbers, exact up to 16,777,216.
    """
    weights = {"weight": call.weight("weight").name}
    call.emit(operators.Embedding(), call.value("indices"), weights=weights)
