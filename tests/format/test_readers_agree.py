"""The plain reader, the runtime and `read_bytes` on the same files: whole ones, and every way to damage a small one."""

import itertools
import random
import struct
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from hand_assembly import build
from hand_made_model import packed, tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_flatbuffer import FlatBuffer
from plain_reader import MODEL
from plain_weights import WEIGHT, crc32c, read_weight
from random_graphs import graphs
from side_by_side import DisagreementError, Outcome, compare
from small_networks import NETWORKS, paired_gaps, streams

from dcmobile.fileformat import build_file
from dcmobile.graph import Graph

PLAIN_FILES = {**{name: make() for name, make in NETWORKS.items()}, "hand-made": build(tiny())}
SMALL_FILES = {**PLAIN_FILES, "packed": packed(tiny()), "paired gaps": paired_gaps()}
small_files = pytest.mark.parametrize("data", SMALL_FILES.values(), ids=SMALL_FILES)


def compare_both_ways(data: bytes) -> Outcome:
    """With the checksums and, where those may be what refuses it, without: they hide most damage of the payload."""
    outcome = compare(data)
    return outcome if outcome is Outcome.EQUAL else compare(data, check_checksums=False)


def compare_all(files: Iterable[tuple[str, bytes]]) -> Counter[Outcome]:
    """How often each outcome came; all disagreements at once, each with what was done to the file."""
    outcomes: Counter[Outcome] = Counter()
    failures = []
    for damage, data in files:
        try:
            outcomes[compare_both_ways(data)] += 1
        except DisagreementError as error:
            failures.append(f"{damage}: {error}")
    assert not failures, "\n".join([f"{len(failures)} disagreements", *failures[:50]])
    return outcomes


def damaged(data: bytes, dice: random.Random, donor: bytes) -> tuple[str, bytes]:
    """One to three random changes: bytes of the donor spliced in or over, bytes cut out, an extreme number."""
    out = bytearray(data)
    done = []
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        at = dice.randrange(len(out))
        if dice.random() < 0.5:
            at -= at % 4
        length = dice.choice([1, 1, 2, 4, 4, 4, 8, 36])
        first = dice.randrange(max(1, len(donor) - length))
        piece = donor[first : first + length]
        kind = dice.choice(["over", "over", "insert", "cut", "number"])
        if kind == "over":
            out[at : at + length] = piece
        elif kind == "insert":
            out[at:at] = piece
        elif kind == "cut":
            del out[at : at + length]
        else:
            number = dice.choice([0, 1, 2, 3, 7, 8, 9, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1])
            out[at : at + 4] = struct.pack("<I", number)
        done.append(f"{kind} {length} from {first} at {at}")
        if len(out) < 8:
            break
    return ", ".join(done), bytes(out)


# --- Whole files ---


@small_files
def test_small_files_are_read_alike(data: bytes) -> None:
    assert compare(data) is Outcome.EQUAL
    assert compare(data, check_checksums=False) is Outcome.EQUAL


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_random_networks_are_read_alike(graph: Graph) -> None:
    for packed_form in (False, True):
        assert compare(bytes(build_file(graph, packed=packed_form).data)) is Outcome.EQUAL


# --- Damaged files ---


@small_files
def test_truncated_files_are_taken_alike(data: bytes) -> None:
    outcomes = compare_all((f"cut to {size}", data[:size]) for size in range(len(data)))
    assert outcomes[Outcome.REFUSED] > len(data) * 9 // 10


@small_files
def test_files_with_a_bit_flipped_are_taken_alike(data: bytes) -> None:
    outcomes = compare_all(bit_flips(data, range(len(data))))
    assert outcomes[Outcome.REFUSED] > len(data)
    assert outcomes[Outcome.EQUAL] > len(data)
    assert outcomes[Outcome.TOO_LARGE] < len(data) // 10


def bit_flips(data: bytes, places: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    for at, bit in itertools.product(places, range(8)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << bit
        yield f"byte {at}, bit {bit}", bytes(flipped)


def test_damaged_streams_with_checksums_that_fit_are_taken_alike() -> None:
    """`read_bytes` has no way to leave the checksums out, so here they are made to fit."""
    data = streams()
    root = FlatBuffer(data).root(MODEL)
    payload = root.vector("payload", 1)
    weights = [read_weight(table) for table in root.vector("weights", 4).tables(WEIGHT)]
    sections = [section for weight in weights for section in weight.stored.sections]

    def resealed(changed: bytes) -> bytes:
        out = bytearray(changed)
        for section in sections:
            old = struct.pack("<I", section.crc32c)
            assert data.count(old) == 1
            first, end = payload.start + section.offset, payload.start + section.end
            struct.pack_into("<I", out, data.index(old), crc32c(changed[first:end]))
        return bytes(out)

    flips = bit_flips(data, range(payload.start, payload.start + payload.count))
    outcomes = Counter(compare(resealed(flipped)) for _, flipped in flips)
    assert outcomes[Outcome.EQUAL] > 500
    assert outcomes[Outcome.REFUSED] > 200


@small_files
def test_spliced_files_are_taken_alike(data: bytes) -> None:
    dice = random.Random(11)
    donors = list(SMALL_FILES.values())
    outcomes = compare_all(damaged(data, dice, dice.choice(donors)) for _ in range(2000))
    assert outcomes[Outcome.REFUSED] > 100
    assert outcomes[Outcome.EQUAL] > 100


@given(graphs(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_damaged_random_networks_are_taken_alike(graph: Graph, dice: random.Random) -> None:
    data = bytes(build_file(graph).data)
    compare_all(bit_flips(data, [dice.randrange(len(data))]))
    compare_all(damaged(data, dice, data) for _ in range(8))
