"""From a captured graph to a written file."""

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
from dcmobile.capture.parametrized import TrainedCodebook, trained_codebooks
from dcmobile.encode import encode_graph
from dcmobile.errors import Code, FileError, ModelError
from dcmobile.export_report import ExportReport
from dcmobile.fileformat import Metadata, WrittenFile, build_file, write_atomically
from dcmobile.fileformat.atomic import check_target, reason
from dcmobile.graph import Graph
from dcmobile.layer_weights import module_of
from dcmobile.passes import prepare
from dcmobile.passes.drop_dead_channels import drop_dead_channels
from dcmobile.prune.prune_graph import prune_graph
from dcmobile.recipe import LayerRecipe, Recipe
from dcmobile.report.layer_row import layer_rows
from dcmobile.share.half_biases import half_biases
from dcmobile.share.share_graph import share_graph
from dcmobile.share.trained_codebook import with_trained_codebook

#: Called with (stage, done, total). Stages, in order: capture, scan (with a target size), compensate (with calibration
#: inputs), prune, share, encode, write.
Progress = Callable[[str, int, int], None]

FilePath = str | os.PathLike[str]

#: What is done where no recipe is given: no pruning, 256 values a layer.
DEFAULT_RECIPE = Recipe({"*": {"bits": 8}})


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
    tell = progress or silent
    graph, written = compressed_file(graph, recipe, metadata, tell)
    write_atomically(path, [written.data])
    tell("write", 1, 1)
    return report_of(graph, written, path, dense_size)


def compressed_file(
    graph: Graph,
    recipe: Recipe,
    metadata: Metadata | Mapping[str, str] | None,
    tell: Progress,
) -> tuple[Graph, WrittenFile]:
    """The graph pruned and shared as the recipe says, where it is not yet, and the file that holds it, verified."""
    described = file_metadata(metadata)
    check_preprocessing(described, graph)
    graph = prune_graph(graph, recipe, lambda done, total: tell("prune", done, total))
    graph = share_graph(graph, recipe, lambda done, total: tell("share", done, total))
    if recipe.drop_dead_channels:
        graph = drop_dead_channels(graph)
    graph = half_biases(graph, recipe)
    encoded = encode_graph(graph, progress=lambda done, total: tell("encode", done, total))
    tell("write", 0, 1)
    written = build_file(graph, encoded, described)
    # Verified before it goes anywhere: a file that the runtime refuses never gets its name.
    _native.Model.open_memory(np.frombuffer(written.data, np.uint8))
    return graph, written


def prepared(
    model: nn.Module | ExportedProgram,
    example_inputs: Sequence[Any] | torch.Tensor | None,
    recipe: Recipe | None,
    tell: Progress,
) -> tuple[Graph, int]:
    """The graph that pruning starts from, and the bytes of the network's parameters in fp32."""
    tell("capture", 0, 1)
    captured = capture(model, example_inputs)
    books = trained_codebooks(model) if isinstance(model, ExportedProgram) else {}
    graph = prepared_with_codebooks(captured, books, recipe)
    tell("capture", 1, 1)
    return graph, dense_bytes(captured)


def prepared_with_codebooks(captured: Graph, books: Mapping[str, TrainedCodebook], recipe: Recipe | None) -> Graph:
    """The captured graph made ready for pruning, with the codebooks that a ``Compressor`` has trained, bit for bit.

    A batch norm behind such a layer stays on its own: one factor for each channel would break the codebook.
    recipe: for the settings of layers with a codebook. Raises ``GraphError`` for a weight that is not what its
    codebook spells out.
    """
    books = {name: book for name, book in books.items() if name in captured.weights}
    graph = prepare(captured, fixed=books.keys())
    for name, book in books.items():
        if name in graph.weights:
            codes = np.zeros(graph.weights[name].values.size, np.uint16)
            codes[: book.codes.size] = book.codes
            settings = (recipe and recipe.for_module(module_of(name))) or LayerRecipe()
            graph = with_trained_codebook(graph, name, codes, book.centroids, settings)
    return graph


def dense_bytes(graph: Graph) -> int:
    """Bytes of the graph's weights and biases in fp32."""
    return sum(4 * weight.values.size for weight in graph.weights.values())


def file_metadata(metadata: Metadata | Mapping[str, str] | None) -> Metadata:
    """The file's metadata, with dcmobile as the producer where none is named."""
    given = metadata if isinstance(metadata, Metadata) else Metadata(entries=dict(metadata or {}))
    return given if given.producer else replace(given, producer=f"dcmobile {_version()}")


def check_preprocessing(metadata: Metadata, graph: Graph) -> None:
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
        raise FileError(f"cannot write {os.fspath(path)}: {reason(error, target)}", Code.FILE_IO) from None


def report_of(graph: Graph, written: WrittenFile, path: FilePath, dense_size: int) -> ExportReport:
    """What was written."""
    layers = layer_rows(graph, {weight.name: weight.statistics for weight in written.weights})
    return ExportReport(os.fspath(path), written.bytes.total, dense_size, tuple(layers), written.bytes)


def _version() -> str:
    try:
        return version("dcmobile")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "from source"


def silent(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""
