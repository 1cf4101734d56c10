"""Section 2 of docs/format.md: the container."""

import struct

import pytest
from hand_assembly import build
from hand_made_model import changed, refused, tiny
from plain_flatbuffer import FormatError, LimitError
from plain_reader import read


def test_every_truncation_is_refused() -> None:
    # Without metadata the payload comes last, so every byte counts.
    data = changed(lambda m: m.pop("metadata"))
    read(data)
    for size in range(len(data)):
        with pytest.raises(FormatError):
            read(data[:size])


def damaged(at: int, layout: str, value: int) -> bytes:
    data = bytearray(build(tiny()))
    struct.pack_into(layout, data, at, value)
    return bytes(data)


# In `build`'s files the first vtable stands at byte 8: 7 fields, so the root table is at 28 (26 rounded up).
ROOT = 28


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "too short"),
        (damaged(4, "<I", 0), "identifier"),
        (damaged(0, "<I", 0), "points to itself"),
        (damaged(0, "<I", 30), "not aligned"),
        (damaged(0, "<I", 2**32 - 4), "outside the file"),
        (damaged(ROOT, "<i", 2**31 - 1), "not aligned"),
        (damaged(ROOT, "<i", -(2**31)), "outside the file"),
        (damaged(ROOT, "<i", 1000), "outside the file"),
        (damaged(8, "<H", 2), "field inputs is absent"),
        (damaged(8, "<H", 21), "bad size"),
        (damaged(8, "<H", 65534), "bad size"),
        (damaged(12, "<H", 1000), "outside the file"),
        (damaged(12, "<H", 5), "not aligned"),
        (damaged(ROOT + 8, "<I", 0), "itself"),
        (damaged(ROOT + 8, "<I", 2**32 - 4), "outside the file"),
    ],
)
def test_bad_containers_are_refused(data: bytes, text: str) -> None:
    with refused(text):
        read(data)


def test_the_size_that_a_vtable_gives_its_table_is_not_used() -> None:
    for size in (0, 2, 4, 65535):
        assert read(damaged(10, "<H", size)).inputs == read(build(tiny())).inputs


def test_a_payload_off_its_alignment_is_refused() -> None:
    model = tiny()
    model["payload"] = bytes(4)
    data = bytearray(build(model))
    payload = ROOT + struct.unpack_from("<H", data, 8 + 4 + 2 * 5)[0]
    position = payload + struct.unpack_from("<I", data, payload)[0]
    # Its own bytes make a vector of no bytes, four bytes further.
    struct.pack_into("<I", data, payload, position + 4 - payload)
    with refused("multiple of 16"):
        read(bytes(data))


def test_strings_are_checked() -> None:
    with refused("UTF-8"):
        read(changed(lambda m: m["inputs"][0].update(name=b"\xff\xfe")))
    data = build(tiny())
    at = data.index(b"hand 1")
    with refused("does not end with a zero byte"):
        read(data[: at + 6] + b"x" + data[at + 7 :])
    with refused("holds a zero byte"):
        read(data[: at + 4] + b"\0" + data[at + 5 :])
    with refused("ends outside"):
        read(data[: at - 4] + b"\xff\xff\xff\x7f" + data[at:])


def test_many_references_to_one_large_string_are_refused() -> None:
    model = tiny()
    model["metadata"]["labels"] = ["x" * 20000] + [""] * 5000
    data = bytearray(build(model))
    target = data.index(b"x" * 20000) - 4
    first = data.index(struct.pack("<I", 5001)) + 4
    for at in range(first, first + 4 * 5001, 4):
        struct.pack_into("<I", data, at, target - at)
    with refused("far too often") as caught:
        read(bytes(data))
    assert caught.type is LimitError
