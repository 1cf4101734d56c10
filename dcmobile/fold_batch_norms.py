"""Batch norms put into the layers before them, in the user's own model: between pruning and sharing.

``compress`` does so on its graph. But a network that is trained with a codebook in a layer needs the norm behind it to
the end, since one factor for each channel would break the codebook: the file then holds two numbers a channel more, and
the runtime goes over the values once more. Folded before ``Compressor.share``, neither is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import parametrize

from dcmobile.capture import capture
from dcmobile.graph import Graph
from dcmobile.layer_weights import module_of
from dcmobile.operators import Activation, ChannelAffine, Conv1d, Conv2d, Linear
from dcmobile.prune.mask import Mask

_LAYERS = (nn.Conv1d, nn.Conv2d, nn.Linear)


def fold_batch_norms(model: nn.Module, example_inputs: Sequence[Any] | torch.Tensor) -> tuple[str, ...]:
    """Fold each batch norm behind a Conv1d, Conv2d or Linear into that layer, and leave ``nn.Identity`` in its place.

    In eval mode the model computes what it did before. In training it no longer normalises by the batch: train on from
    here with a small learning rate. Masks of a ``Compressor`` stay, with what they know of gradients. Call it before
    ``Compressor.share``, build the optimizer after it, and call it on a fresh model before a checkpoint of a folded one
    is loaded.

    Left alone: norms behind anything else or behind a layer that has a codebook, and layers or norms that are used more
    than once. example_inputs: as for ``compress``. Returns the paths of the norms that were folded.

    Raises what ``capture`` raises.
    """
    if not any(isinstance(module, _BatchNorm) for module in model.modules()):
        return ()
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        pairs = list(_pairs(capture(model, example_inputs), model))
    finally:
        for module in training:
            module.training = True
    for layer, norm in pairs:
        module = model.get_submodule(norm)
        _fold(model.get_submodule(layer), module)
        parent, _, name = norm.rpartition(".")
        setattr(model.get_submodule(parent), name, nn.Identity().train(module.training))
    return tuple(norm for _, norm in pairs)


def _pairs(graph: Graph, model: nn.Module) -> Iterator[tuple[str, str]]:
    """Paths of layer and norm."""
    made_by = {op.output: op for op in graph.ops}
    reads = Counter([name for op in graph.ops for name in op.inputs] + list(graph.outputs))
    uses = Counter(name for op in graph.ops for name in op.weights.values())
    modules, norms = dict(model.named_modules()), Counter(op.name for op in graph.ops)
    for op in graph.ops:
        if not isinstance(op.attributes, ChannelAffine):
            continue
        before = made_by.get(op.inputs[0])
        if before is None or reads[op.inputs[0]] != 1 or norms[op.name] != 1:
            continue
        if not isinstance(before.attributes, Conv1d | Conv2d | Linear):
            continue
        if isinstance(before.attributes, Linear) and len(graph.values[op.output].shape) != 2:
            continue  # its outputs are not the channels
        if before.attributes.activation != Activation.None_ or any(uses[name] != 1 for name in before.weights.values()):
            continue
        layer = modules.get(module_of(before.weights["weight"]))
        if isinstance(layer, _LAYERS) and isinstance(modules.get(op.name), _BatchNorm) and _is_open(layer):
            yield module_of(before.weights["weight"]), op.name


def _is_open(layer: nn.Module) -> bool:
    """Whether its weight is plain, or has a mask and nothing else."""
    if not parametrize.is_parametrized(layer):
        return True
    return all(isinstance(each, Mask) for chain in layer.parametrizations.values() for each in chain)  # type: ignore[operator]


@torch.no_grad()
def _fold(layer: nn.Module, norm: nn.Module) -> None:
    assert isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear)
    assert isinstance(norm, _BatchNorm)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = 1 / torch.sqrt(norm.running_var.double() + norm.eps)
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    shift = -norm.running_mean.double() * scale
    if norm.bias is not None:
        shift = shift + norm.bias.double()
    weight, rows = layer.weight, scale.reshape(-1, *(1,) * (layer.weight.ndim - 1))
    if parametrize.is_parametrized(layer):
        chain: Any = layer.parametrizations["weight"]  # type: ignore[index]
        weight, mask = chain.original, chain[0]
        if mask.squares is not None:  # a weight of twice the size has half the gradient
            mask.squares.div_(torch.where(rows == 0, 1, rows.square()).to(mask.squares.dtype))
    weight.mul_(rows.to(weight.dtype))
    if layer.bias is None:
        layer.bias = nn.Parameter(shift.to(weight.dtype))
    else:
        layer.bias.copy_((layer.bias.double() * scale + shift).to(layer.bias.dtype))
