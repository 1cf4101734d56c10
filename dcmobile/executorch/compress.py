"""One call from an exported program to a .pte."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from torch.export import ExportedProgram

from dcmobile.compile import FilePath, Progress, check_writable
from dcmobile.executorch.partitioner import DcmPartitioner
from dcmobile.fileformat import Metadata, write_atomically
from dcmobile.recipe import Recipe


@dataclass(frozen=True)
class PteReport:
    """file_bytes: of the .pte. explanation: what dcmobile took of the program, and what it left and why."""

    file_bytes: int
    explanation: str
    whole: bool


def compress_to_pte(
    program: ExportedProgram,
    path: FilePath,
    recipe: Recipe | Mapping[str, Any] | None = None,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> PteReport:
    """Lower a program with dcmobile first and XNNPACK for what is left, and write it as a .pte.

    Arguments as for ``dcmobile.compress``; progress is called with the stages lower and write. The file is written
    whole or not at all. Raises what ``DcmPartitioner`` and ``dcmobile.compress`` raise.
    """
    check_writable(path)
    tell = progress or (lambda stage, done, total: None)
    tell("lower", 0, 1)
    partitioner = DcmPartitioner(recipe, metadata, quiet=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lowered = to_edge_transform_and_lower(program, partitioner=[partitioner, XnnpackPartitioner()])
        buffer = lowered.to_executorch().buffer
    tell("lower", 1, 1)
    tell("write", 0, 1)
    write_atomically(path, [buffer])
    tell("write", 1, 1)
    return PteReport(len(buffer), partitioner.explanation, partitioner.took_all)
