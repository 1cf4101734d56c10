"""Everything that ``dcmobile inspect`` says about a file, read from the file alone."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from dcmobile import _native
from dcmobile.device import DeviceReport
from dcmobile.fileformat import FileBytes, LoadedFile, Metadata, read_bytes, read_file
from dcmobile.graph import Graph
from dcmobile.model import LoadInfo, Model, Operator, Placement, TensorInfo, load
from dcmobile.report.layer_row import PARTS, LayerRow, layer_rows, operator_name
from dcmobile.report.metadata_bytes import metadata_bytes


@dataclass(frozen=True)
class OperatorRow:
    """One operator, in order of execution.

    name: the module's path. type: as in the schema. attributes: what differs from the defaults, as text.
    inputs: the names of what it reads, operators or inputs of the network; ``lstm.1`` is the second result of ``lstm``.
    reads: the same as numbers of values (docs/format.md, section 3): the network's inputs from 0 on, then what the
    operators make, in order.
    shape: of its result, -1 for the batch; more_shapes: of its further ones.
    kernel, reason: what the runtime picked for it and why. macs: multiply-accumulates a sample, zero weights not
    counted.
    expected_ns, other_kernel, other_ns: as in ``dcmobile.model.Operator``.
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
    reads: tuple[int, ...] = ()
    expected_ns: float = 0
    other_kernel: str = ""
    other_ns: float = 0


@dataclass(frozen=True)
class FileReport:
    """path: as given. version: of the format. bytes: where the file's bytes go. layers: every weight, biases included.

    operators: the plan. load: the time of one load on this machine. output_values: the number of the value that each
    output gives (see ``OperatorRow.reads``). device: where the model runs, if a device other than the CPU was asked
    for; then kernel and reason of the operators are the device's.
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
    output_values: tuple[int, ...] = ()
    device: DeviceReport | None = None

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
        """Bytes by part (``LayerRow.parts``), then structure (the graph and its names), metadata and padding; they
        add up to ``file_bytes``.
        """
        parts = dict.fromkeys(PARTS, 0)
        for layer in self.layers:
            for part, size in layer.parts.items():
                parts[part] += size
        # Another writer may let equal texts share their bytes, which is less than is counted here.
        metadata = min(metadata_bytes(self.metadata, self.version), self.bytes.structure)
        rest = {"structure": self.bytes.structure - metadata, "metadata": metadata, "padding": self.bytes.padding}
        return parts | rest

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
            "outputs": [
                {"name": each.name, "shape": list(each.shape), "value": value}
                for each, value in zip(self.outputs, self.output_values, strict=True)
            ],
            "layers": [layer.to_json() for layer in self.layers],
            "operators": [asdict(each) for each in self.operators],
            "metadata": {
                "producer": self.metadata.producer,
                "labels": list(self.metadata.labels),
                "entries": dict(self.metadata.entries),
            },
            "load": asdict(self.load),
            **({} if self.device is None else {"device": asdict(self.device)}),
        }


def file_report(path: str | os.PathLike[str], device: str | None = None) -> FileReport:
    """Read and verify a .dcmodel, and place it on the device (as ``dcmobile.load`` does). Needs no torch.

    Raises ``FileError``, ``GraphError`` or ``MachineError`` as ``dcmobile.load`` does.
    """
    with load(path, device=device) as model:
        return _report(os.fspath(path), model, read_file(path))


def report_of_bytes(name: str, data: bytes) -> FileReport:
    """The same for a .dcmodel in memory, such as one in a .pte. name: what the report calls it."""
    with Model(_native.Model.open_memory(np.frombuffer(data, np.uint8)), name, 1) as model:
        return _report(name, model, read_bytes(data))


def _report(name: str, model: Model, file: LoadedFile) -> FileReport:
    inputs, outputs, timing = model.inputs, model.outputs, model.load_info
    device = model.device_report
    plan = model.operators
    if device.ops_placed:
        plan = tuple(_placed(each, place) for each, place in zip(plan, model.placements, strict=True))
    return FileReport(
        path=name,
        version=file.version,
        bytes=file.bytes,
        layers=tuple(layer_rows(file.graph, file.statistics, count_symbols=True)),
        inputs=inputs,
        outputs=outputs,
        operators=_operator_rows(file.graph, plan),
        metadata=file.metadata,
        load=timing,
        output_values=tuple(_value_numbers(file.graph)[value] for value in file.graph.outputs),
        device=device if device.device != "cpu" or device.fallback else None,
    )


def _placed(operator: Operator, placement: Placement) -> Operator:
    """The operator with the shader that runs it, or why the CPU does. Nothing was chosen by cost."""
    if placement.reason == "nothing to compute":  # a view is on neither side
        return operator
    reason = f"on the CPU: {placement.reason}" if placement.device == "cpu" else f"on {placement.device}"
    return replace(operator, kernel=placement.kernel, reason=reason, expected_ns=0, other_kernel="", other_ns=0)


def _value_numbers(graph: Graph) -> dict[str, int]:
    made = (value for op in graph.ops for value in op.outputs)
    return {name: number for number, name in enumerate([*graph.inputs, *made])}


def _operator_rows(graph: Graph, plan: tuple[Operator, ...]) -> tuple[OperatorRow, ...]:
    names = dict(zip(graph.inputs, graph.inputs, strict=True))
    for index, op in enumerate(graph.ops):
        name = operator_name(op, index)
        names |= {value: f"{name}.{number}" if number else name for number, value in enumerate(op.outputs)}
    numbers = _value_numbers(graph)
    return tuple(
        OperatorRow(
            name=names[op.output],
            type=op.kind,
            attributes=str(op.attributes).removeprefix(f"{op.kind}(").removesuffix(")"),
            inputs=tuple(names[value] for value in op.inputs),
            shape=graph.values[op.output].shape,
            kernel=planned.kernel,
            reason=planned.reason,
            macs=planned.macs,
            more_shapes=tuple(graph.values[value].shape for value in op.more_outputs),
            reads=tuple(numbers[value] for value in op.inputs),
            expected_ns=planned.expected_ns,
            other_kernel=planned.other_kernel,
            other_ns=planned.other_ns,
        )
        for op, planned in zip(graph.ops, plan, strict=True)
    )
