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
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Self

import tomlkit

from dcmobile.errors import RecipeError

#: How many layers an error lists.
_LISTED = 12
#: How the centroids start (paper, section 3.2): evenly over the range, evenly over the distribution, at random weights.
INITS = ("linear", "density", "random")
#: How density falls while the user trains; see ``dcmobile.prune.schedules``.
SCHEDULES = ("one_shot", "iterative", "cubic")
#: How codebooks and biases are written.
FLOATS = ("fp32", "fp16")


@dataclass(frozen=True)
class LayerRecipe:
    """Settings of one layer. A step is one call of ``Compressor.step``: one ``optimizer.step``.

    density: share of the weights that stay, in (0, 1]. None: no pruning.
    bits: log2 of the number of centroids, 1..8. A layer with zero weights (pruned ones) has 255 centroids at 8 bits, so
        that zero and centroids together still fit a codebook of 256. None: the weights are not clustered. They are
        written dense, zeros too; only where they have at most 255 different non-zero values, as codes, without loss.
    init: where k-means starts: "linear", "density" or "random".
    rate: what one bit of a code is worth: squared error a weight, as a share of the layer's mean square weight, from 0
        to 1. Above 0, the centroids are chosen for the least squared error plus ``rate`` times the entropy of the
        codes: a smaller file at the same error than fewer bits give. 0: plain k-means. 0.0001 hardly changes the
        error; 0.001 takes about a bit off 5-bit codes.
    schedule: "one_shot" prunes at ``begin``; "iterative" prunes in ``rounds`` rounds, ``every`` steps apart, each of
        which leaves the same share of the weights; "cubic" lets density fall from 1 at ``begin`` to its target at
        ``end``, pruning every ``every`` steps (100 by default).
    begin, end, every, rounds: see schedule. With "one_shot" and ``regrow`` the mask is chosen anew every ``every``
        steps until ``end``.
    regrow: pruned weights go on being trained behind the mask (straight-through gradient) and may come back when the
        mask is next chosen. Otherwise masks only shrink.
    codebook, biases: "fp32", or "fp16" for half the bytes.
    """

    density: float | None = None
    bits: int | None = None
    init: str = "linear"
    rate: float = 0.0
    schedule: str = "one_shot"
    begin: int = 0
    end: int | None = None
    every: int | None = None
    rounds: int | None = None
    regrow: bool = False
    codebook: str = "fp32"
    biases: str = "fp32"

    def __post_init__(self) -> None:
        _check_settings(self)
        # Numbers of other libraries become plain ones, which TOML can write.
        object.__setattr__(self, "rate", float(self.rate))
        if self.density is not None:
            object.__setattr__(self, "density", float(self.density))
        for name in _INTEGERS:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, int(getattr(self, name)))

    def settings(self) -> dict[str, Any]:
        """The settings that differ from the defaults."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


class Recipe:
    """Patterns and their settings, in order, and the seed of the random initialisation.

    Raises ``RecipeError`` for an unknown setting, a value out of its range or settings that do not go together.
    """

    def __init__(self, layers: Mapping[str, Mapping[str, Any] | LayerRecipe], seed: int = 0) -> None:
        if not isinstance(layers, Mapping):
            raise RecipeError(f"a recipe maps patterns to settings, not {type(layers).__name__}")
        if not _is_integer(seed) or not 0 <= seed < 2**63:
            raise RecipeError(f"seed is {seed!r}: it must be an integer from 0 to 2^63 - 1")
        self._seed = int(seed)
        self._layers: dict[str, LayerRecipe] = {
            _checked_pattern(pattern): _layer_recipe(pattern, settings) for pattern, settings in layers.items()
        }

    @property
    def seed(self) -> int:
        """Seed of the "random" initialisation, 0 to 2^63 - 1."""
        return self._seed

    @property
    def layers(self) -> Mapping[str, LayerRecipe]:
        """The entries, in order."""
        return dict(self._layers)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Recipe):
            return NotImplemented
        return self._seed == other._seed and list(self._layers.items()) == list(other._layers.items())

    def __hash__(self) -> int:
        return hash((self._seed, tuple(self._layers.items())))

    def __repr__(self) -> str:
        layers = {pattern: layer.settings() for pattern, layer in self._layers.items()}
        return f"Recipe({layers!r}, seed={self._seed})"

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
            if key not in ("seed", "layers"):
                raise RecipeError(f"{place}unknown key {key!r}: a recipe has 'seed' and tables [layers.\"pattern\"]")
        layers = document.get("layers", {})
        if not isinstance(layers, dict):
            raise RecipeError(f"{place}'layers' must be tables [layers.\"pattern\"]")
        try:
            return cls(layers, document.get("seed", 0))
        except RecipeError as error:
            raise RecipeError(f"{place}{error}") from None

    def to_toml(self) -> str:
        """The recipe as TOML; ``from_toml`` gives an equal recipe back."""
        document = tomlkit.document()
        if self._seed:
            document.add("seed", self._seed)
        layers = tomlkit.table(is_super_table=True)
        for pattern, layer in self._layers.items():
            table = tomlkit.table()
            for name, value in layer.settings().items():
                table.add(name, value)
            layers.add(pattern, table)
        document.add("layers", layers)
        return tomlkit.dumps(document)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a TOML file. Raises ``RecipeError``."""
        return cls.from_toml(Path(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a TOML file. Raises ``RecipeError``."""
        try:
            Path(path).write_text(self.to_toml(), encoding="utf-8")
        except OSError as error:
            raise RecipeError(f"cannot write {os.fspath(path)}: {error.strerror}") from None


_INTEGERS = {"bits": (1, 8), "begin": (0, None), "end": (0, None), "every": (1, None), "rounds": (1, None)}
_CHOICES = {"init": INITS, "schedule": SCHEDULES, "codebook": FLOATS, "biases": FLOATS}
#: What each schedule needs, and what it may have besides.
_TIMING: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "one_shot": (frozenset(), frozenset()),
    "iterative": (frozenset({"every", "rounds"}), frozenset()),
    "cubic": (frozenset({"end"}), frozenset({"every"})),
}


def _check_settings(layer: LayerRecipe) -> None:
    density = layer.density
    if density is not None and not (_is_real(density) and 0 < density <= 1):
        raise RecipeError(f"density is {density!r}: it must be above 0 and at most 1")
    if not (_is_real(layer.rate) and 0 <= layer.rate <= 1):
        raise RecipeError(f"rate is {layer.rate!r}: it must be from 0 to 1")
    for name, (least, most) in _INTEGERS.items():
        value = getattr(layer, name)
        if value is None and name != "begin":
            continue
        if not _is_integer(value) or value < least or (most is not None and value > most):
            span = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise RecipeError(f"{name} is {value!r}: it must be an integer {span}")
    for name, choices in _CHOICES.items():
        if getattr(layer, name) not in choices:
            raise RecipeError(f"{name} is {getattr(layer, name)!r}: it must be one of {', '.join(choices)}")
    if not isinstance(layer.regrow, bool):
        raise RecipeError(f"regrow is {layer.regrow!r}: it must be true or false")
    _check_timing(layer)


def _check_timing(layer: LayerRecipe) -> None:
    """The schedule has what it needs and nothing that it would ignore."""
    needed, allowed = _TIMING[layer.schedule]
    if layer.schedule == "one_shot" and layer.regrow:
        allowed = frozenset({"end", "every"})
    given = {name for name in ("end", "every", "rounds") if getattr(layer, name) is not None}
    if missing := needed - given:
        raise RecipeError(f"schedule {layer.schedule!r} needs {' and '.join(repr(name) for name in sorted(missing))}")
    if ignored := given - needed - allowed:
        raise RecipeError(
            f"schedule {layer.schedule!r} does not use {' or '.join(repr(name) for name in sorted(ignored))}"
        )
    if layer.end is not None and layer.end <= layer.begin:
        raise RecipeError(f"end is {layer.end}: it must be after begin, {layer.begin}")
    if layer.density is None and (given or layer.begin or layer.regrow or layer.schedule != "one_shot"):
        raise RecipeError("a schedule without 'density' prunes nothing: give the density")
    if layer.bits is None and (layer.init != "linear" or layer.rate or layer.codebook != "fp32"):
        raise RecipeError("init, rate or codebook without 'bits' has no centroids to act on: give the bits")


def _layer_recipe(pattern: str, settings: Mapping[str, Any] | LayerRecipe) -> LayerRecipe:
    if isinstance(settings, LayerRecipe):
        return settings
    if not isinstance(settings, Mapping):
        raise RecipeError(f"{pattern!r}: settings are a table, not {type(settings).__name__}")
    known = [f.name for f in fields(LayerRecipe)]
    for name in settings:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise RecipeError(f"{pattern!r}: unknown setting {name!r}: {hint}")
    try:
        return LayerRecipe(**settings)
    except RecipeError as error:
        raise RecipeError(f"{pattern!r}: {error}") from None


def _checked_pattern(pattern: object) -> str:
    if not isinstance(pattern, str) or not pattern:
        raise RecipeError(f"pattern {pattern!r}: it must be a name or a glob, such as 'fc1' or 'features.*'")
    return pattern


def _fits(pattern: str, name: str) -> bool:
    return pattern == name or fnmatchcase(name, pattern)


def _specificity(pattern: str, name: str) -> tuple[bool, int, int]:
    wildcards = re.findall(r"\[!?\]?[^\]]*\]|[*?]", pattern)
    return pattern == name, len(pattern) - sum(map(len, wildcards)), -len(wildcards)


def _is_integer(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_real(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _read(path: str | os.PathLike[str]) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise RecipeError(f"cannot read {os.fspath(path)}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecipeError(f"cannot read {os.fspath(path)}: it is not UTF-8 text") from None
