"""Make a file of at most so many bytes, with or without training."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from dcmobile.budget.fit import fit
from dcmobile.budget.sensitivity import Choice, Sensitivity
from dcmobile.compressor import Compressor
from dcmobile.errors import SizeError
from dcmobile.fileformat import Metadata
from dcmobile.recipe import LayerRecipe, Recipe
from dcmobile.to_size import FileMaker
from dcmobile.trials.record import Record

#: Retrains the network of a compressor: any loop, with ``compressor.step()`` after each optimizer step.
TrainFunction = Callable[[Compressor], object]

#: Recipes that are tried until a file is small enough.
_TRIES = 6
#: Bytes by which more than the excess is saved in the next.
_MARGIN = 64
#: Parameters that are larger do not become float16, which ends at 65504.
_LARGE = 1000.0
#: Of the seeds that trials and their stages begin with.
_STAGES = ("pruned", "shared")


class Maker(Protocol):
    """Makes the file of a trial."""

    def __call__(self, asked: int, path: Path) -> Recipe:
        """Write a file of at most ``asked`` bytes; the recipe by which it was made. Raises ``SizeError`` if there is no
        such file.
        """


class Untrained:
    """Layers make up for their errors by calibration inputs."""

    def __init__(self, maker: FileMaker) -> None:
        self._maker = maker

    def __call__(self, asked: int, path: Path) -> Recipe:
        """As ``Maker``."""
        return self._maker.write(path, asked)[1]


class Trained:
    """A copy of the network is pruned, trained, shared and trained again, by the settings that a scan found for a size.

    Everything random starts anew from the seed before each training, so that what goes on after an interruption is what
    would have been.
    """

    def __init__(
        self,
        model: nn.Module,
        train: TrainFunction,
        measured: Sensitivity,
        example_inputs: Sequence[Any] | torch.Tensor,
        metadata: Metadata | None,
        record: Record,
        seed: int,
    ) -> None:
        self._model = model
        self._train = train
        self._measured = measured
        self._example = example_inputs
        self._metadata = metadata
        self._record = record
        self._seed = seed

    def __call__(self, asked: int, path: Path) -> Recipe:
        """As ``Maker``."""
        largest = asked
        for attempt in range(_TRIES):
            recipe = self._fitting(largest, path)
            compressor = self._trained(asked, attempt, recipe)
            size = compressor.export(path, self._example, self._metadata).file_bytes
            if size <= asked:
                return recipe
            largest -= size - asked + _MARGIN
        raise SizeError(asked, f"the smallest file that was made has {size:,} bytes")

    def _fitting(self, largest: int, path: Path) -> Recipe:
        """A recipe whose file has the size before anything is trained, which changes it little. Batch norms stay beside
        layers that are trained, so that it takes more than was measured.
        """

        def make(choice: Choice) -> tuple[int, Recipe]:
            recipe = Recipe({name: self._halved(name, settings) for name, settings in choice.recipe.layers.items()})
            compressor = Compressor(copy.deepcopy(self._model), recipe)
            compressor.prune()
            compressor.share()
            compressor.model.eval()
            return compressor.export(path, self._example, self._metadata).file_bytes, recipe

        return fit(self._measured, largest, make).made

    def _halved(self, name: str, settings: LayerRecipe) -> LayerRecipe:
        """With float16 centroids and biases, as they were measured; what is trained would keep its own otherwise. Not
        where training might lead beyond the range of float16.
        """
        module = self._model if name == "*" else self._model.get_submodule(name)
        large = any(float(values.detach().abs().max()) > _LARGE for values in module.parameters() if values.numel())
        return settings if settings.bits is None or large else replace(settings, codebook="fp16", biases="fp16")

    def _trained(self, asked: int, attempt: int, recipe: Recipe) -> Compressor:
        compressor = Compressor(copy.deepcopy(self._model), recipe)
        states = {stage: self._record.stage(asked, f"{stage}-{attempt}") for stage in _STAGES}
        for stage in _STAGES:
            state = states[stage]
            if states["shared"] is not None and stage == "pruned":
                continue
            if state is not None:
                compressor.load_state_dict(state)
                continue
            if stage == "pruned":
                compressor.prune()
            else:
                compressor.share()
            torch.manual_seed(self._seed)
            compressor.model.train()
            self._train(compressor)
            self._record.keep_stage(asked, f"{stage}-{attempt}", compressor.state_dict())
        compressor.model.eval()
        return compressor
