"""Counts of symbols against what the encoder measured on its own streams, in C++."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcmobile import _native
from dcmobile.encode import Encoding, WeightStatistics
from dcmobile.encode.choose import encode_dense_shared, encode_sparse_shared
from dcmobile.fileformat import build_file, read_bytes
from dcmobile.graph import BATCH, Graph, Op, Sharing, Value, Weight
from dcmobile.operators import Linear
from dcmobile.report import symbol_counts
from dcmobile.report.symbol_counts import SymbolCounts


def _entropy_bits(counts: Sequence[int]) -> float:
    total = sum(counts)
    return sum(-count * math.log2(count / total) for count in counts if count)


def _check(counts: SymbolCounts, statistics: WeightStatistics) -> None:
    assert len(counts.centroids) == len(counts.weights) == statistics.centroids
    assert list(counts.centroids) == sorted(counts.centroids)
    assert sum(counts.weights) == statistics.code_symbols
    assert _entropy_bits(counts.weights) == pytest.approx(statistics.code_entropy_bits, abs=1e-6, rel=1e-6)
    assert len(counts.gaps) == (1 << statistics.gap_bits if statistics.gap_bits else 0)
    assert sum(counts.gaps) == statistics.gap_symbols
    assert _entropy_bits(counts.gaps) == pytest.approx(statistics.gap_entropy_bits, abs=1e-6, rel=1e-6)


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(1, 5)), min_size=1, max_size=60),
    st.integers(0, 300),
    st.permutations([-3.0, -0.5, 0.25, 1.0, 7.0]),
)
@settings(deadline=None)
def test_counts_are_those_of_the_streams(runs: list[tuple[int, int]], tail: int, centroids: list[float]) -> None:
    """Runs of zeros, each before a code."""
    codes = np.array([*(code for zeros, kept in runs for code in [*[0] * zeros, kept]), *[0] * tail], np.uint16)
    sharing = Sharing(codes, np.array(centroids, np.float32))
    weight = Weight("w", np.concatenate([[0], centroids])[codes].astype(np.float32)[None], sharing)
    for encode in (encode_sparse_shared, encode_dense_shared):
        encoded = encode("w", weight.values.shape, sharing)
        assert encoded is not None
        for piece in (1 << 20, 64, 1):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(symbol_counts, "_PIECE", piece)
                _check(SymbolCounts.of(weight, encoded.statistics), encoded.statistics)


def test_counts_by_hand() -> None:
    # gaps, 2 bits, skip = 3: "0", "1", "skip skip 0", "skip 2"; then zeros that are not stored
    codes = np.array([1, 0, 2, *[0] * 6, 2, *[0] * 5, 2, 0, 0], np.uint16)
    sharing = Sharing(codes, np.array([0.5, -2], np.float32))
    weight = Weight("w", np.zeros((1, codes.size), np.float32), sharing)
    statistics = WeightStatistics.of_shared(
        Encoding.SPARSE_SHARED, codes, sharing.centroids, 2, *_no_streams(), tables=0, chunk_records=0
    )
    counts = SymbolCounts.of(weight, statistics)
    assert counts.centroids == (-2.0, 0.5)
    assert counts.weights == (3, 1)
    assert counts.gaps == (2, 1, 1, 3)


def _no_streams() -> tuple[_native.StreamStatistics, _native.StreamStatistics]:
    streams = _native.encode_sparse(np.zeros(4, np.uint16), 0)
    assert streams is not None
    return streams.gaps, streams.codes


def test_counts_of_a_file_with_many_chunks_and_an_empty_layer() -> None:
    random = np.random.default_rng(7)
    codes = (random.random(300 * 1000) < 0.3).astype(np.uint16) * random.integers(1, 33, 300_000).astype(np.uint16)
    centroids = np.linspace(-1, 1, 32).astype(np.float32)
    values = np.concatenate([np.zeros(1, np.float32), centroids])[codes].reshape(300, 1000)
    nothing = Weight("none.weight", np.zeros((2, 300), np.float32), Sharing(np.zeros(600, np.uint16), centroids))
    weights = {"many.weight": Weight("many.weight", values, Sharing(codes, centroids)), "none.weight": nothing}
    shapes = {"x": 1000, "v": 300, "y": 2}
    graph = Graph(
        ("x",),
        (
            Op("many", Linear(), ("x",), "v", {"weight": "many.weight"}),
            Op("none", Linear(), ("v",), "y", {"weight": "none.weight"}),
        ),
        ("y",),
        ("y",),
        {name: Value(name, (BATCH, size)) for name, size in shapes.items()},
        weights,
    )
    file = read_bytes(build_file(graph).data)
    assert file.statistics["many.weight"].bytes.chunk_records > 36
    for name, statistics in file.statistics.items():
        _check(SymbolCounts.of(file.graph.weights[name], statistics), statistics)
    assert SymbolCounts.of(Weight("d", values), file.statistics["many.weight"]) == SymbolCounts()
