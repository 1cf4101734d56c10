"""Lowering and running programs, for the tests beside this file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from executorch.exir import EdgeProgramManager, to_edge_transform_and_lower
from executorch.exir.backend.partitioner import Partitioner
from executorch.exir.lowered_backend_module import LoweredBackendModule, get_lowered_submodules
from executorch.runtime import Runtime
from torch import nn
from torch.export import ExportedProgram

import dcmobile.executorch
from dcmobile.executorch import DcmBackend, DcmPartitioner


def export(model: nn.Module, inputs: Sequence[torch.Tensor], dynamic: bool = False) -> ExportedProgram:
    """dynamic: a batch of 1 to 8 for every input."""
    batch = torch.export.Dim("batch", min=1, max=8)
    shapes = tuple({0: batch} for _ in inputs) if dynamic else None
    return torch.export.export(model.eval(), tuple(inputs), dynamic_shapes=shapes)


def lower(program: ExportedProgram | Mapping[str, ExportedProgram], *partitioners: Partitioner) -> EdgeProgramManager:
    """Partitioners in their order; without any, ``DcmPartitioner`` with its defaults."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return to_edge_transform_and_lower(program, partitioner=list(partitioners) or [DcmPartitioner(quiet=True)])


def delegates(lowered: EdgeProgramManager) -> list[LoweredBackendModule]:
    """All delegates of the method ``forward``."""
    return [module for _, module, _ in get_lowered_submodules(lowered.exported_program().graph_module)]


def blobs(lowered: EdgeProgramManager) -> list[bytes]:
    """The blobs of dcmobile's delegates."""
    return [each.processed_bytes for each in delegates(lowered) if each.backend_id == DcmBackend.__name__]


def kernels_left(lowered: EdgeProgramManager) -> list[str]:
    """The calls that stayed outside of all delegates."""
    graph = lowered.exported_program().graph
    names = (str(node.target) for node in graph.nodes if node.op == "call_function")
    return [name for name in names if name not in ("executorch_call_delegate", "<built-in function getitem>")]


def save(lowered: EdgeProgramManager, path: Path) -> Path:
    """As a .pte."""
    path.write_bytes(lowered.to_executorch().buffer)
    return path


def run(path: Path, *inputs: torch.Tensor) -> list[np.ndarray[Any, Any]]:
    """The outputs of one call, through ExecuTorch's runtime and dcmobile's delegate."""
    return next(runs(path, [inputs]))


def runs(path: Path, calls: Sequence[Sequence[torch.Tensor]]) -> Iterator[list[np.ndarray[Any, Any]]]:
    """Several calls of one loaded program."""
    dcmobile.executorch.register()
    method = Runtime.get().load_program(path).load_method("forward")
    for inputs in calls:
        yield [output.numpy().copy() for output in method.execute(list(inputs))]
