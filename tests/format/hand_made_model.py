"""A small model put together by hand, and ways to change it: no writer of the project takes part.

Tests of the plain reader start from `tiny()`, change one thing, and see what the reader says.
"""

import itertools
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hand_assembly import build
from hand_packing import HandPacking, packed_file
from plain_flatbuffer import FormatError
from plain_reader import read
from plain_weights import crc32c

Model = dict[str, Any]
Change = tuple[str, Callable[[Model], object]]  # a piece of the error's text, and what provokes it


def refused(text: str) -> Any:
    return pytest.raises(FormatError, match=text)


def assert_refused(text: str, change: Callable[[Model], object]) -> None:
    """The changed model is refused, in one line."""
    with refused(text) as caught:
        read(changed(change))
    assert "\n" not in str(caught.value)


def pack(*nibbles: int) -> bytes:
    return bytes(low | high << 4 for low, high in itertools.zip_longest(nibbles[::2], nibbles[1::2], fillvalue=0))


SPARSE_BYTES = bytes([0b010, 0b011111, 0b0, 0b0, 0b01, 0b11, 0b0])
DENSE_SHARED_BYTES = bytes([0b01, 0b10, 0b11])
BIAS_BYTES = struct.pack("<3e", 0.5, 1.0, -0.25)


def tiny() -> Model:
    """Linear 4 -> 3 with Relu (sparse, bias), Linear 3 -> 2 (dense shared), Softmax.

    Weight 0, 3 x 4, sets the elements 0, 2, 8, 9 with the codes 1, 0, 2, 1. The gaps are 0, 1, 5, 0; with k = 2
    the symbols are 0, 1, (3, 2), 0. Five symbols make the runs 0 1 / 3 2 / 0 / none, with the words 0, 10, 110, 111
    the bits 010 / 111110 / 0. The codes' words are 10, 0, 11, so their runs are 0 / 10 / 11 / 0.
    Weight 2, 2 x 3, has the codes 1 0 / 0 1 / 1 1 with the words 0, 1.
    """
    sparse = {
        "start": 0,
        "gap_count": 5,
        "code_count": 4,
        "offset": 0,
        "crc32c": crc32c(SPARSE_BYTES),
        "gap_bytes": [1, 1, 1, 0],
        "code_bytes": [1, 1, 1, 1],
    }
    shared = {
        "start": 0,
        "gap_count": 0,
        "code_count": 6,
        "offset": 7,
        "crc32c": crc32c(DENSE_SHARED_BYTES),
        "gap_bytes": [0, 0, 0, 0],
        "code_bytes": [1, 1, 1, 0],
    }
    return {
        "version": 1,
        "inputs": [{"name": "x", "shape": [-1, 4]}],
        "weights": [
            {
                "shape": [3, 4],
                "encoding": (
                    "SparseShared",
                    {
                        "gap_bits": 2,
                        "gap_lengths": pack(1, 2, 3, 3),
                        "code_lengths": pack(2, 1, 2),
                        "centroids": [0.5, -1.0, 2.0],
                        "chunks": [sparse],
                    },
                ),
            },
            {"shape": [3], "encoding": ("Dense", {"element_type": 1, "offset": 16, "crc32c": crc32c(BIAS_BYTES)})},
            {
                "shape": [2, 3],
                "encoding": (
                    "DenseShared",
                    {"code_lengths": pack(1, 1), "centroids_f16": [0x0000, 0x3400], "chunks": [shared]},
                ),
            },
        ],
        "ops": [
            {"name": "body.0", "attributes": ("Linear", {"weight": 0, "bias": 1, "activation": 1})},
            {"attributes": ("Linear", {"weight": 2})},
            {"attributes": ("Softmax", {"axis": 1}), "inputs": [2]},
        ],
        "outputs": [{"name": "p", "value": 3}],
        "payload": SPARSE_BYTES + DENSE_SHARED_BYTES + bytes(6) + BIAS_BYTES + bytes(8),
        "metadata": {
            "producer": "hand 1",
            "labels": ["cat", "Hündin"],
            "entries": [{"key": "a", "value": "1"}, {"key": "b", "value": ""}],
        },
    }


def encoding(model: Model, weight: int) -> Model:
    fields: Model = model["weights"][weight]["encoding"][1]
    return fields


def chunk(model: Model, weight: int, number: int = 0) -> Model:
    result: Model = encoding(model, weight)["chunks"][number]
    return result


def set_op(model: Model, number: int, kind: str, **attributes: int) -> None:
    model["ops"][number]["attributes"] = (kind, attributes)


def packed(model: Model) -> bytes:
    """The model as a file of version 2."""
    return packed_file(HandPacking(model).form(), model["payload"])


def changed(change: Callable[[Model], object]) -> bytes:
    model = tiny()
    change(model)
    return build(model)
