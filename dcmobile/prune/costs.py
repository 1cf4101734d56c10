"""What pruning saves: how often a weight is multiplied with, and what a mask takes in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from dcmobile.encode.gap_bits import gap_cost, mean_code_bits
from dcmobile.errors import RecipeError

#: Bytes of a layer beside its streams: chunk record, tables of code lengths, references. What small layers take.
_LAYER_BYTES = 110


def shared_bytes(values: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_], centroids: int) -> float:
    """About what a weight takes in the file when the masked-out values are zero and the others share so many values.

    Gaps by their own entropy; codes by the entropy of as many equal steps over the range, which k-means with a linear
    start comes close to; or, where that is less, a code for every weight.
    """
    kept = values[mask]
    codes = mean_code_bits(kept, centroids)
    sparse = gap_cost(np.flatnonzero(mask), mask.size) + kept.size * codes
    share = kept.size / mask.size
    zero = 0.0 if share in (0.0, 1.0) else -share * np.log2(share) - (1 - share) * np.log2(1 - share)
    dense = mask.size * (zero + share * codes)
    return float(min(sparse, dense)) / 8 + 4 * centroids + _LAYER_BYTES


def multiplications(model: nn.Module, places: Mapping[str, Sequence[nn.Module]], inputs: Any) -> dict[str, float]:
    """How often one sample multiplies with each weight of a layer.

    places: the modules of each layer. inputs: positional arguments of one call. Raises ``RecipeError`` for a layer that
    is neither a convolution nor a Linear, or that the call does not reach.
    """
    counts = dict.fromkeys(places, 0.0)
    handles = []
    for name, modules in places.items():
        for module in modules:
            if not isinstance(module, nn.Linear | nn.modules.conv._ConvNd):
                kind = type(module).__name__
                raise RecipeError(
                    f"budget: multiply_adds knows convolutions and Linears, but layer {name!r} is {kind}: "
                    "give it a density of its own"
                )
            handles.append(module.register_forward_hook(_counter(counts, name)))
    training = model.training
    try:
        model.eval()
        with torch.no_grad():
            model(*inputs) if isinstance(inputs, tuple | list) else model(inputs)
    finally:
        model.train(training)
        for handle in handles:
            handle.remove()
    for name, count in counts.items():
        if count == 0:
            raise RecipeError(f"budget: the example inputs do not reach layer {name!r}: give it a density of its own")
    return counts


def _counter(counts: dict[str, float], name: str) -> Any:
    def count(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        if isinstance(module, nn.Linear):
            counts[name] += output[0].numel() / output.shape[-1]
        else:
            transposed = isinstance(module, nn.modules.conv._ConvTransposeNd)
            value, axes = (inputs[0] if transposed else output), module.weight.ndim - 2  # type: ignore[operator]
            counts[name] += float(np.prod(value.shape[-axes:]))

    return count
