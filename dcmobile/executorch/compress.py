"""One call from an exported program to a .pte."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from torch.export import ExportedProgram

from dcmobile.calibration.inputs import CalibrationInputs
from dcmobile.errors import CallError, Code
from dcmobile.executorch.partitioner import DcmPartitioner
from dcmobile.executorch.to_size import lower_to_size
from dcmobile.fileformat import Metadata, write_atomically
from dcmobile.graph_file import FilePath, Progress, check_writable
from dcmobile.recipe import Recipe


@dataclass(frozen=True)
class PteReport:
    """file_bytes: of the .pte. explanation: what dcmobile took of the program, and what it left and why; whole: that it
    left nothing. predicted_error: with a target size, as in ``dcmobile.ExportReport``; else None.
    """

    file_bytes: int
    explanation: str
    whole: bool
    predicted_error: float | None = None


def compress_to_pte(
    program: ExportedProgram,
    path: FilePath,
    recipe: Recipe | Mapping[str, Any] | None = None,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    target_size: int | None = None,
    calibration: CalibrationInputs | None = None,
    cache: FilePath | None = None,
) -> PteReport:
    """Lower a program with dcmobile first and XNNPACK for what is left, and write it as a .pte.

    Arguments as for ``dcmobile.compress``; progress is called with the stages capture and scan (with a target size),
    lower and write. A target size is that of the whole .pte, and needs a program that dcmobile takes whole: layers are
    measured in its own runtime. The file is written whole or not at all. Raises what ``DcmPartitioner`` and
    ``dcmobile.compress`` raise.
    """
    check_writable(path)
    if target_size is not None and recipe is not None:
        raise CallError("a recipe and a target size exclude each other: give one of the two", Code.CALL_ARGUMENT)
    if target_size is None and calibration is not None:
        raise CallError("calibration inputs need a target size: a recipe leaves nothing to choose", Code.CALL_ARGUMENT)
    tell = progress or (lambda stage, done, total: None)
    error = None
    if target_size is None:
        tell("lower", 0, 1)
        buffer, partitioner = _lowered(program, recipe, metadata)
    else:
        (buffer, partitioner), error = lower_to_size(
            program, target_size, lambda chosen: _lowered(program, chosen, metadata), metadata, calibration, cache, tell
        )
    tell("lower", 1, 1)
    tell("write", 0, 1)
    write_atomically(path, [buffer])
    tell("write", 1, 1)
    return PteReport(len(buffer), partitioner.explanation, partitioner.took_all, error)


def _lowered(
    program: ExportedProgram,
    recipe: Recipe | Mapping[str, Any] | None,
    metadata: Metadata | Mapping[str, str] | None,
) -> tuple[bytes, DcmPartitioner]:
    partitioner = DcmPartitioner(recipe, metadata, quiet=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lowered = to_edge_transform_and_lower(program, partitioner=[partitioner, XnnpackPartitioner()])
        return lowered.to_executorch().buffer, partitioner
