"""What a check calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

#: Float32 tensors in; a tensor or a tuple of them out.
Network = Callable[..., Any]


def outputs(network: Network, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The outputs as a tuple, without gradients."""
    with torch.no_grad():
        result = network(*(value.contiguous() for value in inputs))
    return result if isinstance(result, tuple) else (result,)
