from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from dcmobile.compressor import Compressor
from dcmobile.errors import RecipeError
from dcmobile.recipe import LayerRecipe, Recipe

BITS: dict[str, dict[str, Any]] = {
    name: {"bits": index + 1} for index, name in enumerate(["*", "f*", "fc*", "fc?", "fc[12]", "fc1", "f*1"])
}


@pytest.mark.parametrize(
    ("patterns", "name", "best"),
    [
        (["fc1", "fc*", "*"], "fc1", "fc1"),
        (["*", "fc*", "fc1"], "fc1", "fc1"),
        (["f*", "fc*"], "fc1", "fc*"),
        (["f*1", "f*"], "fc1", "f*1"),
        (["fc*", "fc?"], "fc1", "fc?"),  # as specific: the later one
        (["fc?", "fc*"], "fc1", "fc*"),
        (["fc[12]", "fc*"], "fc1", "fc*"),
        (["*"], "fc1", "*"),
        (["*", "fc*"], "conv", "*"),
        (["fc1", "fc*"], "conv", None),
        (["*"], "", "*"),
    ],
)
def test_most_specific_pattern_wins(patterns: list[str], name: str, best: str | None) -> None:
    recipe = Recipe({pattern: BITS[pattern] for pattern in patterns})
    expected = None if best is None else LayerRecipe(**BITS[best])
    assert recipe.for_module(name) == expected


def test_fewer_wildcards_win_at_equal_literals() -> None:
    recipe = Recipe({"a*c": {"bits": 1}, "a*c*": {"bits": 2}})
    assert recipe.for_module("abc") == LayerRecipe(bits=1)


def test_entries_are_not_merged() -> None:
    recipe = Recipe({"*": {"density": 0.5}, "fc*": {"bits": 5}})
    assert recipe.for_module("fc1") == LayerRecipe(bits=5)


def test_patterns_are_case_sensitive_and_cross_dots() -> None:
    recipe = Recipe({"features.*": {"bits": 5}})
    assert recipe.for_module("features.0.conv") == LayerRecipe(bits=5)
    assert recipe.for_module("Features.0") is None


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"density": 0}, "'fc1': density is 0: it must be above 0 and at most 1"),
        ({"density": 1.01}, "density is 1.01"),
        ({"density": -0.1}, "density is -0.1"),
        ({"density": math.nan}, "density is nan"),
        ({"density": "9%"}, "density is '9%'"),
        ({"density": True}, "density is True"),
        ({"bits": 0}, "bits is 0: it must be an integer from 1 to 8"),
        ({"bits": 9}, "bits is 9"),
        ({"bits": 4.0}, "bits is 4.0"),
        ({"bits": True}, "bits is True"),
        ({"densty": 0.1}, "'fc1': unknown setting 'densty': did you mean 'density'"),
        ({"colour": 0.1}, "unknown setting 'colour': known are density, score, bits"),
        ({"bits": 5, "init": "kmeans++"}, "init is 'kmeans\\+\\+': it must be one of linear, density, random"),
        ({"bits": 5, "codebook": "fp8"}, "codebook is 'fp8'"),
        ({"biases": 16}, "biases is 16"),
        ({"density": 0.1, "schedule": "cubic"}, "schedule 'cubic' needs 'end'"),
        ({"density": 0.1, "schedule": "iterative", "rounds": 3}, "schedule 'iterative' needs 'every'"),
        ({"density": 0.1, "schedule": "iterative", "rounds": 3, "every": 9, "end": 9}, "does not use 'end'"),
        ({"density": 0.1, "every": 9}, "schedule 'one_shot' does not use 'every'"),
        ({"density": 0.1, "schedule": "cubic", "begin": 9, "end": 9}, "end is 9: it must be after begin, 9"),
        ({"density": 0.1, "begin": -1}, "begin is -1: it must be an integer of at least 0"),
        ({"density": 0.1, "begin": None}, "begin is None"),
        ({"density": 0.1, "schedule": "cubic", "end": 9, "every": 0}, "every is 0"),
        ({"density": 0.1, "regrow": 1}, "regrow is 1"),
        ({"bits": 5, "schedule": "cubic", "end": 9}, "without 'density' prunes nothing"),
        ({"density": 0.1, "init": "random"}, "without 'bits'"),
        ({"density": 0.1, "rate": 0.001}, "without 'bits'"),
        ({"bits": 4, "rate": -0.1}, "rate is -0.1: it must be from 0 to 1"),
        ({"bits": 4, "rate": float("nan")}, "rate is nan: it must be from 0 to 1"),
        ({"bits": 4, "rate": "high"}, "rate is 'high': it must be from 0 to 1"),
        (5, "'fc1': settings are a table, not int"),
    ],
)
def test_bad_settings(settings: Any, text: str) -> None:
    with pytest.raises(RecipeError, match=text) as caught:
        Recipe({"fc1": settings})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pattern", ["", 5])
def test_bad_patterns(pattern: Any) -> None:
    with pytest.raises(RecipeError, match="it must be a name or a glob"):
        Recipe({pattern: {}})


@pytest.mark.parametrize("seed", [-1, 1.5, True, 2**63])
def test_bad_seeds(seed: Any) -> None:
    with pytest.raises(RecipeError, match="seed is"):
        Recipe({}, seed)


def test_a_recipe_is_a_mapping() -> None:
    with pytest.raises(RecipeError, match="maps patterns to settings, not list"):
        Recipe([("fc1", {})])  # type: ignore[arg-type]


def test_pattern_that_fits_nothing() -> None:
    recipe = Recipe({"*": {"bits": 8}, "fc4": {"bits": 5}})
    recipe.check_patterns(["fc4"])
    with pytest.raises(RecipeError, match=r"'fc4' fits no layer of the model: did you mean 'fc3'\?.* are conv1, fc3"):
        recipe.check_patterns(["conv1", "fc3"])


def test_numbers_of_numpy_become_plain() -> None:
    layer = LayerRecipe(density=np.float32(0.5), bits=np.int64(5))  # type: ignore[arg-type]
    assert type(layer.density) is float
    assert type(layer.bits) is int


def test_toml_text() -> None:
    recipe = Recipe({"fc*": {"density": 0.09, "bits": 5}, "features.0": LayerRecipe(bits=8, codebook="fp16")}, seed=3)
    text = """seed = 3

[layers."fc*"]
density = 0.09
bits = 5

[layers."features.0"]
bits = 8
codebook = "fp16"
"""
    assert recipe.to_toml() == text
    assert Recipe.from_toml(text) == recipe


def test_files(tmp_path: Path) -> None:
    recipe = Recipe({"fc*": {"density": 0.09}})
    recipe.save(tmp_path / "recipe.toml")
    assert Recipe.load(str(tmp_path / "recipe.toml")) == recipe
    assert Recipe.from_toml(tmp_path / "recipe.toml") == recipe
    with pytest.raises(RecipeError, match=r"cannot read .*none\.toml: No such file"):
        Recipe.load(tmp_path / "none.toml")
    with pytest.raises(RecipeError, match="cannot write"):
        recipe.save(tmp_path / "none" / "recipe.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(RecipeError, match=r"bad\.toml: it is not UTF-8"):
        Recipe.load(tmp_path / "bad.toml")
    (tmp_path / "bad.toml").write_text("[layers.fc1]\nbits = 9")
    with pytest.raises(RecipeError, match=r"bad\.toml: 'fc1': bits is 9"):
        Recipe.load(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("bits = ", "not TOML: "),
        ("[fc1]\nbits = 5", "unknown key 'fc1'"),
        ("layers = 5", "'layers' must be tables"),
        ("layers.fc1 = 5", "'fc1': settings are a table"),
    ],
)
def test_bad_toml(text: str, error: str) -> None:
    with pytest.raises(RecipeError, match=error) as caught:
        Recipe.from_toml(text)
    assert "\n" not in str(caught.value)


def test_empty_toml() -> None:
    assert Recipe.from_toml("") == Recipe({})


densities = st.floats(0, 1, exclude_min=True, allow_subnormal=False)
schedules: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"begin": st.integers(0, 10**6), "regrow": st.booleans()}),
    st.fixed_dictionaries(
        {"schedule": st.just("iterative"), "rounds": st.integers(1, 99), "every": st.integers(1, 10**6)}
    ),
    st.fixed_dictionaries({"schedule": st.just("cubic"), "end": st.integers(11, 10**6), "begin": st.integers(0, 10)}),
)
pruning = st.builds(lambda density, schedule: {"density": density, **schedule}, densities, schedules)
sharing = st.fixed_dictionaries(
    {
        "bits": st.integers(1, 8),
        "init": st.sampled_from(["linear", "density", "random"]),
        "codebook": st.sampled_from(["fp32", "fp16"]),
    }
)
layers = st.builds(
    lambda prune, share, biases: {**prune, **share, "biases": biases},
    st.just({}) | pruning,
    st.just({}) | sharing,
    st.sampled_from(["fp32", "fp16"]),
)
patterns = st.text(st.characters(codec="utf-8"), min_size=1)


compensations = st.none() | st.fixed_dictionaries(
    {"damping": st.floats(0, 1000, exclude_min=True), "samples": st.integers(1, 10**6)}
)


@given(st.dictionaries(patterns, layers), st.integers(0, 2**63 - 1), compensations)
def test_toml_round_trip(settings: dict[str, dict[str, Any]], seed: int, compensation: dict[str, Any] | None) -> None:
    recipe = Recipe(settings, seed, compensation=compensation)
    assert Recipe.from_toml(recipe.to_toml()) == recipe


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"damping": 0}, "damping is 0: it must be above 0"),
        ({"damping": float("nan")}, "damping is nan"),
        ({"damping": 1001.0}, "damping is 1001.0"),
        ({"samples": 0}, "samples is 0"),
        ({"dampng": 1}, "unknown setting 'dampng': did you mean 'damping'?"),
    ],
)
def test_refuses_compensation(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(RecipeError) as error:
        Recipe({"*": {"bits": 4}}, compensation=settings)
    assert text in str(error.value)


def test_who_trains_has_no_compensation() -> None:
    with pytest.raises(RecipeError, match="for networks that nobody trains"):
        Compressor(nn.Linear(4, 4), Recipe({"*": {"bits": 4}}, compensation={}))


def test_equality_and_text() -> None:
    recipe = Recipe({"a*": {"bits": 5}, "*b": {"bits": 4}})
    assert recipe != Recipe({"*b": {"bits": 4}, "a*": {"bits": 5}})  # the later one wins on "ab"
    assert hash(recipe) == hash(Recipe(recipe.layers))
    assert eval(repr(recipe)) == recipe
