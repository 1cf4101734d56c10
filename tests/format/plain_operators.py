"""Evaluation of the operators of docs/format.md, section 3: float64 inside, float32 between them."""

from collections.abc import Sequence

import numpy as np
import plain_compute_elements
import plain_compute_layout
import plain_compute_sums
import plain_compute_windows
from plain_arrays import Floats, Running, Several
from plain_compute_elements import ACTIVATIONS
from plain_graph import PlainOp
from plain_schema import ENUMERATIONS

FUNCTIONS = {
    **plain_compute_elements.FUNCTIONS,
    **plain_compute_layout.FUNCTIONS,
    **plain_compute_sums.FUNCTIONS,
    **plain_compute_windows.FUNCTIONS,
}


def evaluate(op: PlainOp, inputs: Sequence[Floats], weights: Sequence[Floats]) -> list[Floats]:
    """The values that the op makes. ValueError where an Embedding reads what is no row."""
    running = Running(op.attributes, [x.astype(np.float64) for x in inputs], weights, op.shapes)
    activation = ACTIVATIONS[ENUMERATIONS["Activation"][op.attributes.get("activation", 0)]]
    with np.errstate(all="ignore"):
        made = FUNCTIONS[op.type](running)
        results = made if isinstance(made, Several) else [made]
        return [activation(y).astype(np.float32) for y in results]
