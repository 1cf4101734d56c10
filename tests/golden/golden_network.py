"""What the functions that make golden files return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Golden:
    """A file with inputs and, computed by torch in binary64, the outputs, both in the file's order."""

    data: bytes
    inputs: Sequence[Floats]
    outputs: Sequence[npt.NDArray[np.float64]]
