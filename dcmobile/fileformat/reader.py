"""A .dcmodel back to its graph, with what each weight costs: for ``dcmobile inspect``, for tools and for tests.

The runtime's loader verifies the file first, all of it, so the reading below meets only what docs/format.md allows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import dcmobile.fileformat.schema_generated as schema_generated
from dcmobile import _native
from dcmobile.encode import CHUNK_DTYPE, Encoding, WeightBytes, WeightStatistics
from dcmobile.errors import Code, FileError
from dcmobile.fileformat.container import chunk_record_bytes, file_version, open_container
from dcmobile.fileformat.metadata import Metadata, read_metadata
from dcmobile.fileformat.operator_tables import operator_table, read_attributes, read_weights
from dcmobile.fileformat.schema import member
from dcmobile.fileformat.writer import FileBytes
from dcmobile.graph import Graph, Op, Sharing, Value, Weight

Shape = tuple[int, ...]

# The reader needs the values, the runtime its resident form; together they stay well below what a build machine has.
_MEMORY_LIMIT = 16 << 30


@dataclass(frozen=True)
class LoadedFile:
    """graph: with weights, shared ones with their sharing. statistics: of each weight, by its name in the graph, in the
    file's order.

    Names of weights and of values between operators are not in the file; they are made from the operators' names.
    """

    graph: Graph
    metadata: Metadata
    statistics: Mapping[str, WeightStatistics]
    bytes: FileBytes
    version: int


def read_file(path: str | os.PathLike[str]) -> LoadedFile:
    """Raises ``FileError`` if the file cannot be read, and whatever the runtime finds wrong with it."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}", Code.FILE_IO) from error
    return read_bytes(data)


def read_bytes(data: bytes | bytearray | memoryview) -> LoadedFile:
    """The file in memory. Nothing refers to ``data`` after the call."""
    file = np.frombuffer(data, np.uint8)
    # Raises for every broken rule of the format. The runtime also knows the shapes, which are not in the file.
    planned = _native.Model.open_memory(file, memory_limit=_MEMORY_LIMIT).operators
    shapes = [shapes for _name, _type, _kernel, _reason, _macs, shapes, *_expected in planned]

    model, payload = open_container(data)
    version = file_version(data)
    tables = [model.Weights(index) for index in range(model.WeightsLength())]
    names = _weight_names(model, len(tables))
    weights: dict[str, Weight] = {}
    statistics: dict[str, WeightStatistics] = {}
    for name, table in zip(names, tables, strict=True):
        weights[name], statistics[name] = _read_weight(name, table, payload, version)

    content = sum(each.bytes.total for each in statistics.values())
    sections = sum(each.bytes.codes + each.bytes.gaps + each.bytes.dense for each in statistics.values())
    return LoadedFile(
        graph=_read_graph(model, shapes, names, weights),
        metadata=read_metadata(model.Metadata()),
        statistics=statistics,
        bytes=FileBytes(file.size, content, payload.size - sections),
        version=version,
    )


def _vector(table: Any, name: str, otherwise: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A vector of numbers; an absent one is an empty one of the other's type."""
    if getattr(table, f"{name}IsNone")():
        return otherwise[:0]
    found: npt.NDArray[Any] = getattr(table, f"{name}AsNumpy")()
    return found


def _text(raw: bytes | None) -> str:
    return raw.decode() if raw else ""


def _read_weight(
    name: str, table: Any, payload: npt.NDArray[np.uint8], version: int
) -> tuple[Weight, WeightStatistics]:
    shape = tuple(int(size) for size in table.ShapeAsNumpy())
    size = int(np.prod(shape, dtype=np.int64))
    encoding = member("Encoding", table.EncodingType(), table.Encoding())
    if isinstance(encoding, schema_generated.Dense):
        half = encoding.ElementType() == schema_generated.ElementType.Float16
        dtype: np.dtype[Any] = np.dtype(np.float16 if half else np.float32)
        section = payload[encoding.Offset() : encoding.Offset() + size * dtype.itemsize]
        values = section.view(dtype.newbyteorder("<")).astype(dtype).reshape(shape)
        statistics = WeightStatistics(
            Encoding.DENSE, size, int(np.count_nonzero(values)), WeightBytes(dense=section.size)
        )
        return Weight(name, values), statistics

    sparse = isinstance(encoding, schema_generated.SparseShared)
    centroids = _centroids(encoding)
    empty = np.empty(0, np.uint8)
    gap_lengths = _vector(encoding, "GapLengths", empty).tobytes() if sparse else b""
    code_lengths = _vector(encoding, "CodeLengths", empty).tobytes()
    gap_bits = encoding.GapBits() if sparse else 0
    chunks = _chunks(encoding)
    codes, gaps, coded = _native.decode_codes(
        payload, chunks, gap_bits, gap_lengths, code_lengths, centroids.size, size
    )
    sharing = Sharing(codes, centroids) if sparse else _without_zero(codes, centroids)
    values = np.concatenate([np.zeros(1, centroids.dtype), sharing.centroids])[sharing.codes].reshape(shape)
    statistics = WeightStatistics.of_shared(
        Encoding.SPARSE_SHARED if sparse else Encoding.DENSE_SHARED,
        sharing.codes,
        centroids,
        gap_bits,
        gaps,
        coded,
        tables=len(gap_lengths) + len(code_lengths),
        chunk_records=chunk_record_bytes(chunks, version),
    )
    return Weight(name, values, sharing), statistics


def _centroids(encoding: Any) -> npt.NDArray[Any]:
    if encoding.CentroidsF16IsNone():
        return np.array(encoding.CentroidsAsNumpy(), np.float32)
    return np.array(encoding.CentroidsF16AsNumpy(), np.uint16).view(np.float16)


def _chunks(encoding: Any) -> bytes:
    """The structs as they lie in the file; the generated code would read them one field at a time."""
    count = encoding.ChunksLength()
    if count == 0:
        return b""
    first = encoding.Chunks(0)._tab
    return bytes(first.Bytes[first.Pos : first.Pos + count * CHUNK_DTYPE.itemsize])


def _without_zero(codes: npt.NDArray[np.uint16], centroids: npt.NDArray[Any]) -> Sharing:
    """A dense shared weight's codes, with zero as code 0 and the other centroids in their order."""
    kept = centroids != 0
    renumbered = np.where(kept, np.cumsum(kept), 0).astype(np.uint16)
    return Sharing(renumbered[codes], centroids[kept])


def _weight_names(model: Any, count: int) -> list[str]:
    """``<operator>.<role>`` of the first operator that uses the weight, as torch names parameters."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for index in range(model.OpsLength()):
        op = model.Ops(index)
        for role, weight in read_weights(operator_table(op)).items():
            if weight not in names:
                names[weight] = _unique(f"{_text(op.Name()) or f'operator{index}'}.{role}", taken)
    return [names.get(index) or _unique(f"weight{index}", taken) for index in range(count)]


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}#{number}", number + 1
    taken.add(candidate)
    return candidate


def _value_names(name: str, count: int, taken: set[str]) -> list[str]:
    """``lstm``, ``lstm.1``, ``lstm.2`` for the values of an operator of that name."""
    return [_unique(f"{name}.{number}" if number else name, taken) for number in range(count)]


def _read_graph(
    model: Any, shapes: Sequence[Sequence[Shape]], weight_names: Sequence[str], weights: Mapping[str, Weight]
) -> Graph:
    """shapes: of the values that each operator makes."""
    tables = [model.Inputs(index) for index in range(model.InputsLength())]
    inputs = [Value(_text(table.Name()), tuple(int(size) for size in table.ShapeAsNumpy())) for table in tables]
    values = list(inputs)  # by id
    taken = {value.name for value in inputs}
    ops: list[Op] = []
    for index, made in enumerate(shapes):
        op = model.Ops(index)
        table = operator_table(op)
        name = _text(op.Name())
        reads = [len(values) - 1] if op.InputsIsNone() else [int(value) for value in op.InputsAsNumpy()]
        names = _value_names(name or f"value{len(values)}", len(made), taken)
        ops.append(
            Op(
                name,
                read_attributes(op.AttributesType(), table),
                tuple(values[value].name for value in reads),
                names[0],
                {role: weight_names[weight] for role, weight in read_weights(table).items()},
                more_outputs=tuple(names[1:]),
            )
        )
        values += [Value(made_name, shape) for made_name, shape in zip(names, made, strict=True)]
    outputs = [model.Outputs(index) for index in range(model.OutputsLength())]
    return Graph(
        tuple(value.name for value in inputs),
        tuple(ops),
        tuple(values[table.Value()].name for table in outputs),
        tuple(_text(table.Name()) for table in outputs),
        {value.name: value for value in values},
        weights,
    ).check()
