"""k-means with a rate: against the definition by brute force, and against plain k-means where it should win."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dcmobile.share import Clustering, cluster
from dcmobile.share.entropy_constrained import thresholds

Floats = npt.NDArray[np.float32]

weights = hnp.arrays(np.float32, st.integers(1, 200), elements=st.floats(-100, 100, width=32))
rates = st.sampled_from([1e-6, 1e-3, 0.05, 1.0])


def entropy(result: Clustering) -> float:
    """Bits a non-zero weight."""
    counts = np.bincount(result.codes[result.codes > 0] - 1)
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def error(values: Floats, result: Clustering) -> float:
    """Squared error a non-zero weight, as a share of their mean square."""
    table = np.concatenate((np.zeros(1), result.centroids))
    kept = values[values != 0].astype(np.float64)
    return float(np.square(table[result.codes[result.codes > 0]] - kept).mean() / np.square(kept).mean())


@given(weights, st.integers(1, 256), st.sampled_from(["linear", "density", "random"]), rates, st.booleans())
def test_what_always_holds(values: Floats, clusters: int, init: str, rate: float, half: bool) -> None:
    result = cluster(values, clusters, init, 1, half, rate)
    assert result.centroids.size <= clusters
    assert (np.diff(result.centroids) > 0).all()
    np.testing.assert_array_equal(result.codes == 0, values == 0)
    used = np.unique(result.codes[result.codes > 0])
    np.testing.assert_array_equal(used, np.arange(1, result.centroids.size + 1))  # no centroid without a weight
    ordered = result.codes[np.argsort(values, kind="stable")]
    assert (np.diff(ordered[ordered > 0].astype(int)) >= 0).all()  # clusters are runs of the sorted weights
    again = cluster(values, clusters, init, 1, half, rate)
    np.testing.assert_array_equal(result.codes, again.codes)


@given(
    st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=20, unique=True),
    st.data(),
    st.sampled_from([0.0, 0.01, 1.0, 30.0]),
)
def test_thresholds_send_each_weight_where_it_is_cheapest(
    places: list[float], data: st.DataObject, worth: float
) -> None:
    centroids = np.sort(np.array(places, np.float64))
    counts = np.array([data.draw(st.integers(1, 1000)) for _ in places])
    kept, limits = thresholds(centroids, counts, worth)
    values = np.linspace(-12, 12, 301).astype(np.float32)
    cost = np.square(values[:, None].astype(np.float64) - centroids) + worth * np.log2(counts.sum() / counts)
    chosen = kept[np.searchsorted(limits, values, side="left")]
    np.testing.assert_allclose(cost[np.arange(values.size), chosen], cost.min(axis=1), rtol=1e-6, atol=1e-5)


def test_the_objective_falls_below_that_of_plain_k_means() -> None:
    values = np.random.default_rng(0).laplace(size=50_000).astype(np.float32)
    for rate in (1e-4, 1e-3, 1e-2):
        plain, constrained = cluster(values, 32), cluster(values, 32, rate=rate)
        assert entropy(constrained) < entropy(plain)
        assert error(values, constrained) + rate * entropy(constrained) < error(values, plain) + rate * entropy(plain)


def test_fewer_bits_at_the_error_of_fewer_centroids() -> None:
    """The claim of the module: on the largest 9 % of a normal distribution, 3.4 bits instead of 3.6."""
    values = np.random.default_rng(0).standard_normal(4_000_000).astype(np.float32)
    values[np.abs(values) < np.quantile(np.abs(values), 0.91)] = 0
    plain, constrained = cluster(values, 16), cluster(values, 32, rate=0.0011)
    assert error(values, constrained) < error(values, plain)
    assert entropy(constrained) < entropy(plain) - 0.2
