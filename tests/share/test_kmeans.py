from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dcmobile.errors import RecipeError
from dcmobile.share import cluster
from dcmobile.share.kmeans import assign, distinct_values

Floats = npt.NDArray[np.float32]

weights = hnp.arrays(
    np.float32,
    st.integers(1, 200),
    elements=st.sampled_from([0.0, 0.5, 0.5000001, -1.0, 2.0, 1e-30]) | st.floats(-100, 100, width=32),
)
inits = st.sampled_from(["linear", "density", "random"])


def spelled_out(codes: npt.NDArray[np.uint16], centroids: Floats) -> Floats:
    return np.concatenate((np.zeros(1, np.float32), centroids))[codes]


def squared_error(values: Floats, centroids: Floats) -> float:
    distance = np.abs(values.astype(np.float64)[:, None] - centroids.astype(np.float64)).min(axis=1)
    return float(np.square(distance).sum())


def plain_lloyd(values: Floats, centroids: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """k-means as a textbook has it: every distance, every iteration. For starts that leave no cluster empty."""
    wide = values.astype(np.float64)
    members = None
    while True:
        nearest = np.abs(wide[:, None] - centroids).argmin(axis=1)
        if members is not None and np.array_equal(nearest, members):
            return centroids
        members = nearest
        centroids = np.array([wide[members == k].mean() for k in range(centroids.size)])


@given(weights, st.integers(1, 256), inits, st.integers(0, 9))
def test_what_always_holds(values: Floats, clusters: int, init: str, seed: int) -> None:
    result = cluster(values, clusters, init, seed)
    distinct = np.unique(values[values != 0])
    assert result.codes.dtype == np.uint16
    assert result.centroids.dtype == np.float32
    assert result.centroids.size <= min(clusters, distinct.size)
    assert (np.diff(result.centroids) > 0).all()
    np.testing.assert_array_equal(result.codes == 0, values == 0)
    used = np.unique(result.codes[result.codes > 0])
    np.testing.assert_array_equal(used, np.arange(1, result.centroids.size + 1))  # no centroid without a weight
    if distinct.size <= clusters:  # nothing to lose
        np.testing.assert_array_equal(spelled_out(result.codes, result.centroids), values)
    # Each weight has the centroid that is nearest.
    kept = values[values != 0].astype(np.float64)
    chosen = spelled_out(result.codes, result.centroids)[values != 0]
    nearest = np.abs(kept[:, None] - result.centroids.astype(np.float64)).min(axis=1, initial=np.inf)
    np.testing.assert_array_equal(np.abs(kept - chosen), nearest)
    again = cluster(values, clusters, init, seed)
    np.testing.assert_array_equal(again.codes, result.codes)
    np.testing.assert_array_equal(again.centroids, result.centroids)


@pytest.mark.parametrize("clusters", [2, 5, 16])
@pytest.mark.parametrize("shape", ["normal", "uniform"])
def test_linear_start_ends_where_plain_lloyd_ends(clusters: int, shape: str) -> None:
    random = np.random.default_rng(clusters)
    values = (random.standard_normal(4000) if shape == "normal" else random.uniform(-1, 3, 4000)).astype(np.float32)
    expected = plain_lloyd(values, np.linspace(values.min(), values.max(), clusters, dtype=np.float64))
    result = cluster(values, clusters, "linear")
    np.testing.assert_allclose(result.centroids, expected, rtol=1e-6)


def test_density_start_ends_where_plain_lloyd_ends() -> None:
    values = np.random.default_rng(1).standard_normal(4000).astype(np.float32)
    start = np.sort(values)[((np.arange(8) + 0.5) / 8 * 4000).astype(int)].astype(np.float64)
    np.testing.assert_allclose(cluster(values, 8, "density").centroids, plain_lloyd(values, start), rtol=1e-6)


def test_random_start_goes_by_its_seed() -> None:
    values = np.random.default_rng(1).standard_normal(4000).astype(np.float32)
    results = [cluster(values, 32, "random", seed).centroids for seed in (1, 1, 2)]
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


@given(weights.filter(lambda values: np.unique(values[values != 0]).size > 3), inits)
def test_centroids_are_the_means_of_their_members(values: Floats, init: str) -> None:
    result = cluster(values, 3, init)
    # A weight in the very middle may change sides when the centroids are rounded to float32.
    middles = (result.centroids[1:] + result.centroids[:-1]) / 2
    assume(np.abs(values[values != 0][:, None] - middles).min(initial=np.inf) > 1e-6 * np.abs(values).max())
    for index, centroid in enumerate(result.centroids):
        mean = values[result.codes == index + 1].mean(dtype=np.float64)
        assert centroid == pytest.approx(mean, rel=1e-5, abs=1e-12)


def test_empty_clusters_split_the_worst_one() -> None:
    # A linear start over 0.01..1000 leaves all but two of the eight clusters empty.
    values = np.concatenate((np.linspace(0.01, 1, 500), [1000.0])).astype(np.float32)
    result = cluster(values, 8, "linear")
    assert result.centroids.size == 8
    assert result.centroids[-1] == 1000
    # Seven clusters for the evenly spaced ones: an error as small as evenly spaced clusters have.
    width = 0.99 / 7
    assert squared_error(values, result.centroids) < 1.05 * 500 * width**2 / 12


@pytest.mark.parametrize("init", ["linear", "density", "random"])
def test_constant_weights(init: str) -> None:
    result = cluster(np.full((3, 4), -0.1, np.float32), 32, init)
    np.testing.assert_array_equal(result.centroids, np.array([-0.1], np.float32))
    np.testing.assert_array_equal(result.codes, np.ones(12))


def test_all_zero_weights() -> None:
    result = cluster(np.zeros(5, np.float32), 4)
    assert result.centroids.size == 0
    np.testing.assert_array_equal(result.codes, np.zeros(5))


def test_close_neighbours() -> None:
    one = np.float32(1)
    values = np.array([one, np.nextafter(one, np.float32(2)), np.nextafter(one, np.float32(0)), 5], np.float32)
    for clusters in (1, 2, 3, 4):
        assert cluster(values, clusters).centroids.size == clusters


def test_half_precision_centroids() -> None:
    values = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    result = cluster(values, 32, half=True)
    np.testing.assert_array_equal(result.centroids, result.centroids.astype(np.float16).astype(np.float32))
    np.testing.assert_array_equal(result.codes, assign(values, result.centroids))
    crowded = cluster(np.linspace(1, 1.001, 100).astype(np.float32), 32, half=True)
    assert crowded.centroids.size == 2  # float16 has 1 and 1.00098 there
    with pytest.raises(RecipeError, match="ends at 65504, but a centroid is 100000: use 'fp32'"):
        cluster(np.array([1e5], np.float32), 2, half=True)


def test_a_weight_in_the_middle_goes_down() -> None:
    np.testing.assert_array_equal(assign(np.array([1.5, 2.5], np.float32), np.array([1, 2, 3], np.float32)), [1, 2])


@pytest.mark.parametrize(("count", "most"), [(200, 255), (255, 255), (256, 255), (3000, 255)])
def test_distinct_values(count: int, most: int) -> None:
    values = np.resize(np.arange(1, count + 1, dtype=np.float32), 50_000)
    values[1000:9000] = 0
    found = distinct_values(values, most)
    if count > most:
        assert found is None
    else:
        np.testing.assert_array_equal(found, np.arange(1, count + 1))


def test_distinct_values_that_come_late() -> None:
    values = np.ones(100_000, np.float32)
    values[-300:] = np.arange(300)
    assert distinct_values(values, 255) is None


def test_unknown_init() -> None:
    with pytest.raises(ValueError, match="init is 'best'"):
        cluster(np.arange(9, dtype=np.float32), 2, "best")


def peak_bytes(script: str, **values: Any) -> int:
    """Peak resident size of a process that runs the script."""
    script += "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
    run = subprocess.run([sys.executable, "-c", script.format(**values)], capture_output=True, text=True, check=True)
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux only")
def test_a_large_layer_takes_less_than_two_gigabytes() -> None:
    script = (
        "import numpy as np\n"
        "from dcmobile.share import cluster\n"
        "values = np.random.default_rng(0).standard_normal({count}, np.float32)\n"
        "assert cluster(values, 32).centroids.size == 32"
    )
    assert peak_bytes(script, count=35_000_000) < 2_000_000_000
