"""Graph and encoded weights to the bytes of a .dcmodel. The same graph gives the same bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt

from dcmobile import _native
from dcmobile.encode import EncodedWeight, Encoding, encode_graph
from dcmobile.errors import GraphError
from dcmobile.fileformat.atomic import write_atomically
from dcmobile.fileformat.container import chunk_record_bytes
from dcmobile.fileformat.metadata import Metadata
from dcmobile.fileformat.operator_tables import WEIGHT_ROLES, add_operator_table, check_op
from dcmobile.fileformat.schema import (
    IDENTIFIER,
    MAX_FILE_BYTES,
    PACKED_VERSION,
    PAYLOAD_ALIGNMENT,
    PAYLOAD_SLACK,
    PLAIN_VERSION,
    add_table,
    union_type,
)
from dcmobile.graph import Graph, Op
from dcmobile.layer_weights import dense_weights

# Room for tables, so that the builder never has to move a large payload.
_STRUCTURE_ESTIMATE = 1 << 16


@dataclass(frozen=True)
class FileBytes:
    """Where the bytes of a file go; the three parts add up to the whole.

    weights: the sum of ``WeightStatistics.bytes.total``. padding: alignment and slack of the payload. structure: the
    rest: graph, names, shapes, metadata and what flatbuffers needs.
    """

    total: int
    weights: int
    padding: int

    @property
    def structure(self) -> int:
        """Bytes that are neither weights nor padding."""
        return self.total - self.weights - self.padding


@dataclass(frozen=True)
class WrittenFile:
    """data: the whole file. weights: in the file's order, for their statistics. bytes: where the bytes go."""

    data: bytearray
    weights: tuple[EncodedWeight, ...]
    bytes: FileBytes


def write_file(path: str | os.PathLike[str], graph: Graph, metadata: Metadata | None = None) -> WrittenFile:
    """Encode every weight, build the file, load it with the runtime and write it atomically (``fileformat.atomic``).

    Raises what ``build_file``, the runtime's loader and ``write_atomically`` raise; then ``path`` is untouched. So no
    file is ever written that the runtime refuses.
    """
    written = build_file(graph, metadata=metadata)
    _native.Model.open_memory(np.frombuffer(written.data, np.uint8))
    write_atomically(path, [written.data])
    return written


def build_file(
    graph: Graph,
    encoded: Mapping[str, EncodedWeight] | None = None,
    metadata: Metadata | None = None,
    packed: bool = True,
) -> WrittenFile:
    """The file of a graph. Weights that ``encoded`` does not hold by their name are encoded here (``encode_graph``);
    those no operator uses are left out. Attributes are rounded to float32.

    packed: write the model in its packed form (format version 2), which is smaller, or as it is (version 1).

    Raises ``GraphError`` if the graph does not hold together, has an operator or an attribute that the format cannot
    hold or a name that is not UTF-8 text, ``encoded`` has pairs that an unpacked file cannot hold, or the file would
    take 2 GiB.
    """
    graph.check()
    if not graph.inputs or not graph.ops or not graph.outputs:
        raise GraphError("a file needs at least one input, one operator and one output")
    for op in graph.ops:
        check_op(op)
    used = (op.weights[role] for op in graph.ops for role in WEIGHT_ROLES if role in op.weights)
    names = list(dict.fromkeys(used))
    given = encoded or {}
    made = encode_graph(graph, [name for name in names if name not in given], pairs=packed)
    weights = tuple(given.get(name) or made[name] for name in names)
    _check_dense(graph, weights)
    if not packed and any(weight.statistics.gap_pairs for weight in weights):
        raise GraphError("gaps that are coded in pairs take a packed file")
    model = _Model(graph, weights, metadata)
    try:
        return model.packed_file() if packed else model.plain_file()
    except UnicodeEncodeError as error:
        raise GraphError(f"the name {error.object!r} cannot be written as UTF-8") from error


@dataclass(frozen=True)
class _Model:
    """What a file will say; graph and weights fit each other."""

    graph: Graph
    weights: tuple[EncodedWeight, ...]
    metadata: Metadata | None

    def plain_file(self) -> WrittenFile:
        """Format version 1."""
        offsets, payload_bytes = _lay_out(self.weights, PAYLOAD_ALIGNMENT)
        # The buffer grows towards its front: what is written first ends up last.
        builder = self._builder(payload_bytes)
        payload = _add_payload(builder, self.weights, offsets, payload_bytes)
        return self._finished(builder, self._add(builder, offsets) | {"payload": payload}, offsets, payload_bytes)

    def packed_file(self) -> WrittenFile:
        """Format version 2."""
        offsets, payload_bytes = _lay_out(self.weights, 1)
        builder = self._builder(payload_bytes)
        payload = _add_payload(builder, self.weights, offsets, payload_bytes)
        packed = builder.CreateByteVector(_native.pack_model(self._structure(offsets)))
        empty = _add_references(builder, [])
        fields = {"inputs": empty, "ops": empty, "outputs": empty, "packed": packed, "payload": payload}
        return self._finished(builder, fields, offsets, payload_bytes)

    def _structure(self, offsets: list[int]) -> npt.NDArray[np.uint8]:
        """A plain file but for its payload and its version."""
        builder = flatbuffers.Builder(_STRUCTURE_ESTIMATE)
        builder.Finish(add_table(builder, "Model", self._add(builder, offsets)), IDENTIFIER)
        return np.frombuffer(builder.Output(), np.uint8)

    def _add(self, builder: Any, offsets: list[int]) -> dict[str, Any]:
        """The fields of the table but for version and payload; offsets: of the weights in the payload."""
        model: dict[str, Any] = {}
        if self.metadata:
            model["metadata"] = _add_metadata(builder, self.metadata)
        tables = [_add_weight(builder, each, offset) for each, offset in zip(self.weights, offsets, strict=True)]
        model["weights"] = _add_references(builder, tables)
        return model | _add_graph(builder, self.graph, {each.name: index for index, each in enumerate(self.weights)})

    def _builder(self, payload_bytes: int) -> Any:
        rest = sum(each.statistics.bytes.total - each.payload.nbytes for each in self.weights)
        if payload_bytes + rest > MAX_FILE_BYTES:
            raise GraphError(f"the file would take {payload_bytes + rest} bytes; the format holds 2^31 - 1")
        return flatbuffers.Builder(min(payload_bytes + rest + _STRUCTURE_ESTIMATE, MAX_FILE_BYTES))

    def _finished(self, builder: Any, fields: dict[str, Any], offsets: list[int], payload_bytes: int) -> WrittenFile:
        version = PACKED_VERSION if "packed" in fields else PLAIN_VERSION
        builder.Finish(add_table(builder, "Model", fields | {"version": version}), IDENTIFIER)
        data: bytearray = builder.Output()
        if len(data) > MAX_FILE_BYTES:
            raise GraphError(f"the file would take {len(data)} bytes; the format holds 2^31 - 1")
        weights = tuple(_with_records(*each, version) for each in zip(self.weights, offsets, strict=True))
        content = sum(each.statistics.bytes.total for each in weights)
        padding = payload_bytes - sum(each.payload.nbytes for each in weights)
        return WrittenFile(data, weights, FileBytes(len(data), content, padding))


def _with_records(weight: EncodedWeight, offset: int, version: int) -> EncodedWeight:
    """The weight with what its chunk records take in a file of this version; offset: where its payload starts."""
    size = chunk_record_bytes(weight.placed_chunks(offset).tobytes(), version)
    parts = replace(weight.statistics.bytes, chunk_records=size)
    return replace(weight, statistics=replace(weight.statistics, bytes=parts))


def _check_dense(graph: Graph, weights: tuple[EncodedWeight, ...]) -> None:
    dense = dense_weights(graph)
    for weight in weights:
        if weight.name in dense and weight.encoding is not Encoding.DENSE:
            raise GraphError(
                f"the weight {weight.name!r} is encoded as {weight.encoding}; the format holds a bias, a constant or a "
                "weight of a normalisation dense only"
            )


def _lay_out(weights: tuple[EncodedWeight, ...], alignment: int) -> tuple[list[int], int]:
    """Where each weight's section starts in the payload, and the payload's size. alignment: of dense values."""
    offsets = [0] * len(weights)
    end = 0
    # Dense values first: they need alignment, and what fills their last bytes best is the next ones.
    order = sorted(range(len(weights)), key=lambda index: weights[index].encoding is not Encoding.DENSE)
    for index in order:
        if weights[index].encoding is Encoding.DENSE:
            end = _aligned(end, alignment)
        offsets[index] = end
        end += weights[index].payload.nbytes
    # Filled up, since the vector starts at a multiple of 16 and the builder would put the same zeros behind it.
    return offsets, _aligned(end + PAYLOAD_SLACK, PAYLOAD_ALIGNMENT)


def _aligned(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment


def _add_payload(builder: Any, weights: tuple[EncodedWeight, ...], offsets: list[int], size: int) -> int:
    builder.StartVector(1, size, PAYLOAD_ALIGNMENT)
    builder.head -= size
    for weight, offset in zip(weights, offsets, strict=True):
        start = builder.head + offset
        builder.Bytes[start : start + weight.payload.nbytes] = weight.payload.data
    return int(builder.EndVector())


def _add_weight(builder: Any, weight: EncodedWeight, offset: int) -> int:
    if weight.encoding is Encoding.DENSE:
        half = weight.dtype == np.float16
        values: dict[str, Any] = {"offset": offset, "crc32c": weight.crc32c, "element_type": int(half)}
    else:
        values = _add_shared(builder, weight, offset)
    encoding = add_table(builder, weight.encoding, values)
    shape = builder.CreateNumpyVector(np.array(weight.shape, np.uint32))
    return add_table(
        builder,
        "Weight",
        {"shape": shape, "encoding": encoding, "encoding_type": union_type("Encoding", weight.encoding)},
    )


def _add_shared(builder: Any, weight: EncodedWeight, offset: int) -> dict[str, Any]:
    values = {
        "chunks": _add_structs(builder, weight.placed_chunks(offset)),
        "code_lengths": builder.CreateByteVector(weight.code_lengths),
    }
    if weight.dtype == np.float16:
        values["centroids_f16"] = builder.CreateNumpyVector(weight.centroids.view(np.uint16))
    else:
        values["centroids"] = builder.CreateNumpyVector(weight.centroids)
    if weight.encoding is Encoding.SPARSE_SHARED:
        values["gap_lengths"] = builder.CreateByteVector(weight.gap_lengths)
        values["gap_bits"] = weight.statistics.stored_gap_bits
    return values


def _add_graph(builder: Any, graph: Graph, weight_index: Mapping[str, int]) -> dict[str, int]:
    made = (name for op in graph.ops for name in op.outputs)
    ids = {name: index for index, name in enumerate([*graph.inputs, *made])}
    outputs = [
        add_table(builder, "Output", {"name": builder.CreateSharedString(name), "value": ids[value]})
        for name, value in zip(graph.output_names, graph.outputs, strict=True)
    ]
    ops = [_add_op(builder, op, ids, weight_index) for op in graph.ops]
    inputs = []
    for name in graph.inputs:
        shape = builder.CreateNumpyVector(np.array(graph.values[name].shape, np.int32))
        inputs.append(add_table(builder, "Input", {"name": builder.CreateSharedString(name), "shape": shape}))
    return {
        "outputs": _add_references(builder, outputs),
        "ops": _add_references(builder, ops),
        "inputs": _add_references(builder, inputs),
    }


def _add_op(builder: Any, op: Op, ids: Mapping[str, int], weight_index: Mapping[str, int]) -> int:
    values: dict[str, Any] = {"attributes": add_operator_table(builder, op, weight_index)}
    inputs = [ids[name] for name in op.inputs]
    if inputs != [ids[op.output] - 1]:  # the newest value needs no mention
        values["inputs"] = builder.CreateNumpyVector(np.array(inputs, np.uint32))
    if op.name:
        values["name"] = builder.CreateSharedString(op.name)
    return add_table(builder, "Op", values | {"attributes_type": union_type("OpAttributes", op.kind)})


def _add_metadata(builder: Any, metadata: Metadata) -> int:
    values: dict[str, Any] = {}
    if metadata.entries:
        entries = [
            add_table(builder, "Entry", {"key": builder.CreateString(key), "value": builder.CreateString(value)})
            for key, value in sorted(metadata.entries.items())
        ]
        values["entries"] = _add_references(builder, entries)
    if metadata.labels:
        values["labels"] = _add_references(builder, [builder.CreateString(label) for label in metadata.labels])
    if metadata.producer:
        values["producer"] = builder.CreateString(metadata.producer)
    return add_table(builder, "Metadata", values)


def _add_references(builder: Any, offsets: list[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _add_structs(builder: Any, structs: npt.NDArray[Any]) -> int:
    data = structs.tobytes()
    builder.StartVector(structs.itemsize, structs.size, 4)
    builder.head -= len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    return int(builder.EndVector())
