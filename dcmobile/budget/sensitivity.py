"""What every layer costs and what it does to the outputs, and the recipe that follows for a size or an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dcmobile.budget.allocate import Options, allocate, allocate_error, smallest_sum
from dcmobile.budget.settings import recipe_of
from dcmobile.errors import CallError, Code, SizeError
from dcmobile.recipe import Compensation, LayerRecipe, Recipe


@dataclass(frozen=True)
class Option:
    """A layer at one setting.

    bytes: that the layer's weights and biases take in the file. error: relative squared error of the network's outputs
    (``output_error``) with this layer alone changed. measured: False where a finer setting ruins the outputs already,
    so that this one was not run; its error is that one's, made larger by the error of the weights.
    """

    settings: LayerRecipe
    bytes: int
    error: float
    measured: bool = True


@dataclass(frozen=True)
class LayerSensitivity:
    """A layer and its options, from fine to coarse; the first leaves it as it is. weights: how many it has."""

    name: str
    weights: int
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Choice:
    """One option for each layer, in their order.

    file_bytes: the file's size at most; with a compensation, nearly: each layer is then fitted to what the layers
    before it make. error: the sum of the options' errors, which predicts the relative squared error of the outputs.
    compensation: as in the recipe.
    """

    options: Mapping[str, Option]
    file_bytes: int
    error: float
    compensation: Compensation | None = None

    @property
    def recipe(self) -> Recipe:
        """The options' settings."""
        return recipe_of({name: option.settings for name, option in self.options.items()}, self.compensation)

    def to_json(self) -> dict[str, Any]:
        """For ``json.dumps``; sizes in bytes."""
        layers = {name: option.settings.settings() for name, option in self.options.items()}
        return {"file_bytes": self.file_bytes, "error": self.error, "layers": layers}


@dataclass(frozen=True)
class Sensitivity:
    """layers: in the order of execution. structure_bytes: what the file takes at most besides the layers, metadata
    included. dense_bytes: the network's parameters in fp32. samples: that were run. random: they were noise.
    compensation: how layers made up for their errors; None: they did not.
    """

    layers: tuple[LayerSensitivity, ...]
    structure_bytes: int
    dense_bytes: int
    samples: int
    random: bool
    compensation: Compensation | None = None

    @property
    def smallest_size(self) -> int:
        """Bytes of the file with every layer at its smallest option."""
        return self.structure_bytes + smallest_sum(self._options())

    def choose(self, target_size: int | None = None, max_error: float | None = None) -> Choice:
        """The options with the least error in a file of at most ``target_size`` bytes, or with the fewest bytes at a
        sum of errors of at most ``max_error``. One of the two must be given.

        Raises ``SizeError``, a ``CallError``, if the size cannot be reached.
        """
        if (target_size is None) == (max_error is None):
            raise CallError("give a target size or a greatest error, one of the two", Code.CALL_ARGUMENT)
        layers = self._options()
        if target_size is None:
            assert max_error is not None
            if not max_error >= 0:
                raise CallError(f"the greatest error is {max_error}: it must be 0 or more", Code.CALL_ARGUMENT)
            return self._choice(allocate_error(layers, max_error))
        picks = allocate(layers, target_size - self.structure_bytes)
        if picks is None:
            raise SizeError(target_size, f"the smallest file without training is {self.smallest_size:,} bytes")
        return self._choice(picks)

    def recipe(self, target_size: int | None = None, max_error: float | None = None) -> Recipe:
        """The recipe of ``choose``, for ``dcmobile.compress`` or ``Recipe.save``."""
        return self.choose(target_size, max_error).recipe

    def frontier(self, points: int = 60) -> tuple[tuple[int, float], ...]:
        """Sizes of the file from the smallest on, evenly spaced by their ratio, with the least error of each; no error
        comes twice.
        """
        least, most = self.smallest_size, self.structure_bytes + sum(max(each.bytes) for each in self._options())
        steps = [round(least * (most / least) ** (step / (points - 1))) for step in range(points)]
        found = [self.choose(size) for size in steps]
        kept = [found[0], *(after for before, after in pairwise(found) if after.error < before.error)]
        return tuple((choice.file_bytes, choice.error) for choice in kept)

    def to_json(self) -> dict[str, Any]:
        """All of it, for ``json.dumps``; sizes in bytes."""
        return {
            "dense_bytes": self.dense_bytes,
            "structure_bytes": self.structure_bytes,
            "smallest_bytes": self.smallest_size,
            "samples": self.samples,
            "random_inputs": self.random,
            "layers": [layer_to_json(layer) for layer in self.layers],
        }

    def _options(self) -> list[Options]:
        return [
            Options(tuple(option.bytes for option in layer.options), tuple(option.error for option in layer.options))
            for layer in self.layers
        ]

    def _choice(self, picks: list[int]) -> Choice:
        options = {layer.name: layer.options[pick] for layer, pick in zip(self.layers, picks, strict=True)}
        size = self.structure_bytes + sum(option.bytes for option in options.values())
        return Choice(options, size, sum(option.error for option in options.values()), self.compensation)


def layer_to_json(layer: LayerSensitivity) -> dict[str, Any]:
    """One layer; ``layer_from_json`` gives it back."""
    return {
        "name": layer.name,
        "weights": layer.weights,
        "options": [
            {
                "settings": option.settings.settings(),
                "bytes": option.bytes,
                "error": option.error,
                "measured": option.measured,
            }
            for option in layer.options
        ],
    }


def layer_from_json(data: Any) -> LayerSensitivity:
    """Raises ``KeyError``, ``TypeError``, ``ValueError`` for anything that ``layer_to_json`` does not make."""
    options = tuple(
        Option(
            LayerRecipe(**option["settings"]), int(option["bytes"]), float(option["error"]), bool(option["measured"])
        )
        for option in data["options"]
    )
    if not options:
        raise ValueError("a layer without options")
    return LayerSensitivity(str(data["name"]), int(data["weights"]), options)
