from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcmobile.budget.allocate import Options, allocate, allocate_error, smallest_sum

_OPTIONS = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 10)), min_size=1, max_size=4).map(
    lambda pairs: Options(tuple(size for size, _ in pairs), tuple(error for _, error in pairs))
)
_LAYERS = st.lists(_OPTIONS, min_size=1, max_size=5)


def _totals(layers: list[Options], picks: list[int]) -> tuple[int, float]:
    size = sum(layer.bytes[pick] for layer, pick in zip(layers, picks, strict=True))
    return size, sum(layer.errors[pick] for layer, pick in zip(layers, picks, strict=True))


def _all(layers: list[Options]) -> list[tuple[int, float]]:
    return [_totals(layers, list(picks)) for picks in product(*(range(len(layer.bytes)) for layer in layers))]


@given(_LAYERS, st.integers(0, 200))
def test_is_the_best_of_all_within_the_budget(layers: list[Options], budget: int) -> None:
    fitting = [error for size, error in _all(layers) if size <= budget]
    picks = allocate(layers, budget)
    if picks is None:
        assert not fitting
        assert smallest_sum(layers) > budget
        return
    size, error = _totals(layers, picks)
    assert size <= budget
    assert error == pytest.approx(min(fitting))


@given(_LAYERS, st.floats(0, 30))
def test_is_the_smallest_of_all_with_so_little_error(layers: list[Options], most: float) -> None:
    size, error = _totals(layers, allocate_error(layers, most))
    least = min(each for _, each in _all(layers))
    allowed = max(most, least)
    assert error <= allowed * (1 + 1e-9)
    assert size <= min(each for each, wrong in _all(layers) if wrong <= allowed * (1 - 1e-9) or wrong == least)


def test_sizes_beyond_the_steps_stay_within_the_budget_and_near_the_best() -> None:
    random = np.random.default_rng(0)
    layers = []
    for weights in random.integers(1_000, 5_000_000, 40):
        bits = np.array([32, 8, 6, 5, 4, 3, 2])
        errors = random.uniform(0.1, 10) * 4.0**-bits
        layers.append(Options(tuple(int(size) for size in weights * bits // 8), tuple(float(e) for e in errors)))
    budget = smallest_sum(layers) * 2
    picks = allocate(layers, budget)
    assert picks is not None
    size, error = _totals(layers, picks)
    assert budget * 0.98 < size <= budget
    # The relaxation with a price a byte bounds every solution from below.
    bound = max(_relaxed(layers, budget, price) for price in np.geomspace(1e-14, 1e-6, 400))
    assert bound <= error < 1.05 * bound


def _relaxed(layers: list[Options], budget: int, price: float) -> float:
    best = sum(min(e + price * b for b, e in zip(layer.bytes, layer.errors, strict=True)) for layer in layers)
    return best - price * budget


def test_an_infinite_error_is_taken_where_there_is_no_room_for_another() -> None:
    layers = [Options((10, 1), (0.0, float("inf"))), Options((10, 1), (0.0, 0.5))]
    assert allocate(layers, 11) == [0, 1]
    assert allocate(layers, 2) == [1, 1]
    assert allocate(layers, 1) is None


def test_of_equal_errors_the_smaller_is_taken() -> None:
    assert allocate([Options((8, 4, 6), (0.25, 0.25, 0.25))], 100) == [1]
