"""Files of a size from a network whose layers are measured."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.export import ExportedProgram

from dcmobile.budget.fit import fit
from dcmobile.budget.output_error import OutputError
from dcmobile.budget.scan import scan
from dcmobile.budget.sensitivity import Choice, Sensitivity
from dcmobile.calibration.inputs import Arrays, Calibration, CalibrationInputs, calibration_of
from dcmobile.calibration.parts import part, run
from dcmobile.compensate.network import compensate_graph
from dcmobile.export_report import ExportReport
from dcmobile.fileformat import Metadata, WrittenFile, write_atomically
from dcmobile.graph import Graph
from dcmobile.graph_file import (
    FilePath,
    Progress,
    check_preprocessing,
    compressed_file,
    file_metadata,
    prepared,
    report_of,
)
from dcmobile.recipe import Compensation, Recipe

#: Samples that a layer is measured with, unless the caller says otherwise.
SAMPLES = 12


@dataclass(frozen=True)
class FileMaker:
    """graph: as ``passes.prepare`` leaves it. measured: its layers. judging: samples that errors are measured on.
    fitting: those that layers make up for their errors by; None: they do not.
    """

    graph: Graph
    measured: Sensitivity
    judging: Calibration
    fitting: Calibration | None
    metadata: Metadata
    threads: int
    tell: Progress

    def write(self, path: FilePath, largest: int) -> tuple[ExportReport, Recipe]:
        """The file of at most so many bytes with the least error, and its recipe. Raises ``CallError`` for too few."""

        def make(choice: Choice) -> tuple[int, tuple[Graph, WrittenFile]]:
            graph = self.graph
            if choice.compensation is not None and self.fitting is not None:
                graph = compensate_graph(graph, choice.recipe, self.fitting, self.threads, self._told)
            made = compressed_file(graph, choice.recipe, self.metadata, self.tell)
            return made[1].bytes.total, made

        found = fit(self.measured, largest, make)
        compressed, written = found.made
        write_atomically(path, [written.data])
        self.tell("write", 1, 1)
        report = report_of(compressed, written, path, self.measured.dense_bytes)
        return replace(report, predicted_error=found.choice.error), found.choice.recipe

    def output_error(self, network: Callable[..., Any]) -> float:
        """The relative squared error of a network's outputs for the samples of ``judging`` (``OutputError``).

        network: called with numpy arrays in the order of the inputs.
        """
        batches = list(self.judging.batches(self.graph))
        names = list(dict.fromkeys(self.graph.outputs))
        original = run(part(self.graph, 0, len(self.graph.ops), names), batches, {}, self.threads)
        made: list[Arrays] = []
        for batch in batches:
            result = network(*(batch[name] for name in self.graph.inputs))
            outputs = result if isinstance(result, tuple) else (result,)
            made.append(dict(zip(self.graph.outputs, map(np.asarray, outputs), strict=True)))
        return OutputError(original).of(made)

    @property
    def digest(self) -> str:
        """Of the network and the samples, as hexadecimal digits."""
        state = hashlib.sha256(f"{self.graph}\n{self.judging.digest}\n".encode())
        state.update((self.fitting.digest if self.fitting is not None else "").encode())
        for name, weight in self.graph.weights.items():
            state.update(f"{name} {weight.values.shape}\n".encode())
            state.update(np.ascontiguousarray(weight.values).data)
        return state.hexdigest()

    def _told(self, done: int, total: int) -> None:
        self.tell("compensate", done, total)


def measure(
    model: nn.Module | ExportedProgram,
    calibration: CalibrationInputs | None,
    example_inputs: Sequence[Any] | torch.Tensor | None,
    samples: int,
    threads: int | None,
    cache: FilePath | None,
    metadata: Metadata | Mapping[str, str] | None,
    tell: Progress,
    *,
    compensate: bool,
) -> FileMaker:
    """Arguments and errors as for ``dcmobile.sensitivity``."""
    graph, dense_size = prepared(model, example_inputs, None, tell)
    described = file_metadata(metadata)
    check_preprocessing(described, graph)
    used = cores() if threads is None else threads
    judging, fitting, how = calibration_of(graph, calibration, samples), None, None
    if compensate and calibration is not None:
        how = Compensation()
        judging, rest = calibration_of(graph, calibration, None).split(samples)
        fitting = rest.at_most(how.samples)
    found = scan(
        graph,
        judging,
        dense_size,
        described,
        used,
        None if cache is None else Path(cache),
        lambda done, total: tell("scan", done, total),
        (how, fitting) if how is not None and fitting is not None else None,
    )
    return FileMaker(graph, found, judging, fitting, described, used, tell)


def cores() -> int:
    """Cores that this process may use, as far as the runtime takes that many threads."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 64)
