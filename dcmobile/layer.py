"""A layer of the user's model: the modules that hold one weight, and the parametrization on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from dcmobile.capture.constants import check_finite
from dcmobile.capture.plain_weights import make_plain, unshare_class
from dcmobile.errors import ModelError
from dcmobile.prune.mask import Mask
from dcmobile.recipe import LayerRecipe, Recipe
from dcmobile.share.codebook import Codebook
from dcmobile.share.kmeans import Floats


@dataclass(frozen=True)
class Layer:
    """names, modules: those whose ``weight`` is this one parameter; more than one where it is tied.

    settings: of the recipe, for the first of the names; empty settings if no pattern fits it.
    """

    names: tuple[str, ...]
    modules: tuple[nn.Module, ...]
    settings: LayerRecipe

    @property
    def name(self) -> str:
        """Path of the first module."""
        return self.names[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the weight, whatever is behind it."""
        match self.parametrization:
            case Mask() as mask:
                return tuple(mask.mask.shape)
            case Codebook() as codebook:
                return codebook.shape
            case _:
                return tuple(self.parameter.shape)

    @property
    def parametrization(self) -> Mask | Codebook | None:
        """What dcmobile has put on the weight."""
        first = _parametrizations(self.modules[0])
        return first[0] if first is not None else None

    @property
    def parameter(self) -> nn.Parameter:
        """What is trained: the weight, the dense weight behind the mask, or the centroids."""
        return _parameter(self.modules[0])

    def values(self) -> Floats:
        """The weight as it is used, float32 in host memory; may share memory with the parameter."""
        weight: torch.Tensor = self.modules[0].weight  # type: ignore[assignment]
        values: Floats = np.ascontiguousarray(weight.detach().float().cpu().numpy())
        return values

    def check_finite(self) -> None:
        """Raise ``ModelError`` if a weight is NaN or infinite."""
        check_finite(_member(self.name, "weight"), self.values())

    def weight_names(self) -> tuple[str, ...]:
        """The names of the weight in the model's ``state_dict`` and in a captured graph."""
        return tuple(_member(name, "weight") for name in self.names)

    def attach(self, parametrization: Mask | Codebook) -> None:
        """Put the parametrization on the weight of every module; the parameter stays the same object."""
        for module in self.modules:
            unshare_class(module)
            parametrize.register_parametrization(module, "weight", parametrization, unsafe=True)

    def detach(self) -> None:
        """Take the parametrization off; the weight keeps its values."""
        if self.parametrization is not None:
            make_plain((module, "weight") for module in self.modules)

    def match(self, state: Mapping[str, Any]) -> None:
        """Get the parametrization that a checkpoint has for this layer, ready for its tensors to be loaded.

        Raises ``ModelError`` if the checkpoint's weight has another shape.
        """
        place = _member(self.name, "parametrizations.weight")
        mask, codes = state.get(f"{place}.0.mask"), state.get(f"{place}.0.codes")
        original = state.get(f"{place}.original")
        kept = codes if codes is not None else mask
        if kept is not None and (original is None or tuple(kept.shape) != self.shape):
            raise ModelError(
                f"the checkpoint does not fit the model: layer {self.name!r} has weights of {list(self.shape)}, there "
                + (f"{list(kept.shape)}" if original is not None else "they are missing")
            )
        device = self.parameter.device
        self.detach()
        if codes is not None and original is not None:
            self.attach(Codebook(codes, self.shape, original.numel()).to(device))
            self.parameter.grad = None
        elif mask is not None:
            self.attach(Mask(self.parameter, self.settings.regrow))


def find_layers(model: nn.Module, recipe: Recipe) -> Iterator[Layer]:
    """The layers of the model, in its order: modules with a parameter ``weight`` of two or more dimensions.

    Raises ``ModelError`` if a layer that the recipe wants changed has a parametrization that is not dcmobile's.
    """
    places: dict[int, list[tuple[str, nn.Module]]] = {}
    for name, module in model.named_modules(remove_duplicate=False):
        if _is_layer(module):
            places.setdefault(id(_parameter(module)), []).append((name, module))
    for found in places.values():
        names = tuple(name for name, _ in found)
        unique = {id(module): module for _, module in found}
        yield Layer(names, tuple(unique.values()), recipe.for_module(names[0]) or LayerRecipe())
    for name, module in model.named_modules():
        if _is_foreign(module) and recipe.for_module(name) not in (None, LayerRecipe()):
            raise ModelError(
                f"the weight of layer {name!r} has a parametrization of its own: remove it first with "
                "torch.nn.utils.parametrize.remove_parametrizations(..., leave_parametrized=True)"
            )


def _is_layer(module: nn.Module) -> bool:
    if parametrize.is_parametrized(module, "weight"):
        return _parametrizations(module) is not None
    weight = module._parameters.get("weight")
    return weight is not None and not isinstance(weight, nn.UninitializedParameter) and weight.ndim >= 2


def _is_foreign(module: nn.Module) -> bool:
    return parametrize.is_parametrized(module, "weight") and _parametrizations(module) is None


def _parametrizations(module: nn.Module) -> Any:
    """The weight's list of parametrizations if it is dcmobile's: one ``Mask`` or ``Codebook``; else None."""
    if not parametrize.is_parametrized(module, "weight"):
        return None
    listed: Any = module.parametrizations["weight"]  # type: ignore[index]
    return listed if len(listed) == 1 and isinstance(listed[0], Mask | Codebook) else None


def _parameter(module: nn.Module) -> nn.Parameter:
    listed = _parametrizations(module)
    parameter: Any = module._parameters["weight"] if listed is None else listed.original
    assert isinstance(parameter, nn.Parameter)
    return parameter


def _member(module: str, name: str) -> str:
    return f"{module}.{name}" if module else name
