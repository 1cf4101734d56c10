"""The choice of the encoding, and what is measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcmobile.encode import EncodedWeight, Encoding, encode_weight
from dcmobile.encode.choose import candidates
from dcmobile.encode.codebook import compact
from dcmobile.errors import GraphError, ModelError
from dcmobile.fileformat import build_file, read_bytes
from dcmobile.graph import Graph, Op, Sharing, Value, Weight
from dcmobile.operators import Linear


def shared(sharing: Sharing, shape: tuple[int, ...]) -> Weight:
    table = np.concatenate([np.zeros(1, sharing.centroids.dtype), sharing.centroids])
    return Weight("w", table[sharing.codes].reshape(shape), sharing)


def random_weight(seed: int, size: int, density: float, centroids: int, half: bool = False) -> Weight:
    random = np.random.default_rng(seed)
    codes = np.where(random.random(size) < density, random.binomial(centroids - 1, 0.5, size) + 1, 0).astype(np.uint16)
    values = np.linspace(-1, 1.01, centroids, dtype=np.float32)
    return shared(Sharing(codes, values.astype(np.float16) if half else values), (1, size))


def file_size(weight: Weight, encoded: EncodedWeight) -> int:
    size = weight.values.size
    op = Op("fc", Linear(), ("x",), "y", {"weight": "w"})
    graph = Graph(("x",), (op,), ("y",), ("y",), {"x": Value("x", (1, size)), "y": Value("y", (1, 1))}, {"w": weight})
    data = build_file(graph, {"w": encoded}).data
    read = read_bytes(data)
    np.testing.assert_array_equal(read.graph.weights["fc.weight"].values, weight.values)
    assert read.statistics["fc.weight"].encoding == encoded.encoding
    return len(data)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 3000),
    st.floats(0, 1),
    st.sampled_from([1, 2, 4, 16, 64, 255, 256]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_the_choice_is_the_smallest_of_all(seed: int, size: int, density: float, centroids: int, half: bool) -> None:
    weight = random_weight(seed, size, density, centroids, half)
    possible = candidates(weight)
    sizes = {encoded.encoding: file_size(weight, encoded) for encoded in possible}
    chosen = encode_weight(weight)
    # Payload and what is before it are filled to whole 16 bytes each: nearer than that they cannot tell.
    assert sizes[chosen.encoding] <= min(sizes.values()) + 30
    assert chosen.file_bytes == min(encoded.file_bytes for encoded in possible)
    for one in possible:
        for other in possible:
            by_file = sizes[one.encoding] - sizes[other.encoding]
            assert abs(by_file - (one.file_bytes - other.file_bytes)) <= 30


@pytest.mark.parametrize(
    ("density", "centroids", "expected"),
    [(0.08, 32, Encoding.SPARSE_SHARED), (0.97, 16, Encoding.DENSE_SHARED), (0.0, 4, Encoding.SPARSE_SHARED)],
)
def test_encodings_by_density(density: float, centroids: int, expected: Encoding) -> None:
    assert encode_weight(random_weight(1, 20000, density, centroids)).encoding is expected


def test_few_weights_are_smallest_as_they_are() -> None:
    assert encode_weight(random_weight(2, 4, 1.0, 4)).encoding is Encoding.DENSE


def test_zero_would_be_the_257th_centroid() -> None:
    codes = np.arange(257, dtype=np.uint16)
    weight = shared(Sharing(codes, np.arange(1, 257, dtype=np.float32)), (257,))
    assert [encoded.encoding for encoded in candidates(weight)] == [Encoding.SPARSE_SHARED, Encoding.DENSE]
    weight = shared(Sharing(codes[1:], np.arange(1, 257, dtype=np.float32)), (256,))
    assert Encoding.DENSE_SHARED in [encoded.encoding for encoded in candidates(weight)]


def test_statistics() -> None:
    weight = random_weight(3, 50000, 0.1, 20)
    statistics = encode_weight(weight).statistics
    assert statistics.elements == 50000
    assert statistics.non_zeros == statistics.code_symbols == np.count_nonzero(weight.values)
    assert statistics.density == statistics.non_zeros / 50000
    _, counts = np.unique(weight.values[weight.values != 0], return_counts=True)
    assert statistics.centroids == counts.size
    assert statistics.code_bits == np.ceil(np.log2(counts.size))
    shares = counts / counts.sum()
    assert statistics.code_entropy_bits == pytest.approx(-counts.sum() * (shares * np.log2(shares)).sum())
    assert statistics.code_entropy_bits <= statistics.code_coded_bits <= 8 * statistics.bytes.codes
    assert statistics.gap_entropy_bits <= statistics.gap_coded_bits <= 8 * statistics.bytes.gaps
    assert statistics.gap_symbols >= statistics.non_zeros
    assert statistics.bytes.codebook == 4 * statistics.centroids
    assert statistics.bytes.dense == 0


def test_half_precision_halves_the_codebook() -> None:
    single, half = (encode_weight(random_weight(4, 9000, 0.1, 32, half)) for half in (False, True))
    assert half.statistics.bytes.codebook * 2 == single.statistics.bytes.codebook
    assert half.dtype == np.float16
    assert half.statistics.bytes.gaps == single.statistics.bytes.gaps


def test_compact_drops_what_says_nothing() -> None:
    sharing = Sharing(np.array([0, 1, 2, 3, 5, 6], np.uint16), np.array([3.0, 0.0, -1.0, 7.0, 3.0, -0.0], np.float32))
    result = compact(sharing, "w")
    np.testing.assert_array_equal(result.centroids, np.array([3.0, -1.0], np.float32))
    np.testing.assert_array_equal(result.codes, [0, 1, 0, 2, 1, 0])
    assert result.centroids.dtype == np.float32
    assert result.codes.dtype == np.uint16


def test_unused_centroids_cost_nothing() -> None:
    few = Sharing(np.array([0, 1, 2] * 1000, np.uint16), np.array([1.0, 2.0], np.float32))
    many = Sharing(np.array([0, 10, 20] * 1000, np.uint16), np.arange(1, 31).astype(np.float32))
    mine, theirs = encode_weight(shared(few, (3000,))), encode_weight(shared(many, (3000,)))
    assert mine.statistics == theirs.statistics
    np.testing.assert_array_equal(mine.payload, theirs.payload)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(bad: float) -> None:
    with pytest.raises(ModelError, match=r"'w'.*not finite"):
        encode_weight(Weight("w", np.array([1.0, bad], np.float32)))
    sharing = Sharing(np.array([0, 1], np.uint16), np.array([bad], np.float32))
    with pytest.raises(ModelError, match=r"'w'.*not a finite"):
        encode_weight(shared(sharing, (2,)))


def test_what_does_not_fit_the_format() -> None:
    ones = np.ones(2, np.float32)
    good = Sharing(np.array([1, 1], np.uint16), np.ones(1, np.float32))
    for weight, text in (
        (Weight("w", np.ones((), np.float32)), "shape"),
        (Weight("w", np.ones((2, 0), np.float32)), "shape"),
        (Weight("w", np.ones((1,) * 9, np.float32)), "shape"),
        (Weight("w", np.ones(2)), "float64"),  # type: ignore[arg-type]
        (Weight("w", np.ones(3, np.float32), good), "3 elements but 2 codes"),
        (Weight("w", 2 * ones, good), "do not give its values"),
        (Weight("w", ones, Sharing(good.codes + np.uint16(1), good.centroids)), "code 2 but only 1"),
        (Weight("w", ones, Sharing(good.codes, np.arange(257, dtype=np.float32))), "257 centroids"),
        (Weight("w", ones, Sharing(good.codes.astype(np.int64), good.centroids)), "uint16"),
    ):
        with pytest.raises(GraphError, match=text):
            encode_weight(weight)


def test_values_in_another_order_in_memory() -> None:
    values = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    expected = np.arange(6, dtype=np.float32)
    np.testing.assert_array_equal(encode_weight(Weight("w", values)).payload.view("<f4"), expected)
    with pytest.raises(GraphError, match=">f4"):
        encode_weight(Weight("w", values.astype(">f4")))
