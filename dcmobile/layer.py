"""A layer of the user's model: the modules that hold one weight, and the parametrization on it."""

from __future__ import annotations

import re
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
from dcmobile.prune.schedules import last_step
from dcmobile.recipe import EntropySharing, LayerRecipe, Recipe
from dcmobile.share.codebook import Codebook
from dcmobile.share.kmeans import Floats
from dcmobile.share.shadow_codebook import ShadowCodebook

Parametrization = Mask | Codebook | ShadowCodebook

# What a layer's weight may be called: in most modules, in an LSTM or GRU or a cell of one, in attention.
_WEIGHT = re.compile(r"weight|weight_[ih]h(_l\d+(_reverse)?)?|(in|q|k|v)_proj_weight")

# Their weights may have two dimensions too, but a file holds them dense.
_NO_LAYERS = (nn.LayerNorm, nn.RMSNorm)


@dataclass(frozen=True)
class Layer:
    """names: paths of the modules that have this one parameter; more than one where it is tied.

    tensors: what it is called in each of them, ``weight`` or, in an LSTM, ``weight_ih_l0`` and the like. An LSTM is
    several layers of one name. places: each module once, with the tensor's name in it.
    settings: of the recipe, for the first of the names; empty settings if no pattern fits it.
    regrow_until, with_squares: of its ``Mask``, half_codebook, row_bits: of its ``ShadowCodebook``, once it has one.
    """

    names: tuple[str, ...]
    tensors: tuple[str, ...]
    places: tuple[tuple[nn.Module, str], ...]
    settings: LayerRecipe
    regrow_until: int | None = None
    with_squares: bool = False
    half_codebook: bool = False
    row_bits: int = 0

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
            case ShadowCodebook() as shadow:
                return tuple(shadow.codes.shape)
            case _:
                return tuple(self.parameter.shape)

    @property
    def parametrization(self) -> Parametrization | None:
        """What dcmobile has put on the weight."""
        first = _parametrizations(*self.places[0])
        return first[0] if first is not None else None

    @property
    def parameter(self) -> nn.Parameter:
        """What is trained: the weight, the dense weight behind the mask or the codes, or the centroids."""
        return _parameter(*self.places[0])

    def values(self) -> Floats:
        """The weight as it is used, float32 in host memory; may share memory with the parameter."""
        module, tensor = self.places[0]
        weight: torch.Tensor = getattr(module, tensor)
        values: Floats = np.ascontiguousarray(weight.detach().float().cpu().numpy())
        return values

    def check_finite(self) -> None:
        """Raise ``ModelError`` if a weight is NaN or infinite."""
        check_finite(self.weight_names()[0], self.values())

    def weight_names(self) -> tuple[str, ...]:
        """The names of the weight in the model's ``state_dict`` and in a captured graph."""
        return tuple(_member(name, tensor) for name, tensor in zip(self.names, self.tensors, strict=True))

    def attach(self, parametrization: Parametrization) -> None:
        """Put the parametrization on the weight of every module; the parameter stays the same object."""
        for module, tensor in self.places:
            unshare_class(module)
            parametrize.register_parametrization(module, tensor, parametrization, unsafe=True)

    def attach_mask(self, uses: float | None = None) -> None:
        """Put a mask on the weight that keeps everything so far. uses: of ``Mask``."""
        self.attach(Mask(self.parameter, self.regrow_until, self.with_squares, uses))

    def attach_shadow(self, mask: torch.Tensor, importance: torch.Tensor, centroids: int) -> ShadowCodebook:
        """Put a codebook on the weight whose codes are still to be chosen."""
        shadow = ShadowCodebook(mask, importance, centroids, self.half_codebook, self.row_bits)
        self.attach(shadow.to(self.parameter.device))
        return shadow

    def detach(self) -> None:
        """Take the parametrization off; the weight keeps its values."""
        if self.parametrization is not None:
            make_plain(self.places)

    def match(self, state: Mapping[str, Any]) -> None:
        """Get the parametrization that a checkpoint has for this layer, ready for its tensors to be loaded.

        Raises ``ModelError`` if the checkpoint's weight has another shape.
        """
        place = _member(self.name, f"parametrizations.{self.tensors[0]}")
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
        importance, centroids = state.get(f"{place}.0.importance"), state.get(f"{place}.0.centroids")
        if codes is not None and importance is not None and centroids is not None:
            self.attach_shadow(codes != 0, importance, centroids.numel())
        elif codes is not None and original is not None:
            self.attach(Codebook(codes, self.shape, original.numel()).to(device))
            self.parameter.grad = None
        elif mask is not None:
            squares, uses = f"{place}.0.squares" in state, state.get(f"{place}.0.uses")
            self.attach(Mask(self.parameter, self.regrow_until, squares, None if uses is None else float(uses)))


def find_layers(model: nn.Module, recipe: Recipe) -> Iterator[Layer]:
    """The layers of the model, in its order: parameters ``weight`` of two or more dimensions, and those of LSTM, GRU
    and attention.

    Raises ``ModelError`` if a layer that the recipe wants changed has a parametrization that is not dcmobile's.
    """
    found: dict[int, list[tuple[str, nn.Module, str]]] = {}
    for name, module in model.named_modules(remove_duplicate=False):
        for tensor in _layer_tensors(module):
            found.setdefault(id(_parameter(module, tensor)), []).append((name, module, tensor))
    for uses in found.values():
        names, modules, tensors = zip(*uses, strict=True)
        unique = {id(module): (module, tensor) for module, tensor in zip(modules, tensors, strict=True)}
        yield _layer(names, tensors, tuple(unique.values()), recipe)
    for name, module in model.named_modules():
        for tensor in _foreign_tensors(module):
            wanted = recipe.is_budgeted(name) or recipe.is_entropy_shared(name)
            if wanted or recipe.for_module(name) not in (None, LayerRecipe()):
                raise ModelError(
                    f"the {tensor} of layer {name!r} has a parametrization of its own: remove it first with "
                    "torch.nn.utils.parametrize.remove_parametrizations(..., leave_parametrized=True)"
                )


def _layer(
    names: tuple[str, ...], tensors: tuple[str, ...], places: tuple[tuple[nn.Module, str], ...], recipe: Recipe
) -> Layer:
    settings = recipe.for_module(names[0]) or LayerRecipe()
    timing = recipe.budget if recipe.budget is not None and recipe.is_budgeted(names[0]) else settings
    sharing = recipe.sharing if recipe.is_entropy_shared(names[0]) else None
    return Layer(
        names,
        tensors,
        places,
        settings,
        last_step(timing) if timing.regrow else None,
        sharing is not None or timing.score == "fisher",
        sharing is not None and sharing.codebook == "fp16",
        _row_bits(places[0][0], settings, sharing) if recipe.drop_dead_channels else 0,
    )


def _row_bits(module: nn.Module, settings: LayerRecipe, sharing: EntropySharing | None) -> int:
    """What a row that is not dead costs beside its weights: its bias."""
    if not isinstance(module, nn.Linear | nn.Conv2d) or module.bias is None:
        return 0
    floats = settings.biases
    if floats == "auto" and sharing is not None:
        floats = sharing.codebook
    return 16 if floats == "fp16" else 32


def _layer_tensors(module: nn.Module) -> list[str]:
    """What the layers' weights of a module are called, in an order that no parametrization changes."""
    if isinstance(module, _NO_LAYERS):
        return []
    plain = [name for name, weight in module._parameters.items() if _is_matrix(weight)]
    return sorted(
        name
        for name in (*plain, *_parametrized(module))
        if _WEIGHT.fullmatch(name) and (name in plain or _parametrizations(module, name) is not None)
    )


def _is_matrix(weight: nn.Parameter | None) -> bool:
    return weight is not None and not isinstance(weight, nn.UninitializedParameter) and weight.ndim >= 2


def _foreign_tensors(module: nn.Module) -> list[str]:
    """The weights of a module with a parametrization that is not dcmobile's."""
    names = (name for name in _parametrized(module) if _WEIGHT.fullmatch(name))
    return [name for name in names if _parametrizations(module, name) is None]


def _parametrized(module: nn.Module) -> list[str]:
    return list(module.parametrizations) if parametrize.is_parametrized(module) else []  # type: ignore[arg-type]


def _parametrizations(module: nn.Module, tensor: str) -> Any:
    """A tensor's list of parametrizations if it is dcmobile's: one ``Mask``, ``Codebook`` or ``ShadowCodebook``; else
    None."""
    if not parametrize.is_parametrized(module, tensor):
        return None
    listed: Any = module.parametrizations[tensor]  # type: ignore[index]
    return listed if len(listed) == 1 and isinstance(listed[0], Parametrization) else None


def _parameter(module: nn.Module, tensor: str) -> nn.Parameter:
    listed = _parametrizations(module, tensor)
    parameter: Any = module._parameters[tensor] if listed is None else listed.original
    assert isinstance(parameter, nn.Parameter)
    return parameter


def _member(module: str, name: str) -> str:
    return f"{module}.{name}" if module else name
