"""Everything that ``dcmobile inspect`` says about a file, read from the file alone."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any

from dcmobile.fileformat import FileBytes, Metadata, read_file
from dcmobile.graph import Graph
from dcmobile.model import LoadInfo, Operator, TensorInfo, load
from dcmobile.report.layer_row import PARTS, LayerRow, layer_rows, operator_name


@dataclass(frozen=True)
class OperatorRow:
    """One operator, in order of execution.

    name: the module's path. type: as in the schema. attributes: what differs from the defaults, as text.
    inputs: the names of what it reads, operators or inputs of the network; ``lstm.1`` is the second result of ``lstm``.
    shape: of its result, -1 for the batch; more_shapes: of its further ones.
    kernel, reason: what the runtime picked for it and why. macs: multiply-accumulates a sample, zero weights not
    counted.
    """

    name: str
    type: str
    attributes: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    kernel: str
    reason: str
    macs: int
    more_shapes: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class FileReport:
    """path: as given. version: of the format. bytes: where the file's bytes go. layers: every weight, biases included.

    operators: the plan. load: the time of one load on this machine.
    """

    path: str
    version: int
    bytes: FileBytes
    layers: tuple[LayerRow, ...]
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    operators: tuple[OperatorRow, ...]
    metadata: Metadata
    load: LoadInfo

    @property
    def file_bytes(self) -> int:
        """The whole file."""
        return self.bytes.total

    @property
    def dense_bytes(self) -> int:
        """Every weight and bias of the file as fp32."""
        return sum(layer.dense_bytes for layer in self.layers)

    @property
    def ratio(self) -> float:
        """How many times smaller the whole file is than its weights as fp32."""
        return self.dense_bytes / self.file_bytes

    @property
    def parts(self) -> dict[str, int]:
        """Bytes by part (``LayerRow.parts``), then structure and padding (``FileBytes``); they add up to
        ``file_bytes``.
        """
        parts = dict.fromkeys(PARTS, 0)
        for layer in self.layers:
            for part, size in layer.parts.items():
                parts[part] += size
        return parts | {"structure": self.bytes.structure, "padding": self.bytes.padding}

    def to_json(self) -> dict[str, Any]:
        """What ``dcmobile inspect --json`` prints (docs/cli.md describes the keys)."""
        return {
            "file": self.path,
            "format_version": self.version,
            "file_bytes": self.file_bytes,
            "dense_bytes": self.dense_bytes,
            "ratio": self.ratio,
            "parts": self.parts,
            "inputs": [{"name": each.name, "shape": list(each.shape)} for each in self.inputs],
            "outputs": [{"name": each.name, "shape": list(each.shape)} for each in self.outputs],
            "layers": [layer.to_json() for layer in self.layers],
            "operators": [asdict(each) for each in self.operators],
            "metadata": {
                "producer": self.metadata.producer,
                "labels": list(self.metadata.labels),
                "entries": dict(self.metadata.entries),
            },
            "load": asdict(self.load),
        }


def file_report(path: str | os.PathLike[str]) -> FileReport:
    """Read and verify a .dcmodel. Needs no torch.

    Raises ``FileError``, ``GraphError`` or ``MachineError`` as ``dcmobile.load`` does.
    """
    with load(path) as model:
        plan, inputs, outputs, timing = model.operators, model.inputs, model.outputs, model.load_info
    file = read_file(path)
    return FileReport(
        path=os.fspath(path),
        version=file.version,
        bytes=file.bytes,
        layers=tuple(layer_rows(file.graph, file.statistics)),
        inputs=inputs,
        outputs=outputs,
        operators=_operator_rows(file.graph, plan),
        metadata=file.metadata,
        load=timing,
    )


def _operator_rows(graph: Graph, plan: tuple[Operator, ...]) -> tuple[OperatorRow, ...]:
    names = dict(zip(graph.inputs, graph.inputs, strict=True))
    for index, op in enumerate(graph.ops):
        name = operator_name(op, index)
        names |= {value: f"{name}.{number}" if number else name for number, value in enumerate(op.outputs)}
    return tuple(
        OperatorRow(
            name=names[op.output],
            type=op.kind,
            attributes=str(op.attributes).removeprefix(op.kind).strip("()"),
            inputs=tuple(names[value] for value in op.inputs),
            shape=graph.values[op.output].shape,
            kernel=planned.kernel,
            reason=planned.reason,
            macs=planned.macs,
            more_shapes=tuple(graph.values[value].shape for value in op.more_outputs),
        )
        for op, planned in zip(graph.ops, plan, strict=True)
    )
