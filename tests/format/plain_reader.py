"""A second reader of `.dcmodel` files, written from docs/format.md and schemas/dcmobile.fbs alone.

It proves that the document is enough, and it is a place to read how the format works. The other
modules follow the document: `plain_flatbuffer` (section 2), `plain_graph` (3, with the schema in `plain_schema` and
the rules of each operator in `plain_shapes` and `plain_windows`), `plain_weights` (4 and 6), `plain_huffman` (5),
`plain_packed` (9) and `plain_operators` (what the operators of section 3 compute, in `plain_compute_*`).
"""

from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from plain_flatbuffer import FlatBuffer, FormatError, LimitError, Table, require
from plain_graph import PlainInput, PlainOp, PlainOutput, read_inputs, read_ops, read_outputs
from plain_operators import evaluate
from plain_packed import expand
from plain_rules import BATCH, WeightInfo
from plain_weights import (
    WEIGHT,
    PlainWeight,
    check_checksum,
    check_sections,
    decode_weight,
    read_weight,
)

__all__ = ["FormatError", "LimitError", "PlainMetadata", "PlainModel", "read", "run"]

PLAIN_VERSION, PACKED_VERSION = 1, 2
MODEL = ("version", "inputs", "weights", "ops", "outputs", "payload", "metadata", "packed")
METADATA = ("producer", "labels", "entries")
ENTRY = ("key", "value")

# A file of a few bytes may declare a weight of 2^32 - 1 zeros. This reader keeps all weights in memory.
MAX_ELEMENTS = 2**28


@dataclass(frozen=True)
class PlainMetadata:
    """Section 7."""

    producer: str | None = None
    labels: list[str] = field(default_factory=list)
    entries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlainModel:
    """A whole file, its weights decoded. Value ids: the inputs first, then what each op makes."""

    version: int
    inputs: list[PlainInput]
    weights: list[PlainWeight]
    ops: list[PlainOp]
    outputs: list[PlainOutput]
    metadata: PlainMetadata


def read_metadata(model: Table) -> PlainMetadata:
    if not model.has("metadata"):
        return PlainMetadata()
    table = model.table("metadata", METADATA)
    producer = table.string("producer") if table.has("producer") else None
    labels = table.optional_vector("labels", 4).strings()
    entries: dict[str, str] = {}
    for entry in table.optional_vector("entries", 4).tables(ENTRY):
        key = entry.string("key")
        require(key not in entries, "a metadata key comes twice")
        entries[key] = entry.string("value")
    return PlainMetadata(producer, labels, entries)


def read_payload(model: Table) -> bytes | None:
    if not model.has("payload"):
        return None
    vector = model.vector("payload", 1)
    require(vector.start % 16 == 0, "the payload does not start at a multiple of 16")
    return vector.bytes()


def read_packed(file: Table) -> Table:
    """Section 9: the model that the file holds packed."""
    require(file.has("packed"), "the file has no packed model")
    for name in ("inputs", "weights", "ops", "outputs"):
        vector = file.optional_vector(name, 4) if name == "weights" else file.vector(name, 4)
        require(vector.count == 0, "the file has a packed model and parts of another beside it")
    require(not file.has("metadata"), "the file has a packed model and parts of another beside it")
    return FlatBuffer(expand(file.vector("packed", 1).bytes())).root(MODEL)


def read(data: bytes, *, max_elements: int = MAX_ELEMENTS, check_checksums: bool = True) -> PlainModel:
    """The model in `data`, or a FormatError. The order of the checks is that of section 8.

    `max_elements` bounds the weights of all tensors together; the format itself allows more (LimitError).
    `check_checksums` False leaves out the CRC-32Cs, and nothing else.
    """
    file = FlatBuffer(data).root(MODEL)
    version = file.scalar("version", "u16", PLAIN_VERSION)
    known = PLAIN_VERSION <= version <= PACKED_VERSION
    require(known, f"the format version is {version}, this reader knows {PLAIN_VERSION} and {PACKED_VERSION}")
    if version == PLAIN_VERSION:
        file.optional_vector("packed", 1)  # means nothing, but must be sound
    root = read_packed(file) if version == PACKED_VERSION else file

    encoded = [read_weight(table, version) for table in root.optional_vector("weights", 4).tables(WEIGHT)]
    inputs = read_inputs(root)
    ops = read_ops(root, inputs, [WeightInfo(w.shape, w.encoding) for w in encoded])
    outputs = read_outputs(root, [i.shape for i in inputs] + [shape for op in ops for shape in op.shapes])
    metadata = read_metadata(root)
    payload = read_payload(file)
    sections = [section for weight in encoded for section in weight.stored.sections]
    check_sections(sections, payload)
    if sum(prod(w.shape) for w in encoded) > max_elements:
        raise LimitError("the weights are larger than this reader allows")

    if check_checksums:
        for section in sections:
            check_checksum(section, payload or b"")
    weights = [decode_weight(weight, payload or b"") for weight in encoded]
    return PlainModel(version, inputs, weights, ops, outputs, metadata)


def run(model: PlainModel, *inputs: ArrayLike) -> list[NDArray[np.float32]]:
    """The outputs for the inputs, both in the model's order. ValueError for inputs of a wrong shape."""
    values: list[NDArray[np.float32]] = [np.asarray(x, dtype=np.float32) for x in inputs]
    if len(values) != len(model.inputs):
        raise ValueError(f"the model has {len(model.inputs)} inputs, {len(values)} are given")
    if any(x.ndim == 0 for x in values):
        raise ValueError("an input has no dimensions")
    batch = len(values[0])
    for declared, x in zip(model.inputs, values, strict=True):
        wanted = tuple(batch if n == BATCH else n for n in declared.shape)
        if x.shape != wanted or batch < 1:
            raise ValueError(f"input {declared.name!r} has the shape {list(x.shape)} instead of {list(wanted)}")
    weights = [weight.values for weight in model.weights]
    for op in model.ops:
        values += evaluate(op, [values[i] for i in op.inputs], weights)
    return [values[output.value] for output in model.outputs]
