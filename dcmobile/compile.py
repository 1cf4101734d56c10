"""From a captured graph to a written file, and the one call that does everything after training."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.export import ExportedProgram

from dcmobile import _native
from dcmobile.capture import capture
from dcmobile.encode import encode_graph
from dcmobile.errors import Code, FileError, ModelError
from dcmobile.export_report import ExportReport
from dcmobile.fileformat import Metadata, WrittenFile, build_file, write_atomically
from dcmobile.fileformat.atomic import check_target
from dcmobile.graph import Graph
from dcmobile.layer_weights import layer_weights
from dcmobile.passes import prepare
from dcmobile.prune.prune_graph import prune_graph
from dcmobile.recipe import Recipe
from dcmobile.report.layer_row import layer_rows
from dcmobile.share.half_biases import half_biases
from dcmobile.share.share_graph import share_graph

#: Called with (stage, done, total). Stages, in order: capture, prune, share, encode, write.
Progress = Callable[[str, int, int], None]

FilePath = str | os.PathLike[str]

#: What ``compress`` does where no recipe is given: no pruning, 256 values a layer.
DEFAULT_RECIPE = Recipe({"*": {"bits": 8}})


def compress(
    model: nn.Module | ExportedProgram,
    path: FilePath,
    example_inputs: Sequence[Any] | torch.Tensor | None = None,
    recipe: Recipe | Mapping[str, Any] | None = None,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ExportReport:
    """Compress a trained network, without training it again, into one .dcmodel file.

    model: a ``torch.nn.Module`` in eval mode, or a program of ``torch.export.export`` / ``torch.export.load``.
    path: of the file; replaced in one step when the new one is complete and the runtime has loaded it, else left alone.
    example_inputs: positional arguments of one call, float32; needed for a module.
    recipe: what to do with each layer. None: 8 bits for every layer and no pruning, which rarely costs accuracy.
        Schedules do not matter here: every layer is pruned to its density at once.
    metadata: ``Metadata``, or a mapping of free entries, for the file.
    progress: called with (stage, done, total).

    The same model, recipe and versions give the same bytes. Raises ``UnsupportedOperatorError``, ``ModelError`` (train
    mode, NaN weights), ``RecipeError``, ``FileError`` (cannot be written; said before the work where it shows),
    ``CallError``.
    """
    check_writable(path)
    tell = progress or _silent
    chosen = DEFAULT_RECIPE if recipe is None else recipe if isinstance(recipe, Recipe) else Recipe(recipe)
    tell("capture", 0, 1)
    captured = capture(model, example_inputs)
    graph = prepare(captured)
    if recipe is not None:
        chosen.check_patterns(layer_weights(graph))
    tell("capture", 1, 1)
    return write_graph(graph, chosen, path, dense_bytes(captured), metadata, tell)


def write_graph(
    graph: Graph,
    recipe: Recipe,
    path: FilePath,
    dense_size: int,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ExportReport:
    """Prune and share what the recipe asks and the graph does not have yet, encode, build, verify, write.

    graph: as ``passes.prepare`` leaves it. dense_size: bytes of the network's parameters in fp32, for the report.
    """
    tell = progress or _silent
    described = file_metadata(metadata)
    _check_preprocessing(described, graph)
    graph = prune_graph(graph, recipe, lambda done, total: tell("prune", done, total))
    graph = share_graph(graph, recipe, lambda done, total: tell("share", done, total))
    graph = half_biases(graph, recipe)
    encoded = encode_graph(graph, progress=lambda done, total: tell("encode", done, total))
    tell("write", 0, 1)
    written = build_file(graph, encoded, described)
    # Verified before it replaces anything: a file that the runtime refuses never gets its name.
    _native.Model.open_memory(np.frombuffer(written.data, np.uint8))
    write_atomically(path, [written.data])
    tell("write", 1, 1)
    return _report(graph, written, path, dense_size)


def dense_bytes(graph: Graph) -> int:
    """Bytes of the graph's weights and biases in fp32."""
    return sum(4 * weight.values.size for weight in graph.weights.values())


def file_metadata(metadata: Metadata | Mapping[str, str] | None) -> Metadata:
    """The file's metadata, with dcmobile as the producer where none is named."""
    given = metadata if isinstance(metadata, Metadata) else Metadata(entries=dict(metadata or {}))
    return given if given.producer else replace(given, producer=f"dcmobile {_version()}")


def _check_preprocessing(metadata: Metadata, graph: Graph) -> None:
    """Raise ``ModelError`` if a picture so prepared is not what the network takes."""
    preprocessing = metadata.preprocessing
    reason = preprocessing and preprocessing.misfit([graph.values[name].shape for name in graph.inputs])
    if reason:
        raise ModelError(f"the preprocessing does not fit the network: {reason}")


def check_writable(path: FilePath) -> None:
    """Raise ``FileError`` if no file can be made at the path, so that the user learns it before the work is done."""
    target = check_target(path)
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise FileError(f"cannot write {os.fspath(path)}: {error.strerror}", Code.FILE_IO) from None


def _report(graph: Graph, written: WrittenFile, path: FilePath, dense_size: int) -> ExportReport:
    layers = layer_rows(graph, {weight.name: weight.statistics for weight in written.weights})
    return ExportReport(os.fspath(path), written.bytes.total, dense_size, tuple(layers), written.bytes)


def _version() -> str:
    try:
        return version("dcmobile")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "from source"


def _silent(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""
