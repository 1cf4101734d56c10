"""Huffman code lengths against other ways to find them."""

from __future__ import annotations

import heapq
import itertools
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dcmobile import _native


def lengths_of(counts: list[int], limit: int) -> list[int]:
    return [int(length) for length in _native.package_merge(np.array(counts, np.uint64), limit)]


def cost(counts: list[int], lengths: list[int]) -> int:
    return sum(count * length for count, length in zip(counts, lengths, strict=True))


def kraft(lengths: list[int]) -> Fraction:
    return sum((Fraction(1, 2**length) for length in lengths if length), Fraction(0))


def brute_force_cost(counts: list[int], limit: int) -> int:
    complete = (
        lengths
        for lengths in itertools.product(range(1, limit + 1), repeat=len(counts))
        if sum(2 ** (limit - length) for length in lengths) == 2**limit
    )
    return min(cost(counts, list(lengths)) for lengths in complete)


def huffman_cost(counts: list[int]) -> int:
    """Of a code of unlimited length: each merge adds a bit to all below it."""
    heap = list(counts)
    heapq.heapify(heap)
    bits = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        bits += merged
        heapq.heappush(heap, merged)
    return bits


def coins_cost(counts: list[int], limit: int) -> int:
    """Package-merge in its textbook form, with sets of coins instead of the flags that the encoder keeps."""
    coins = sorted((count, (symbol,)) for symbol, count in enumerate(counts))
    packages: list[tuple[int, tuple[int, ...]]] = []
    for _ in range(limit):
        merged = sorted(coins + packages)
        packages = [(a[0] + b[0], a[1] + b[1]) for a, b in zip(merged[::2], merged[1::2], strict=False)]
    return sum(weight for weight, _ in packages[: len(counts) - 1])


@given(st.lists(st.integers(1, 60), min_size=2, max_size=5), st.integers(1, 5))
def test_no_complete_code_is_shorter(counts: list[int], limit: int) -> None:
    assume(len(counts) <= 2**limit)
    lengths = lengths_of(counts, limit)
    assert max(lengths) <= limit
    assert kraft(lengths) == 1
    assert cost(counts, lengths) == brute_force_cost(counts, limit)


@given(st.lists(st.integers(0, 40).map(lambda power: int(1.7**power)), min_size=2, max_size=100), st.integers(7, 11))
def test_as_short_as_the_textbook_form(counts: list[int], limit: int) -> None:
    lengths = lengths_of(counts, limit)
    assert max(lengths) <= limit
    assert kraft(lengths) == 1
    assert cost(counts, lengths) == coins_cost(counts, limit)


@given(st.lists(st.integers(1, 2**40), min_size=2, max_size=33))
def test_a_limit_that_does_not_bind_gives_a_huffman_code(counts: list[int]) -> None:
    assert cost(counts, lengths_of(counts, 32)) == huffman_cost(counts)


@given(st.lists(st.integers(0, 1000), max_size=256))
def test_symbols_that_do_not_occur_have_no_word(counts: list[int]) -> None:
    lengths = lengths_of(counts, 11)
    assert [length > 0 for length in lengths] == [count > 0 for count in counts]
    if sum(count > 0 for count in counts) == 1:
        assert max(lengths) == 1


def test_impossible_limits_are_refused() -> None:
    for counts, limit in (([1, 1, 1], 1), ([1], 0), ([1], 33)):
        with pytest.raises(ValueError, match="package_merge"):
            lengths_of(counts, limit)


def unpack(packed: bytes, alphabet: int) -> npt.NDArray[np.uint8]:
    """docs/format.md, 5.2."""
    nibbles = [nibble for byte in packed for nibble in (byte & 15, byte >> 4)]
    lengths: list[int] = []
    position = 0
    while position < len(nibbles):
        nibble = nibbles[position]
        if nibble == 0 and position + 1 == len(nibbles):
            break
        if nibble in (0, 12):
            count = nibbles[position + 1] + (1 if nibble == 0 else 3)
            lengths += [0 if nibble == 0 else lengths[-1]] * count
            position += 2
        else:
            lengths.append(nibble)
            position += 1
    assert len(lengths) <= alphabet
    return np.array(lengths + [0] * (alphabet - len(lengths)), np.uint8)


runs = st.lists(st.tuples(st.integers(0, 11), st.integers(1, 40)), max_size=30)


@given(runs)
def test_packed_lengths_round_trip(runs: list[tuple[int, int]]) -> None:
    lengths = np.array([length for length, count in runs for _ in range(count)][:256], np.uint8)
    packed = _native.pack_lengths(lengths)
    np.testing.assert_array_equal(unpack(packed, lengths.size), lengths)
    # Never longer than a nibble a length, but that a lone zero takes two.
    assert len(packed) <= (lengths.size + np.count_nonzero(lengths == 0) + 1) // 2
