"""Against the plainest form of the same thing: after each column the rest is solved for anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcmobile.compensate.columns import Book, settled
from dcmobile.compensate.factors import factors_of
from dcmobile.compensate.refit import refitted

Wide = npt.NDArray[np.float64]


def _second(columns: int, random: np.random.Generator, groups: int = 1) -> Wide:
    """Of inputs that go together."""
    x = random.normal(size=(groups, columns, 3 * columns)) + 2 * random.normal(size=(groups, 1, 3 * columns))
    result: Wide = x @ x.transpose(0, 2, 1) / (3 * columns)
    return result


def _loss(change: Wide, second: Wide) -> float:
    return float(((change @ second) * change).sum())


def _book(centroids: list[float], counts: list[int], worth: float, freedom: float) -> Book:
    return Book(np.array(centroids), np.array(counts), worth, freedom)


def test_the_factor_is_that_of_the_inverse() -> None:
    second = _second(7, np.random.default_rng(0), groups=3)
    factors = factors_of(second, 0.1)
    for group in range(3):
        order = factors.order[group]
        assert np.all(np.diff(np.diag(second[group])[order]) <= 0)
        damped = second[group] + 0.1 * np.diag(second[group]).mean() * np.eye(7)
        np.testing.assert_allclose(factors.second[group], damped)
        inverse = np.linalg.inv(damped[np.ix_(order, order)])
        np.testing.assert_allclose(factors.upper[group].T @ factors.upper[group], inverse, atol=1e-9)


def test_inputs_that_never_vary_are_no_harm() -> None:
    second = _second(4, np.random.default_rng(0), groups=2)
    second[1] = 0
    second[0, 2] = second[0, :, 2] = 0
    factors = factors_of(second, 0.01)
    assert np.isfinite(factors.upper).all()
    codes = settled(np.ones((2, 3, 4)), [factors], _book([-1, 1], [5, 5], 0, 1), np.ones((2, 3, 4), np.bool_))
    np.testing.assert_array_equal(codes, 2)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    rows=st.integers(1, 4),
    columns=st.integers(1, 9),
    groups=st.integers(1, 3),
    worth=st.sampled_from([0.0, 0.03, 0.3]),
)
def test_the_rest_of_a_row_takes_up_what_a_column_lost(
    seed: int, rows: int, columns: int, groups: int, worth: float
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(groups, rows, columns))
    kept = random.random(values.shape) < 0.8
    factors = factors_of(_second(columns, random, groups), 0.01)
    book = _book([-1.0, -0.2, 0.4, 1.3], [3, 40, 30, 4], worth, 0.7)
    codes = settled(values, [factors], book, kept)
    table = np.array([0.0, *book.centroids])
    bits = np.log2(book.counts.sum() / book.counts)
    for group in range(groups):
        order, second = factors.order[group], factors.second[group]
        for row in range(rows):
            wanted, now = values[group, row].copy(), values[group, row].copy()
            for step, column in enumerate(order):
                rest = order[step + 1 :]
                if kept[group, row, column]:
                    # What a change here costs once the rest has made up for it: the Schur complement.
                    cost = second[column, column]
                    if rest.size:
                        cost -= second[column, rest] @ np.linalg.solve(second[np.ix_(rest, rest)], second[rest, column])
                    prices = np.square(now[column] - book.centroids) * cost + worth / book.freedom * bits
                    mine = prices[codes[group, row, column] - 1]
                    assert mine <= prices.min() + 0.05 * worth / book.freedom * bits.max() + 1e-9
                else:
                    assert codes[group, row, column] == 0
                done = order[: step + 1]
                now[done] = table[codes[group, row, done]]
                if rest.size:
                    lost = wanted[done] - now[done]
                    now[rest] = wanted[rest] + np.linalg.solve(
                        second[np.ix_(rest, rest)], second[np.ix_(rest, done)] @ lost
                    )


def test_alike_inputs_leave_plain_rounding() -> None:
    values = np.random.default_rng(0).normal(size=(1, 5, 70))
    factors = factors_of(np.eye(70)[np.newaxis], 0.01)
    book = _book([-1.0, 0.1, 0.9], [1, 1, 1], 0.0, 1.0)
    codes = settled(values, [factors], book, np.ones(values.shape, np.bool_))
    np.testing.assert_array_equal(codes, np.abs(values[..., np.newaxis] - book.centroids).argmin(-1) + 1)


@pytest.mark.parametrize("columns", [30, 150])
def test_outputs_change_less_than_by_rounding(columns: int) -> None:
    random = np.random.default_rng(1)
    values, second = random.normal(size=(1, 20, columns)), _second(columns, random)
    book = _book([-1.5, -0.5, 0.5, 1.5], [1, 1, 1, 1], 0.0, 1.0)
    rounded = book.centroids[np.abs(values[..., np.newaxis] - book.centroids).argmin(-1)]
    codes = settled(values, [factors_of(second, 0.01)], book, np.ones(values.shape, np.bool_))
    assert _loss(book.centroids[codes - 1] - values, second) < 0.4 * _loss(rounded - values, second)


def test_blocks_of_columns_are_settled_each_on_its_own() -> None:
    random = np.random.default_rng(2)
    values, kept = random.normal(size=(1, 4, 9)), np.ones((1, 4, 9), np.bool_)
    blocks = [factors_of(_second(5, random), 0.01), factors_of(_second(4, random), 0.01)]
    book = _book([-1.0, 0.0, 1.0], [1, 2, 1], 0.1, 1.0)
    whole = settled(values, blocks, book, kept)
    parts = [
        settled(values[:, :, :5], blocks[:1], book, kept[:, :, :5]),
        settled(values[:, :, 5:], blocks[1:], book, kept[:, :, 5:]),
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts, 2))


@pytest.mark.parametrize("groups", [1, 3])
def test_refitted_centroids_are_those_of_least_squares(groups: int) -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=(groups, 6, 8))
    codes = random.integers(0, 5, size=values.shape).astype(np.uint16)
    codes[codes == 3] = 2  # centroid 3 has no weight
    blocks = [factors_of(_second(5, random, groups), 0.01), factors_of(_second(3, random, groups), 0.01)]
    found = refitted(values, codes, blocks, np.array([-1.0, -0.5, 0.25, 1.0]))
    assert found[2] == 0.25
    rows, wanted = [], []
    for group in range(groups):
        for start, stop, block in ((0, 5, blocks[0]), (5, 8, blocks[1])):
            half = np.linalg.cholesky(block.second[group]).T
            for row in range(6):
                members = codes[group, row, start:stop, np.newaxis] == np.array([1, 2, 4])
                rows.append(half @ members)
                wanted.append(half @ values[group, row, start:stop])
    best = np.linalg.lstsq(np.concatenate(rows), np.concatenate(wanted), rcond=None)[0]
    np.testing.assert_allclose(found[[0, 1, 3]], best, rtol=1e-4, atol=1e-5)
