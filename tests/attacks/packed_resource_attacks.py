"""On memory and time, by the packed form: what takes tens of bytes in a FlatBuffer takes one to five there.

Files of about a megabyte, which must be refused, or open, in a second.
"""

from __future__ import annotations

from collections.abc import Callable

from attack import Attack
from hand_made_model import Model, pack, tiny
from hand_packing import HandPacking, Step, number, packed_file
from plain_weights import crc32c

_MEGABYTE = 2**20
_LIMIT, _STRUCTURE = "MACHINE_LIMIT", "FILE_STRUCTURE"


def _element(model: Model, *path: Step) -> bytes:
    """The packed form of one part of a model."""
    return b"".join(part for at, part in HandPacking(model).parts.items() if at[: len(path)] == path)


def _operator(kind: str, attributes: Model | None = None, **fields: object) -> bytes:
    return _element({"ops": [{"attributes": (kind, attributes or {}), **fields}]}, "ops", 0)


def _weight(kind: str, shape: list[int], **fields: object) -> bytes:
    return _element({"weights": [{"shape": shape, "encoding": (kind, fields)}]}, "weights", 0)


def _network(elements: dict[str, list[bytes]], output: int = 1, payload: bytes = bytes(8)) -> bytes:
    """One input [batch, 4], a Relu of it and one output, with some vectors of the model put in the place of its own."""
    packing = HandPacking(
        {
            "inputs": [{"name": "x", "shape": [-1, 4]}],
            "weights": [],
            "ops": [{"attributes": ("Relu", {})}],
            "outputs": [{"name": "y", "value": output}],
        }
    )
    for field, parts in elements.items():
        packing.replace(number(len(parts)) + b"".join(parts), field)
    return packed_file(packing.form(), payload)


def _attack(name: str, code: str, tries: str, make: Callable[[], bytes]) -> Attack:
    return Attack(f"packed_{name}", code, tries, make)


def _operators(count: int) -> bytes:
    return _network({"ops": [_operator("Relu")] * count}, count)


def _live_values(count: int) -> bytes:
    """Relus of the input, all read by one Concat at the end."""
    relu = _operator("Relu", inputs=[0])
    return _network({"ops": [relu] * count + [_operator("Concat", {"axis": 1}, inputs=range(1, count + 1))]}, count + 1)


def _concat(count: int) -> bytes:
    return _network({"ops": [_operator("Concat", {"axis": 1}, inputs=[0] * count)]})


def _metadata(field: str, element: bytes, count: int) -> bytes:
    """The small model with a vector of the metadata that is one element, many times."""
    packing = HandPacking(tiny())
    packing.replace(number(count) + element * count, "metadata", field)
    return packed_file(packing.form(), tiny()["payload"])


def _codes_of_one_symbol(chunks: int) -> bytes:
    """65,536 codes that take no bits, in each chunk."""
    chunk: Model = {
        "gap_count": 0,
        "code_count": 65536,
        "offset": 0,
        "crc32c": 0,
        "gap_bytes": [0] * 4,
        "code_bytes": [0] * 4,
    }
    starts = [{**chunk, "start": i * 65536} for i in range(chunks)]
    weight = _weight("DenseShared", [chunks, 65536], code_lengths=pack(1), centroids=[0.5], chunks=starts)
    return _network({"weights": [weight]})


def _pairs_of_one_symbol(gaps: int) -> bytes:
    """A weight of which all is set, by pairs of gaps that take no bits."""
    chunk: Model = {"start": 0, "gap_count": gaps, "code_count": gaps, "offset": 0, "crc32c": 0}
    chunk |= {"gap_bytes": [0] * 4, "code_bytes": [0] * 4}
    fields = {"gap_bits": 18, "gap_lengths": pack(1), "code_lengths": pack(1), "centroids": [0.5], "chunks": [chunk]}
    return _network({"weights": [_weight("SparseShared", [1, gaps], **fields)]})


def _long_words(count: int) -> bytes:
    """Weights of one code each, with a table of 2,048 entries to look it up in."""
    lengths = pack(*range(1, 12), 11)
    weights = []
    for i in range(count):
        chunk: Model = {"start": 0, "gap_count": 0, "code_count": 1, "offset": i, "crc32c": crc32c(b"\0")}
        chunk |= {"gap_bytes": [0] * 4, "code_bytes": [1, 0, 0, 0]}
        half = [0x3C00] * 12
        weights.append(_weight("DenseShared", [1], code_lengths=lengths, centroids_f16=half, chunks=[chunk]))
    return _network({"weights": weights}, payload=bytes(count + 8))


def _inputs(count: int) -> bytes:
    """Inputs that nothing reads, of different names."""
    inputs = [_element({"inputs": [{"name": f"{i:x}", "shape": [-1]}]}, "inputs", 0) for i in range(count)]
    return _network({"inputs": inputs}, count)


def _empty_weight() -> bytes:
    return _weight("SparseShared", [1], gap_bits=2, centroids=[])


ATTACKS = [
    _attack("operators_of_3_bytes", "OK", "349,000 operators.", lambda: _operators(_MEGABYTE // 3)),
    _attack(
        "operators_of_1_byte",
        _STRUCTURE,
        "A million operators without what is required: 20 MB of tables.",
        lambda: _network({"ops": [b"\0"] * _MEGABYTE}),
    ),
    _attack(
        "values_that_all_live", "OK", "130,000 values that are all read at the very end.", lambda: _live_values(130_000)
    ),
    _attack("concat_of_a_million", "OK", "One value joined a million times.", lambda: _concat(_MEGABYTE)),
    _attack(
        "labels_of_1_byte",
        "OK",
        "A million empty labels: 12 MB of them.",
        lambda: _metadata("labels", b"\0", _MEGABYTE),
    ),
    _attack(
        "entries_of_1_byte",
        _STRUCTURE,
        "A million entries of the metadata without what is required.",
        lambda: _metadata("entries", b"\0", _MEGABYTE),
    ),
    _attack(
        "entries_of_3_bytes",
        "GRAPH_REFERENCE",
        "200,000 entries of one empty key.",
        lambda: _metadata("entries", b"\3\0\0", _MEGABYTE // 5),
    ),
    _attack(
        "codes_without_bits",
        _LIMIT,
        "A megabyte of chunks whose 3 G codes take no bits: a zip bomb in a third of the size.",
        lambda: _codes_of_one_symbol(_MEGABYTE // 23),
    ),
    _attack("pairs_without_bits", "OK", "65,535 gaps in pairs, all 0.", lambda: _pairs_of_one_symbol(65535)),
    _attack("inputs_of_8_bytes", "OK", "120,000 inputs that nothing reads.", lambda: _inputs(120_000)),
    _attack(
        "weights_of_7_bytes",
        "OK",
        "140,000 weights in which nothing is set.",
        lambda: _network({"weights": [_empty_weight()] * 140_000}),
    ),
    _attack(
        "weights_of_long_words",
        "OK",
        "18,000 weights of one code each, with a large table.",
        lambda: _long_words(18_000),
    ),
]
