"""Section 5 of docs/format.md: Huffman codes, their packed lengths, their streams."""

import pytest
from hand_made_model import pack, refused
from plain_huffman import Code, decode_group, decode_stream, unpack_lengths

# --- Section 5.1: canonical codes ---


def test_code_words_are_canonical() -> None:
    # The example of RFC 1951, 3.2.2: symbols A to H.
    code = Code([3, 3, 3, 3, 3, 2, 4, 4])
    words = {symbol: f"{word:0{length}b}" for (length, word), symbol in code.symbols.items()}
    assert words == {5: "00", 0: "010", 1: "011", 2: "100", 3: "101", 4: "110", 6: "1110", 7: "1111"}


def test_code_words_are_canonical_across_a_missing_length() -> None:
    code = Code([3, 1, 0, 3, 3, 3])
    words = {symbol: f"{word:0{length}b}" for (length, word), symbol in code.symbols.items()}
    assert words == {1: "0", 0: "100", 3: "101", 4: "110", 5: "111"}


@pytest.mark.parametrize("lengths", [[], [0, 0, 0], [0, 1, 0], [1, 1], [1, *range(2, 12), 11]])
def test_complete_codes_are_accepted(lengths: list[int]) -> None:
    Code(lengths)


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        ([1, 2], "code space"),
        ([1, 1, 11], "code space"),
        ([2, 2, 2], "code space"),
        ([0, 2], "only symbol"),
        ([1, *range(2, 13), 12], "11 bits"),
    ],
)
def test_bad_codes_are_refused(lengths: list[int], text: str) -> None:
    with refused(text):
        Code(lengths)


# --- Section 5.2: packed code lengths ---


@pytest.mark.parametrize(
    ("packed", "lengths"),
    [
        (b"", [0] * 8),
        (b"\x21\x33", [1, 2, 3, 3, 0, 0, 0, 0]),
        (pack(11, 1), [11, 1, 0, 0, 0, 0, 0, 0]),
        (pack(0, 0, 1, 1), [0, 1, 1, 0, 0, 0, 0, 0]),
        (pack(0, 5, 1, 1), [0, 0, 0, 0, 0, 0, 1, 1]),
        (pack(3, 12, 0), [3, 3, 3, 3, 0, 0, 0, 0]),
        (pack(3, 12, 4), [3] * 8),
        (pack(2, 12, 0, 12, 0), [2] * 7 + [0]),
        (pack(1, 0, 1, 2, 2), [1, 0, 0, 2, 2, 0, 0, 0]),
        (pack(1, 2, 2), [1, 2, 2, 0, 0, 0, 0, 0]),
        (pack(1, 1, 0, 5), [1, 1, 0, 0, 0, 0, 0, 0]),
        (b"\x00", [0] * 8),
    ],
)
def test_packed_code_lengths(packed: bytes, lengths: list[int]) -> None:
    assert unpack_lengths(packed, 8) == lengths


def test_longest_runs_of_packed_code_lengths() -> None:
    assert unpack_lengths(pack(0, 15, 8, 12, 15), 35) == [0] * 16 + [8] * 19


@pytest.mark.parametrize(
    ("packed", "text"),
    [
        (pack(13, 1), "nibble 13"),
        (pack(1, 14), "nibble 14"),
        (pack(15), "nibble 15"),
        (pack(12, 0), "none was just given"),
        (pack(1, 0, 0, 12, 0), "none was just given"),
        (pack(1, 12), "within a run"),
        (pack(1, 1, 1, 1, 1, 1, 1, 1, 1), "beyond the alphabet"),
        (pack(3, 12, 5), "beyond the alphabet"),
        (pack(1, 1, 0, 6), "beyond the alphabet"),
    ],
)
def test_bad_packed_code_lengths_are_refused(packed: bytes, text: str) -> None:
    with refused(text):
        unpack_lengths(packed, 8)


# --- Section 5.3: streams ---

# Words: 0 -> 0, 1 -> 10, 2 -> 110, 3 -> 111.
GAP_CODE = Code([1, 2, 3, 3])


def test_stream_takes_words_from_the_most_significant_bit_and_bytes_from_the_least() -> None:
    # 1, 2, 0, 3, 1 = 10 110 0 111 10: the bits 1 0 1 1 0 0 1 1 | 1 1 0.
    assert decode_stream(GAP_CODE, bytes([0b11001101, 0b011]), 5) == [1, 2, 0, 3, 1]


@pytest.mark.parametrize(
    ("data", "count", "text"),
    [
        (b"", 1, "before its last symbol"),
        (b"\xff", 3, "before its last symbol"),
        (b"\x00\x00", 8, "bytes after"),
        (b"\x00", 0, "bytes after"),
        (b"\x04", 2, "zero bits"),
        (b"\x80", 7, "zero bits"),
    ],
)
def test_bad_streams_are_refused(data: bytes, count: int, text: str) -> None:
    with refused(text):
        decode_stream(GAP_CODE, data, count)


def test_a_stream_may_end_with_its_byte() -> None:
    assert decode_stream(GAP_CODE, b"\x00", 8) == [0] * 8


@pytest.mark.parametrize(
    ("n", "runs"), [(0, "0000"), (1, "1000"), (3, "1110"), (4, "1111"), (5, "2210"), (6, "2220"), (9, "3330")]
)
def test_a_group_is_cut_into_four_runs(n: int, runs: str) -> None:
    # Code 0/1: the first stream is all ones, the others are all zeros.
    code = Code([1, 1])
    counts = [int(c) for c in runs]
    streams = [bytes([(1 << counts[0]) - 1])] if counts[0] else [b""]
    streams += [b"\0" if count else b"" for count in counts[1:]]
    assert decode_group(code, streams, n).tolist() == [1] * counts[0] + [0] * (n - counts[0])


def test_a_code_of_one_symbol_has_empty_streams() -> None:
    code = Code([0, 0, 1])
    assert decode_group(code, [b""] * 4, 5).tolist() == [2] * 5
    with refused("not empty"):
        decode_group(code, [b"\0", b"", b"", b""], 5)
