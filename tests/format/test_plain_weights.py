"""Sections 4 and 6 of docs/format.md: encodings, sections of the payload, chunks."""

from collections.abc import Callable

import numpy as np
import pytest
from hand_assembly import build
from hand_made_model import (
    BIAS_BYTES,
    DENSE_SHARED_BYTES,
    Change,
    Model,
    assert_refused,
    chunk,
    encoding,
    pack,
    refused,
    tiny,
)
from plain_flatbuffer import LimitError
from plain_reader import read
from plain_weights import crc32c, walk_gaps

# --- Section 4: the checksum ---


def test_crc32c_gives_the_check_value_of_the_document() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_crc32c_gives_the_values_of_rfc_3720() -> None:
    assert crc32c(b"") == 0
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


# --- Section 6: the positions of a sparse chunk ---


@pytest.mark.parametrize(
    ("gaps", "positions", "end"),
    [
        ([0], [10], 11),
        ([0, 0, 0], [10, 11, 12], 13),
        ([2, 1], [12, 14], 15),
        ([3, 0], [13], 14),
        ([3, 3, 1, 0], [17, 18], 19),
        ([1, 3, 2, 0], [11, 17, 18], 19),
    ],
)
def test_positions(gaps: list[int], positions: list[int], end: int) -> None:
    places, after = walk_gaps(10, np.array(gaps), gap_bits=2)
    assert (places.tolist(), after) == (positions, end)


# --- What is allowed ---


def test_a_sparse_weight_without_chunks_is_zero() -> None:
    model = tiny()
    model["weights"][0]["encoding"] = ("SparseShared", {"gap_bits": 8, "centroids": []})
    assert not read(build(model)).weights[0].values.any()


def test_two_chunks_follow_each_other() -> None:
    # The gaps 0, 1 and 5, 0 of weight 0 in a chunk each. Second chunk: 3 / 2 / 0 / none, bits 111 / 110 / 0.
    first, second = bytes([0b0, 0b01, 0b0, 0b01]), bytes([0b111, 0b011, 0b0, 0b11, 0b0])
    model = tiny()
    one, two = dict(chunk(model, 0)), dict(chunk(model, 0))
    one |= {"gap_count": 2, "code_count": 2, "gap_bytes": [1, 1, 0, 0], "code_bytes": [1, 1, 0, 0]}
    one |= {"crc32c": crc32c(first)}
    two |= {"start": 3, "gap_count": 3, "code_count": 2, "gap_bytes": [1, 1, 1, 0], "code_bytes": [1, 1, 0, 0]}
    two |= {"crc32c": crc32c(second), "offset": 22}
    encoding(model, 0)["chunks"] = [one, two]
    model["payload"] = first + bytes(3) + DENSE_SHARED_BYTES + bytes(6) + BIAS_BYTES + second + bytes(8)
    assert read(build(model)).weights[0].values.tolist() == [[-1, 0, 0.5, 0], [0, 0, 0, 0], [2, -1, 0, 0]]

    two["start"] = 4
    with refused("does not start where"):
        read(build(model))


def test_a_chunk_may_be_empty_where_both_codes_have_one_symbol() -> None:
    # Gap 1 and code 0 three times: the elements 1, 3, 5.
    model = tiny()
    encoding(model, 0).update(gap_lengths=pack(0, 0, 1), code_lengths=pack(1), centroids=[7.0])
    chunk(model, 0).update(gap_count=3, code_count=3, gap_bytes=[0] * 4, code_bytes=[0] * 4, crc32c=0)
    assert np.flatnonzero(read(build(model)).weights[0].values).tolist() == [1, 3, 5]
    # With 7 of them, the last would be element 13 of 12.
    chunk(model, 0).update(gap_count=7, code_count=7)
    with refused("outside the weight"):
        read(build(model))


def test_a_weight_larger_than_the_reader_allows_is_refused() -> None:
    model = tiny()
    model["weights"].append({"shape": [65537, 65535], "encoding": ("SparseShared", {"gap_bits": 2, "centroids": []})})
    with refused("larger than this reader allows"):
        read(build(model))
    with refused("larger than this reader allows") as caught:
        read(build(tiny()), max_elements=20)
    assert caught.type is LimitError
    read(build(tiny()), max_elements=21)


def test_checksums_may_be_left_out_but_nothing_else() -> None:
    model = tiny()
    for weight in (0, 2):
        chunk(model, weight)["crc32c"] ^= 1
    encoding(model, 1)["crc32c"] ^= 1
    with refused("wrong checksum"):
        read(build(model))
    assert read(build(model), check_checksums=False).weights[0].values.any()
    chunk(model, 0)["gap_count"] = 4
    with refused("does not end with zero bits"):
        read(build(model), check_checksums=False)


# --- Every "must" ---

CHANGES: list[Change] = [
    # Section 4
    ("1 to 8 dimensions", lambda m: m["weights"][1].update(shape=[])),
    ("1 to 8 dimensions", lambda m: m["weights"][1].update(shape=[1] * 9)),
    ("dimension of 0", lambda m: m["weights"][1].update(shape=[3, 0])),
    ("more than 2\\^32", lambda m: m["weights"][1].update(shape=[2**16, 2**16])),
    ("unknown type 4", lambda m: m["weights"][1].update(encoding_type=4)),
    ("type 0", lambda m: m["weights"][1].pop("encoding")),
    ("element type 2", lambda m: encoding(m, 1).update(element_type=2)),
    ("multiple of 16", lambda m: encoding(m, 1).update(offset=8)),
    ("exactly one of", lambda m: encoding(m, 0).pop("centroids")),
    ("exactly one of", lambda m: encoding(m, 0).update(centroids_f16=[0, 0, 0])),
    ("more than 256", lambda m: encoding(m, 0).update(centroids=[0.0] * 257)),
    ("centroid is not finite", lambda m: encoding(m, 0).update(centroids=[0.0, float("inf"), 1.0])),
    ("centroid is not finite", lambda m: encoding(m, 2).update(centroids_f16=[0, 0x7E00])),
    ("instead of 2 to 8", lambda m: encoding(m, 0).update(gap_bits=1)),
    ("instead of 2 to 8", lambda m: encoding(m, 0).update(gap_bits=9)),
    ("instead of 2 to 8", lambda m: encoding(m, 0).update(gap_bits=18)),  # pairs, in a file of version 1
    ("overlap", lambda m: chunk(m, 2).update(offset=6)),
    ("overlap", lambda m: encoding(m, 1).update(offset=0)),
    ("last 8 bytes", lambda m: m.update(payload=m["payload"][:-1])),
    ("last 8 bytes", lambda m: chunk(m, 2).update(offset=2**32 - 1)),
    ("last 8 bytes", lambda m: m.pop("payload")),
    ("end with 8 bytes", lambda m: m.update(payload=bytes(7))),
    ("wrong checksum", lambda m: chunk(m, 0).update(crc32c=0)),
    ("wrong checksum", lambda m: chunk(m, 2).update(crc32c=0)),
    ("wrong checksum", lambda m: encoding(m, 1).update(crc32c=0)),
    # Section 5
    ("code space", lambda m: encoding(m, 0).update(gap_lengths=pack(1, 2, 3))),
    ("beyond the alphabet", lambda m: encoding(m, 0).update(code_lengths=pack(2, 2, 2, 2))),
    ("a code is empty", lambda m: encoding(m, 0).pop("gap_lengths")),
    ("a code is empty", lambda m: encoding(m, 2).pop("code_lengths")),
    ("a code is empty", lambda m: encoding(m, 0).update(centroids=[], code_lengths=b"")),
    ("a code is empty", lambda m: encoding(m, 0).pop("chunks")),
    # Section 6
    ("more than 65536", lambda m: chunk(m, 0).update(gap_count=65537)),
    ("more than 65536", lambda m: chunk(m, 2).update(code_count=65537)),
    ("sets no weight", lambda m: chunk(m, 0).update(code_count=0)),
    ("sets no weight", lambda m: encoding(m, 2)["chunks"].insert(0, chunk(m, 2) | {"code_count": 0})),
    ("more codes than gap", lambda m: chunk(m, 0).update(gap_count=3)),
    ("first chunk", lambda m: chunk(m, 0).update(start=1)),
    ("has gaps", lambda m: chunk(m, 2).update(gap_count=1)),
    ("has gaps", lambda m: chunk(m, 2).update(gap_bytes=[1, 0, 0, 0], code_bytes=[0, 1, 1, 0])),
    ("does not start where", lambda m: chunk(m, 2).update(start=1)),
    ("do not end", lambda m: chunk(m, 2).update(code_count=5)),
    ("do not end", lambda m: (encoding(m, 2).pop("chunks"), encoding(m, 2).pop("code_lengths"))),
    ("before its last symbol", lambda m: chunk(m, 0).update(gap_count=65536)),
    ("before its last symbol", lambda m: chunk(m, 0).update(gap_bytes=[0, 1, 1, 0], code_bytes=[2, 1, 1, 1])),
    ("bytes after", lambda m: chunk(m, 0).update(gap_bytes=[1, 1, 1, 1], code_bytes=[0, 1, 1, 1])),
]


@pytest.mark.parametrize(("text", "change"), CHANGES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CHANGES)])
def test_every_broken_rule_is_refused(text: str, change: Callable[[Model], object]) -> None:
    assert_refused(text, change)


def resealed(payload_change: dict[int, int]) -> bytes:
    """The tiny file with other bytes in the payload and checksums that fit."""
    model = tiny()
    payload = bytearray(model["payload"])
    for at, value in payload_change.items():
        payload[at] = value
    model["payload"] = sealed = bytes(payload)
    chunk(model, 0)["crc32c"] = crc32c(sealed[0:7])
    chunk(model, 2)["crc32c"] = crc32c(sealed[7:10])
    encoding(model, 1)["crc32c"] = crc32c(sealed[16:22])
    return build(model)


@pytest.mark.parametrize(
    ("payload_change", "text"),
    [
        ({0: 0b1010}, "zero bits"),
        ({2: 0b111}, "the last gap symbol"),
        ({1: 0b011011}, "not one code for each gap"),  # 2, 2: no skip any more
        ({3: 0b111}, "zero bits"),
        ({7: 0b101}, "zero bits"),
        ({17: 0x7C}, "dense value is not finite"),
    ],
)
def test_bad_sections_are_refused(payload_change: dict[int, int], text: str) -> None:
    with refused(text):
        read(resealed(payload_change))
