"""Codes to streams and back by the runtime's decoder. (The native tests do the same with a decoder of their own.)"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcmobile import _native
from dcmobile.errors import FileError

Codes = npt.NDArray[np.uint16]


def decode(streams: _native.EncodedStreams, payload: npt.NDArray[np.uint8], centroids: int, size: int) -> Codes:
    padded = np.concatenate([payload, np.zeros(8, np.uint8)])
    codes, gaps, coded = _native.decode_codes(
        padded, streams.chunks, streams.gap_bits, streams.gap_lengths, streams.code_lengths, centroids, size
    )
    assert (gaps.symbols, gaps.bits, gaps.bytes) == (streams.gaps.symbols, streams.gaps.bits, streams.gaps.bytes)
    assert (coded.symbols, coded.bits, coded.bytes) == (streams.codes.symbols, streams.codes.bits, streams.codes.bytes)
    return codes


@st.composite
def gap_lists(draw: st.DrawFn) -> Codes:
    """Few or many non-zeros, gaps narrow and wide, zeros at the end or none."""
    widest = draw(st.sampled_from([0, 1, 3, 20, 300, 5000]))
    gaps = draw(st.lists(st.integers(0, widest), max_size=60))
    tail = draw(st.integers(0, 3))
    codes: list[int] = []
    for gap in gaps:
        codes += [0] * gap + [draw(st.integers(1, 9))]
    return np.array(codes + [0] * tail or [0], np.uint16)


@given(gap_lists(), st.booleans())
@settings(deadline=None)
def test_sparse_round_trips(codes: Codes, pairs: bool) -> None:
    streams = _native.encode_sparse(codes, 9, pairs)
    assert streams is not None
    np.testing.assert_array_equal(decode(streams, streams.take_payload(), 9, codes.size), codes)


@given(st.lists(st.integers(0, 255), min_size=1, max_size=2000))
@settings(deadline=None)
def test_dense_shared_round_trips(values: list[int]) -> None:
    codes = np.array(values, np.uint16)
    streams = _native.encode_dense_shared(codes, 256)
    np.testing.assert_array_equal(decode(streams, streams.take_payload(), 256, codes.size), codes)


@pytest.mark.parametrize("density", [0.002, 0.03, 0.1, 0.4])
def test_the_gap_width_is_the_best_one(density: float) -> None:
    """By the entropy of the symbols of each width, which is independent of the encoder's choice; tables decide only
    near ties.
    """
    random = np.random.default_rng(11)
    codes = (random.random(60000) < density).astype(np.uint16)
    streams = _native.encode_sparse(codes, 1)
    assert streams is not None
    gaps = np.diff(np.flatnonzero(codes), prepend=-1) - 1
    ideal = {}
    for bits in range(2, 9):
        skip = 2**bits - 1
        counts = np.bincount(gaps % skip, minlength=skip + 1)
        counts[skip] = (gaps // skip).sum()
        shares = counts[counts > 0] / counts.sum()
        ideal[bits] = -counts.sum() * (shares * np.log2(shares)).sum()
    assert streams.gaps.entropy_bits == pytest.approx(ideal[streams.gap_bits])
    assert ideal[streams.gap_bits] <= min(ideal.values()) * 1.02 + 8 * 100
    # A Huffman code loses less than a bit a symbol (as long as 11 bits are enough, as here).
    assert 0 <= streams.gaps.bits - streams.gaps.entropy_bits < streams.gaps.symbols


@pytest.mark.parametrize(("density", "most"), [(0.84, 1.11), (0.66, 1.02), (0.38, 1.012), (0.35, 1.01)])
def test_pairs_of_gaps_come_near_the_entropy(density: float, most: float) -> None:
    """A code word has at least one bit, which is more than most gaps of a dense layer say."""
    random = np.random.default_rng(12)
    codes = (random.random(300_000) < density).astype(np.uint16)
    single, pairs = _native.encode_sparse(codes, 1), _native.encode_sparse(codes, 1, pairs=True)
    assert single is not None
    assert pairs is not None
    assert single.gap_bits <= 8
    assert 18 <= pairs.gap_bits <= 20
    assert pairs.gaps.bits < most * pairs.gaps.entropy_bits
    assert pairs.gaps.bits < single.gaps.bits
    np.testing.assert_array_equal(decode(pairs, pairs.take_payload(), 1, codes.size), codes)


def test_pairs_are_left_where_they_save_nothing() -> None:
    random = np.random.default_rng(13)
    for density in (0.53, 0.03):
        codes = (random.random(100_000) < density).astype(np.uint16)
        streams = _native.encode_sparse(codes, 1, pairs=True)
        assert streams is not None
        assert streams.gap_bits <= 8


def test_a_run_of_zeros_that_no_width_carries() -> None:
    codes = np.zeros(65536 * 255 + 1, np.uint16)
    codes[-1] = 1
    assert _native.encode_sparse(codes, 1) is None
    streams = _native.encode_sparse(codes[1:], 1)
    assert streams is not None
    np.testing.assert_array_equal(decode(streams, streams.take_payload(), 1, codes.size - 1), codes[1:])


def test_broken_streams_raise_file_errors() -> None:
    codes = (np.arange(4000) % 7 == 0).astype(np.uint16) * (1 + np.arange(4000) % 3).astype(np.uint16)
    streams = _native.encode_sparse(codes, 3)
    assert streams is not None
    payload = streams.take_payload()
    with pytest.raises(FileError):
        decode(streams, payload, 3, 1000)
    with pytest.raises(FileError):
        decode(streams, payload[:-1], 3, codes.size)
    with pytest.raises(FileError):
        decode(streams, payload, 1, codes.size)
    assert streams.take_payload().size == 0


def test_wrong_codes_raise_value_errors() -> None:
    codes = np.array([0, 4], np.uint16)
    with pytest.raises(ValueError, match="above the number of centroids"):
        _native.encode_sparse(codes, 3)
    with pytest.raises(ValueError, match="above the number of centroids"):
        _native.encode_dense_shared(codes, 4)
    with pytest.raises(ValueError, match="256"):
        _native.encode_sparse(codes, 257)


def test_crc32c() -> None:
    assert _native.crc32c(np.frombuffer(b"123456789", np.uint8)) == 0xE3069283
