"""Numbers of a program that act on float32 tensors."""

from __future__ import annotations

import torch


def as_float32(number: float) -> float:
    """The number as PyTorch applies it to a float32 tensor: rounded to float32, then the shortest decimal that is
    rounded so: 0.1 stays 0.1, a third becomes 0.33333334. One beyond float32's range becomes infinite.

    A program that ExecuTorch has lowered has lost all else, and both must give the same file.
    """
    return float(str(torch.tensor(number, dtype=torch.float32).numpy()[()]))
