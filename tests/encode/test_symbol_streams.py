"""Symbols by themselves through the Huffman coding of the file and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dcmobile import _native


def decoded(streams: _native.SymbolStreams) -> npt.NDArray[np.uint8]:
    symbols = np.full(streams.size, 0xEE, np.uint8)
    streams.decode(symbols)
    return symbols


@given(arrays(np.uint8, st.integers(0, 3000), elements=st.integers(0, 255)))
def test_round_trip(symbols: npt.NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(decoded(_native.encode_symbols(symbols)), symbols)


@pytest.mark.parametrize("size", [65535, 65536, 65537, 300_001])
def test_chunks(size: int) -> None:
    symbols = np.random.default_rng(size).binomial(31, 0.5, size).astype(np.uint8)
    streams = _native.encode_symbols(symbols)
    np.testing.assert_array_equal(decoded(streams), symbols)
    counts = np.bincount(symbols)
    share = counts[counts > 0] / size
    entropy = -(share * np.log2(share)).sum()
    assert entropy <= streams.bytes * 8 / size < entropy + 0.1


def test_one_symbol_takes_no_bytes() -> None:
    streams = _native.encode_symbols(np.full(70_000, 9, np.uint8))
    assert streams.bytes == 0
    assert (decoded(streams) == 9).all()


def test_the_size_must_fit() -> None:
    streams = _native.encode_symbols(np.arange(200, dtype=np.uint8))
    with pytest.raises(ValueError, match="another size"):
        streams.decode(np.zeros(199, np.uint8))
