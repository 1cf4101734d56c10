from __future__ import annotations

import pytest

from dcmobile.errors import CallError, SizeError
from dcmobile.recipe import Recipe
from dcmobile.trials.driver import drive
from dcmobile.trials.record import Trial
from dcmobile.trials.target import Target

RECIPE = Recipe({"*": {"bits": 3}})


def test_sizes_that_no_file_has_are_too_small() -> None:
    asked = []

    def attempt(number: int, size: int) -> Trial:
        asked.append((number, size))
        if size < 3000:
            raise SizeError(size, "a test")
        return Trial(size, size - 10, 0.0, RECIPE)

    best, done = drive(Target(rise=0.5), 0.0, (1000, 8000), 6, attempt)
    assert 2990 <= best.file_bytes < 3080
    assert best.file_bytes == min(trial.file_bytes for trial in done)
    assert [number for number, size in asked if size >= 3000] == list(range(len(done)))
    assert len(asked) > len(done)


def test_without_any_file_the_search_says_so() -> None:
    def attempt(number: int, size: int) -> Trial:
        raise SizeError(size, "a test")

    with pytest.raises(CallError, match="the least of 0 trials is nan"):
        drive(Target(rise=0.5), 0.0, (1000, 8000), 6, attempt)
    with pytest.raises(SizeError, match="the target size of 1,000 bytes cannot be reached: a test"):
        drive(Target(size=1000), 0.0, (1000, 8000), 6, attempt)
