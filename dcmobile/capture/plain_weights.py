"""Parametrized weights made plain again, with the values that they have now."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize


def is_plain(model: nn.Module) -> bool:
    """Whether no module of the model has a parametrization."""
    return not any(parametrize.is_parametrized(module) for module in model.modules())


def with_plain_weights(model: nn.Module) -> nn.Module:
    """A copy of the model in which every parametrized tensor is an ordinary parameter with the value it has now.

    The model itself is left as it is. Tensors without a parametrization are shared between the two, not copied, so the
    copy costs no more memory than the parametrized layers.
    """
    parametrized = {
        id(tensor)
        for module in model.modules()
        if isinstance(module, parametrize.ParametrizationList)
        for tensor in (*module.parameters(), *module.buffers())
    }
    tensors = (*model.parameters(), *model.buffers(), *_remembered(model))
    plain = copy.deepcopy(model, memo={id(tensor): tensor for tensor in tensors if id(tensor) not in parametrized})
    make_plain(
        (module, name)
        for module in plain.modules()
        if parametrize.is_parametrized(module)
        for name in module.parametrizations  # type: ignore[union-attr]
    )
    return plain


def _remembered(model: nn.Module) -> Iterator[torch.Tensor]:
    """The weights that RNN, LSTM and GRU keep from their last call; part of a graph for gradients, they cannot be
    copied. The modules look their weights up anew when these are no longer the same.
    """
    for module in model.modules():
        if isinstance(module, nn.RNNBase):
            yield from (weight for weight in module._flat_weights if weight is not None)


def make_plain(places: Iterable[tuple[nn.Module, str]]) -> None:
    """Remove the parametrizations of these tensors, in place; each keeps its value and stays the same ``Parameter``
    object.

    All values are read before any is written, because tied weights share one original.
    """
    with torch.no_grad():
        values = [(module, name, getattr(module, name)) for module, name in list(places)]
        for module, name, value in values:
            unshare_class(module)
            originals: Any = module.parametrizations[name]  # type: ignore[index]
            if originals.is_tensor:
                original = originals.original
                parametrize.remove_parametrizations(module, name, leave_parametrized=False)
                original.set_(value)
            else:
                parametrize.remove_parametrizations(module, name, leave_parametrized=True)


def unshare_class(module: nn.Module) -> None:
    """Give a parametrized module a class of its own, to be called before a parametrization is added or removed.

    PyTorch gives a module a new class, with a property for the weight, when it is first parametrized. A deep copy of
    the module has the same class, so that a change to the one (which adds or deletes a property) would break the other.
    """
    if parametrize.is_parametrized(module):
        shared = type(module)
        module.__class__ = type(shared.__name__, shared.__bases__, dict(shared.__dict__))
