"""Budgets are spent: options between those measured, and files that are made until one is full."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcmobile.budget.fill import between, fill
from dcmobile.budget.fit import fit
from dcmobile.budget.sensitivity import Choice, LayerSensitivity, Option, Sensitivity
from dcmobile.budget.settings import ALL_SETTINGS, UNCHANGED
from dcmobile.errors import CallError
from dcmobile.recipe import LayerRecipe


def _layer(name: str, weights: int) -> LayerSensitivity:
    """A quarter of a bit a weight from option to option, errors that quadruple with each bit less."""
    options = [Option(UNCHANGED, 4 * weights, 0.0)]
    for number, tried in enumerate(each for each in ALL_SETTINGS if each.density is None):
        size, error = round(weights * (8 - number / 4) / 8), weights * 1e-9 * 2 ** (number / 2)
        options.append(Option(tried, size, error))
    return LayerSensitivity(name, weights, tuple(options))


MEASURED = Sensitivity((_layer("small", 500), _layer("large", 40_000)), 400, 4 * 40_500, 12, False)
SIZES = st.integers(MEASURED.smallest_size, 38_000)


@settings(max_examples=30, deadline=None)
@given(SIZES)
def test_all_is_spent_and_every_byte_is_worth_something(size: int) -> None:
    choice = MEASURED.choose(size)
    filled = fill(MEASURED, choice, size)
    assert filled.file_bytes == size == MEASURED.structure_bytes + sum(each.bytes for each in filled.options.values())
    assert filled.error == pytest.approx(sum(each.error for each in filled.options.values()))
    assert filled.error <= choice.error
    assert fill(MEASURED, filled, size) == filled
    assert filled.recipe.layers.keys() == {"small", "large"}


def test_options_between_are_the_least_harmful() -> None:
    size = MEASURED.choose(20_000).file_bytes + 200
    choice = MEASURED.choose(size)
    assert choice.file_bytes < size
    filled = fill(MEASURED, choice, size)
    moved = [name for name in filled.options if filled.options[name] != choice.options[name]]
    assert moved == ["large"]
    before, after = choice.options["large"], filled.options["large"]
    assert not after.measured
    assert after.settings.rate < before.settings.rate
    finer = next(each for each in reversed(MEASURED.layers[1].options) if each.bytes > before.bytes)
    assert finer.settings.rate < after.settings.rate


def test_nothing_lies_between_a_layer_as_it_is_and_its_finest_sharing() -> None:
    found = Sensitivity((_layer("one", 1000),), 400, 4000, 12, False)
    choice = found.choose(2000)
    assert fill(found, choice, 2000) == choice
    assert choice.file_bytes == 1400


@pytest.mark.parametrize(
    ("start", "end", "middle"),
    [
        ({"bits": 6, "rate": 0.01}, {"bits": 6, "rate": 0.0001}, {"bits": 6, "rate": 0.001}),
        ({"bits": 5, "rate": 0.09}, {"bits": 7, "rate": 0.01}, {"bits": 7, "rate": 0.03}),
        ({"bits": 8, "rate": 0.0002}, {"bits": 8}, {"bits": 8, "rate": 0.0001}),
        (
            {"bits": 4, "rate": 0.02, "density": 0.1},
            {"bits": 4, "rate": 0.02, "density": 0.3},
            {"bits": 4, "rate": 0.02, "density": 0.2},
        ),
        ({"bits": 4, "rate": 0.02, "density": 0.5}, {"bits": 3, "rate": 0.2}, None),
        ({"bits": 4, "rate": 0.02, "density": 0.5}, {"bits": 5, "rate": 0.02, "density": 0.7}, None),
        ({"bits": 8}, {}, None),
        ({"bits": 6, "rate": 0.01}, {"bits": 6, "rate": 0.01, "codebook": "fp16"}, None),
        ({"bits": 6, "rate": 0.01}, {"bits": 6, "rate": 0.01}, None),
    ],
)
def test_between(start: dict[str, float], end: dict[str, float], middle: dict[str, float] | None) -> None:
    found = between(LayerRecipe(**start), LayerRecipe(**end), 0.5)  # type: ignore[arg-type]
    assert found == (None if middle is None else LayerRecipe(**middle))  # type: ignore[arg-type]


@settings(max_examples=30, deadline=None)
@given(SIZES, st.integers(-300, 300), st.floats(-0.02, 0.02))
def test_files_are_made_until_one_is_full(size: int, more: int, share: float) -> None:
    """Whatever the files take more or less than was measured."""
    made = []

    def make(choice: Choice) -> tuple[int, Choice]:
        made.append(round(choice.file_bytes * (1 + share)) + more)
        return made[-1], choice

    try:
        found = fit(MEASURED, size, make)
    except CallError:
        assert min(made) > size
        assert MEASURED.smallest_size * (1 + share) + more > size - 100
        return
    assert found.bytes == max(each for each in made if each <= size)
    assert found.made == found.choice
    assert size - found.bytes <= max(48, size // 200)
    assert len(made) <= 4


@settings(max_examples=30, deadline=None)
@given(SIZES, st.integers(50, 300))
def test_options_between_may_take_more_than_they_should(size: int, more: int) -> None:
    """What was measured fits at least."""

    def make(choice: Choice) -> tuple[int, None]:
        between_options = any(not option.measured for option in choice.options.values())
        return choice.file_bytes + more * between_options, None

    found = fit(MEASURED, size, make)
    least = MEASURED.choose(max(size - more - 16, MEASURED.smallest_size))
    assert least.file_bytes <= found.bytes <= size


def test_the_smallest_file_that_was_made_is_told() -> None:
    with pytest.raises(CallError, match="900 bytes cannot be reached: the smallest file without training is "):
        fit(MEASURED, 900, lambda choice: (choice.file_bytes, None))
    size = MEASURED.smallest_size
    with pytest.raises(
        CallError, match=rf"{size:,} bytes cannot be reached: the smallest file .* has {size + 40:,} byt"
    ):
        fit(MEASURED, size, lambda choice: (choice.file_bytes + 40, None))


def test_what_cannot_be_spent_is_left() -> None:
    small = replace(MEASURED, layers=MEASURED.layers[:1])
    made = []

    def make(choice: Choice) -> tuple[int, None]:
        made.append(choice.file_bytes)
        return choice.file_bytes, None

    assert fit(small, 50_000, make).bytes == 2400
    assert len(made) == 1
