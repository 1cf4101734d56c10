"""What the user wants done to each layer.

A recipe maps glob patterns on module names to settings::

    Recipe({"fc*": {"density": 0.09, "bits": 5}, "fc3": {"density": 0.26, "bits": 5}, "*": {"bits": 8}})

or, as TOML::

    seed = 0

    [layers."fc*"]
    density = 0.09
    bits = 5

A layer goes by the one pattern that fits it best, settings are not merged. Best is the pattern that is the name itself,
else the one with more literal characters, else the one with fewer wildcards, else the later one. A layer that no
pattern fits stays dense fp32.

More tables speak of all layers together: ``[budget]`` (``PruningBudget``) prunes the layers without a density of
their own to one budget, ``[sharing]`` (``EntropySharing``) shares those without bits of their own at one price of a
bit, ``[compensation]`` (``Compensation``) has layers make up for their errors where nothing is trained::

    Recipe(
        {"*": {"biases": "fp16"}},
        budget={"weights": 0.02, "schedule": "cubic", "end": 9000},
        sharing={"rate": 0.002, "end": 6000},
    )
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self, TypeVar

import tomlkit
from tomlkit.items import Table

from dcmobile.errors import FileError, RecipeError
from dcmobile.layer_recipe import LayerRecipe
from dcmobile.network_recipe import Compensation, EntropySharing, PruningBudget
from dcmobile.recipe_checks import is_integer

__all__ = ["Compensation", "EntropySharing", "LayerRecipe", "PruningBudget", "Recipe"]

_Settings = TypeVar("_Settings", LayerRecipe, PruningBudget, EntropySharing, Compensation)
_Table = PruningBudget | EntropySharing | Compensation

#: How many layers an error lists.
_LISTED = 12
_KEYS = ("seed", "drop_dead_channels")
_TABLES: Mapping[str, type[_Table]] = {
    "budget": PruningBudget,
    "sharing": EntropySharing,
    "compensation": Compensation,
}


class Recipe:
    """Patterns and their settings, in order, the seed of the random initialisation, and what all layers share.

    Raises ``RecipeError`` for an unknown setting, a value out of its range or settings that do not go together.
    """

    def __init__(
        self,
        layers: Mapping[str, Mapping[str, Any] | LayerRecipe],
        seed: int = 0,
        budget: Mapping[str, Any] | PruningBudget | None = None,
        sharing: Mapping[str, Any] | EntropySharing | None = None,
        drop_dead_channels: bool = False,
        compensation: Mapping[str, Any] | Compensation | None = None,
    ) -> None:
        if not isinstance(layers, Mapping):
            raise RecipeError(f"a recipe maps patterns to settings, not {type(layers).__name__}")
        if not is_integer(seed) or not 0 <= seed < 2**63:
            raise RecipeError(f"seed is {seed!r}: it must be an integer from 0 to 2^63 - 1")
        self._seed = int(seed)
        self._layers: dict[str, LayerRecipe] = {
            _checked_pattern(pattern): _settings_of(LayerRecipe, repr(pattern), settings)
            for pattern, settings in layers.items()
        }
        if not isinstance(drop_dead_channels, bool):
            raise RecipeError(f"drop_dead_channels is {drop_dead_channels!r}: it must be true or false")
        self._drop_dead_channels = drop_dead_channels
        self._budget = None if budget is None else _settings_of(PruningBudget, "budget", budget)
        self._sharing = None if sharing is None else _settings_of(EntropySharing, "sharing", sharing)
        self._compensation = None if compensation is None else _settings_of(Compensation, "compensation", compensation)

    @property
    def seed(self) -> int:
        """Seed of the "random" initialisation, 0 to 2^63 - 1."""
        return self._seed

    @property
    def drop_dead_channels(self) -> bool:
        """Whether channels that pruning leaves dead leave the file (``passes.drop_dead_channels``): layers are then
        smaller than in the model.
        """
        return self._drop_dead_channels

    @property
    def budget(self) -> PruningBudget | None:
        """What the layers without a density of their own are pruned to together."""
        return self._budget

    @property
    def sharing(self) -> EntropySharing | None:
        """How the layers without bits of their own are shared while they train."""
        return self._sharing

    @property
    def compensation(self) -> Compensation | None:
        """How layers make up for their errors where nothing is trained."""
        return self._compensation

    @property
    def layers(self) -> Mapping[str, LayerRecipe]:
        """The entries, in order."""
        return dict(self._layers)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Recipe):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[object, ...]:
        tables = self._budget, self._sharing, self._compensation
        return self._seed, tuple(self._layers.items()), *tables, self._drop_dead_channels

    def __repr__(self) -> str:
        layers = {pattern: layer.settings() for pattern, layer in self._layers.items()}
        tables = "".join(f", {name}={table.settings()!r}" for name, table in self._tables())
        drops = ", drop_dead_channels=True" if self._drop_dead_channels else ""
        return f"Recipe({layers!r}, seed={self._seed}{tables}{drops})"

    def _tables(self) -> list[tuple[str, _Table]]:
        return [(name, table) for name in _TABLES if (table := getattr(self, name)) is not None]

    def is_budgeted(self, name: str) -> bool:
        """Whether the module of this name is pruned by the budget."""
        settings = self.for_module(name)
        return self._budget is not None and settings is not None and settings.density is None

    def is_entropy_shared(self, name: str) -> bool:
        """Whether the module of this name is shared as ``sharing`` says."""
        settings = self.for_module(name)
        return self._sharing is not None and settings is not None and settings.bits is None

    def for_module(self, name: str) -> LayerRecipe | None:
        """The settings of the module of this name, e.g. ``features.0``; None if no pattern fits it."""
        ranked = [
            (_specificity(pattern, name), index, layer)
            for index, (pattern, layer) in enumerate(self._layers.items())
            if _fits(pattern, name)
        ]
        return max(ranked, key=lambda entry: entry[:2])[2] if ranked else None

    def check_patterns(self, names: Iterable[str]) -> None:
        """Raise ``RecipeError`` if a pattern fits none of these layers."""
        known = list(names)
        for pattern in self._layers:
            if not any(_fits(pattern, name) for name in known):
                near = get_close_matches(pattern, known, 1)
                hint = f"did you mean {near[0]!r}? " if near else ""
                listed = ", ".join(name or "(the model itself)" for name in known[:_LISTED])
                more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
                raise RecipeError(
                    f"pattern {pattern!r} fits no layer of the model: {hint}its layers are {listed or 'none'}{more}"
                )

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str]) -> Self:
        """The recipe in a TOML text, or in the file at a ``pathlib.Path``. Raises ``RecipeError``."""
        text, place = (source, "") if isinstance(source, str) else (_read(source), f"{os.fspath(source)}: ")
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(f"{place}not TOML: {error}") from None
        for key in document:
            if key not in (*_KEYS, "layers", *_TABLES):
                raise RecipeError(
                    f"{place}unknown key {key!r}: a recipe has {' and '.join(map(repr, _KEYS))}, and tables "
                    '[layers."pattern"], [budget], [sharing] and [compensation]'
                )
        layers = document.get("layers", {})
        if not isinstance(layers, dict):
            raise RecipeError(f"{place}'layers' must be tables [layers.\"pattern\"]")
        try:
            return cls(layers, **{key: value for key, value in document.items() if key != "layers"})
        except RecipeError as error:
            raise RecipeError(f"{place}{error}") from None

    def to_toml(self) -> str:
        """The recipe as TOML; ``from_toml`` gives an equal recipe back."""
        document = tomlkit.document()
        if self._seed:
            document.add("seed", self._seed)
        if self._drop_dead_channels:
            document.add("drop_dead_channels", True)
        for name, settings in self._tables():
            document.add(name, _toml_table(settings.settings()))
        layers = tomlkit.table(is_super_table=True)
        for pattern, layer in self._layers.items():
            layers.add(pattern, _toml_table(layer.settings()))
        document.add("layers", layers)
        return tomlkit.dumps(document)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a TOML file. Raises ``RecipeError``."""
        return cls.from_toml(Path(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a TOML file, whole or not at all. Raises ``RecipeError``."""
        from dcmobile.fileformat.atomic import write_atomically

        try:
            write_atomically(path, [self.to_toml().encode()])
        except FileError as error:
            raise RecipeError(str(error)) from None


def _settings_of(kind: type[_Settings], place: str, settings: Mapping[str, Any] | _Settings) -> _Settings:
    if isinstance(settings, kind):
        return settings
    if not isinstance(settings, Mapping):
        raise RecipeError(f"{place}: settings are a table, not {type(settings).__name__}")
    known = [f.name for f in fields(kind)]
    for name in settings:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise RecipeError(f"{place}: unknown setting {name!r}: {hint}")
    missing = [f.name for f in fields(kind) if f.default is MISSING and f.name not in settings]
    if missing:
        raise RecipeError(f"{place}: needs {' and '.join(repr(name) for name in missing)}")
    try:
        return kind(**settings)
    except RecipeError as error:
        raise RecipeError(f"{place}: {error}") from None


def _toml_table(settings: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for name, value in settings.items():
        table.add(name, value)
    return table


def _checked_pattern(pattern: object) -> str:
    if not isinstance(pattern, str) or not pattern:
        raise RecipeError(f"pattern {pattern!r}: it must be a name or a glob, such as 'fc1' or 'features.*'")
    return pattern


def _fits(pattern: str, name: str) -> bool:
    return pattern == name or fnmatchcase(name, pattern)


def _specificity(pattern: str, name: str) -> tuple[bool, int, int]:
    wildcards = re.findall(r"\[!?\]?[^\]]*\]|[*?]", pattern)
    return pattern == name, len(pattern) - sum(map(len, wildcards)), -len(wildcards)


def _read(path: str | os.PathLike[str]) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise RecipeError(f"cannot read {os.fspath(path)}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecipeError(f"cannot read {os.fspath(path)}: it is not UTF-8 text") from None
