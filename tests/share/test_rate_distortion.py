from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcmobile import _native
from dcmobile.encode.gap_bits import best_width, entropy, gap_cost, gap_counts, gap_lengths, gaps_of
from dcmobile.share.rate_distortion import Assignment, start

supports = st.lists(st.booleans(), min_size=1, max_size=300).filter(any)


@given(supports)
def test_gaps_put_every_weight_back_in_its_place(support: list[bool]) -> None:
    places = np.flatnonzero(support)
    assert np.array_equal(np.cumsum(gaps_of(places) + 1) - 1, places)


@given(st.integers(0, 2**31), st.floats(0.005, 0.6))
@settings(max_examples=30)
def test_the_estimate_is_what_the_encoder_takes(seed: int, density: float) -> None:
    random = np.random.default_rng(seed)
    codes = np.where(random.random(20000) < density, 1, 0).astype(np.uint16)
    codes[0] = 1
    streams = _native.encode_sparse(codes, 1)
    assert streams is not None
    places = np.flatnonzero(codes)
    actual = streams.gaps.bits + 8 * len(streams.gap_lengths)
    assert gap_cost(places, codes.size) == pytest.approx(actual, rel=0.05, abs=320)
    assert streams.gaps.entropy_bits == pytest.approx(entropy(gap_counts(gaps_of(places), streams.gap_bits)), rel=1e-6)


@given(supports, st.integers(2, 8))
def test_gap_symbols_are_counted_as_the_encoder_counts(support: list[bool], width: int) -> None:
    gaps = gaps_of(np.flatnonzero(support))
    counts = gap_counts(gaps, width)
    step = (1 << width) - 1
    symbols = [symbol for gap in gaps.tolist() for symbol in [step] * (gap // step) + [gap % step]]
    assert counts.tolist() == np.bincount(symbols, minlength=step + 1).tolist()


@given(supports)
def test_a_long_gap_costs_its_skips(support: list[bool]) -> None:
    gaps = gaps_of(np.flatnonzero(support))
    step = (1 << best_width(gaps)) - 1
    lengths = gap_lengths(gaps, 3 * step)
    assert lengths[2 * step + 1] == pytest.approx(2 * (lengths[step] - lengths[0]) + lengths[1])


def made(seed: int, size: int = 4000, density: float = 0.1, centroids: int = 8) -> Assignment:
    random = np.random.default_rng(seed)
    places = np.flatnonzero(random.random(size) < density)
    values = random.normal(size=places.size)
    importance = random.gamma(1.0, 1.0, places.size) + 0.01
    return start(places, size, values, importance, centroids, half=True)


def objective(assignment: Assignment, rate: float) -> float:
    table = np.concatenate(([0.0], assignment.centroids))
    error = assignment.importance * np.square(assignment.values - table[assignment.codes])
    used = int(np.count_nonzero(assignment.counts))
    return float(error.sum()) + rate * (assignment.bits() + used * (assignment.centroid_bits + 4))


@given(st.integers(0, 1000), st.sampled_from([0.001, 0.01, 0.05, 0.2]), st.sampled_from([0.03, 0.3, 0.9]))
@settings(max_examples=40)
def test_rounds_lower_error_plus_rate(seed: int, rate: float, density: float) -> None:
    assignment = made(seed, density=density)
    first = objective(assignment, rate)
    for _ in range(12):
        assignment.improve(rate)
        assert assignment.codes.min() >= 0
        assert not np.flatnonzero(assignment.counts > 0).tolist() or assignment.alive[assignment.counts > 0].all()
    assert objective(assignment, rate) <= first * 1.0001


def test_a_greater_rate_takes_fewer_bits_weights_and_centroids() -> None:
    bits, kept, used = [], [], []
    for rate in (0.0005, 0.005, 0.05):
        assignment = made(1, size=40000, centroids=15)
        for _ in range(30):
            assignment.improve(rate)
        bits.append(assignment.bits())
        kept.append(np.count_nonzero(assignment.codes))
        used.append(np.count_nonzero(assignment.alive))
    assert bits[0] > bits[1] > bits[2]
    assert kept[0] > kept[1] > kept[2]
    assert used[0] >= used[1] >= used[2]


def test_without_a_rate_it_is_k_means() -> None:
    assignment = made(3)
    for _ in range(50):
        assignment.improve(0.0)
    nearest = np.abs(assignment.values[:, np.newaxis] - assignment.centroids[assignment.alive]).min(1)
    table = np.concatenate(([0.0], assignment.centroids))
    own = np.abs(assignment.values - table[assignment.codes])
    kept = assignment.codes > 0
    np.testing.assert_allclose(own[kept], nearest[kept], atol=1e-3)


def test_a_lonely_weight_costs_more_than_one_among_others() -> None:
    """Equal values and importance: what is far from all others goes, what lies among them stays."""
    crowd = np.arange(1000, 1400, 2)
    places = np.concatenate((crowd, np.array([40000, 80000])))
    assignment = start(places, 100_000, np.full(places.size, 0.5), np.ones(places.size), 2, half=True)
    for _ in range(4):
        assignment.improve(0.03)
    assert (assignment.codes[: crowd.size] > 0).all()
    assert (assignment.codes[crowd.size :] == 0).all()


def test_important_weights_stay() -> None:
    places = np.flatnonzero(np.random.default_rng(0).random(4000) < 0.1)
    importance = np.full(places.size, 1e-4)
    importance[7] = 1e4
    assignment = start(places, 4000, np.full(places.size, 0.1), importance, 3, half=True)
    for _ in range(5):
        assignment.improve(0.1)
    assert assignment.codes[7] > 0
    assert np.count_nonzero(assignment.codes) < 10


def test_the_last_weight_of_a_row_takes_its_bias_along() -> None:
    """Rows of one weight go at a rate at which rows of several stay."""
    random = np.random.default_rng(2)
    crowded = np.sort(random.choice(50 * 100, 1000, replace=False))
    lonely = 5000 + 100 * np.arange(50) + random.integers(0, 100, 50)
    places = np.concatenate((crowded, lonely))
    kept = []
    for row_bits in (0, 32):
        values, importance = np.full(places.size, 0.5), np.full(places.size, 4.0)
        assignment = start(places, 10_000, values, importance, 2, True, row_size=100, row_bits=row_bits)
        for _ in range(6):
            assignment.improve(0.04)
        kept.append([int(np.count_nonzero(part)) for part in (assignment.codes[:1000], assignment.codes[1000:])])
    assert kept[0] == [1000, 50]
    assert kept[1] == [1000, 0]


def test_a_weight_comes_back_when_its_shadow_has_grown() -> None:
    assignment = made(6)
    for _ in range(10):
        assignment.improve(0.02)
    gone = int(np.flatnonzero(assignment.codes == 0)[0])
    assignment.values[gone] = assignment.centroids[assignment.alive].max()
    assignment.importance[gone] = 50
    assignment.improve(0.02)
    assert assignment.codes[gone] > 0
