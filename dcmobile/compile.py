"""From a captured graph to a written file, and the one call that does everything after training."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.export import ExportedProgram

from dcmobile import _native
from dcmobile.budget.calibration import CalibrationInputs, calibration_of
from dcmobile.budget.scan import scan
from dcmobile.budget.sensitivity import Sensitivity
from dcmobile.capture import capture
from dcmobile.capture.parametrized import TrainedCodebook, trained_codebooks
from dcmobile.encode import encode_graph
from dcmobile.errors import CallError, Code, DcmError, FileError, ModelError
from dcmobile.export_report import ExportReport
from dcmobile.fileformat import Metadata, WrittenFile, build_file, write_atomically
from dcmobile.fileformat.atomic import check_target, reason
from dcmobile.graph import Graph
from dcmobile.layer_weights import layer_weights, module_of
from dcmobile.passes import prepare
from dcmobile.passes.drop_dead_channels import drop_dead_channels
from dcmobile.prune.prune_graph import prune_graph
from dcmobile.recipe import LayerRecipe, Recipe
from dcmobile.report.layer_row import layer_rows
from dcmobile.share.half_biases import half_biases
from dcmobile.share.share_graph import share_graph
from dcmobile.share.trained_codebook import with_trained_codebook

#: Called with (stage, done, total). Stages, in order: capture, scan (with a target size), prune, share, encode, write.
Progress = Callable[[str, int, int], None]

FilePath = str | os.PathLike[str]

#: What ``compress`` does where no recipe is given: no pruning, 256 values a layer.
DEFAULT_RECIPE = Recipe({"*": {"bits": 8}})

#: Samples that a layer is measured with, unless the caller says otherwise.
SAMPLES = 12


def compress(
    model: nn.Module | ExportedProgram,
    path: FilePath,
    example_inputs: Sequence[Any] | torch.Tensor | None = None,
    recipe: Recipe | Mapping[str, Any] | None = None,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    target_size: int | None = None,
    calibration: CalibrationInputs | None = None,
    cache: FilePath | None = None,
) -> ExportReport:
    """Compress a trained network, without training it again, into one .dcmodel file.

    model: a ``torch.nn.Module`` in eval mode, or a program of ``torch.export.export`` / ``torch.export.load``.
    path: of the file; replaced in one step when the new one is complete and the runtime has loaded it, else left alone.
    example_inputs: positional arguments of one call, float32; needed for a module.
    recipe: what to do with each layer. None: 8 bits for every layer and no pruning, which rarely costs accuracy.
        Schedules do not matter here: every layer is pruned to its density at once.
    metadata: ``Metadata``, or a mapping of free entries, for the file.
    progress: called with (stage, done, total).
    target_size: bytes that the file may have at most, in place of a recipe: every layer is measured (``sensitivity``)
        and gets the setting with which the outputs change least.
    calibration, cache: of ``sensitivity``, with a target size.

    The same model, recipe (or target size and calibration) and versions give the same bytes. Raises
    ``UnsupportedOperatorError``, ``ModelError`` (train mode, NaN weights), ``RecipeError``, ``FileError`` (cannot be
    written; said before the work where it shows), ``CallError`` (a target size that cannot be reached).
    """
    check_writable(path)
    if target_size is not None and recipe is not None:
        raise CallError("a recipe and a target size exclude each other: give one of the two", Code.CALL_ARGUMENT)
    if target_size is None and calibration is not None:
        raise CallError("calibration inputs need a target size: a recipe leaves nothing to choose", Code.CALL_ARGUMENT)
    tell = progress or _silent
    if target_size is not None:
        graph, dense_size, measured = _measured(
            model, calibration, example_inputs, SAMPLES, None, cache, metadata, tell
        )
        choice = measured.choose(target_size)
        report = write_graph(graph, choice.recipe, path, dense_size, metadata, tell, target_size)
        return replace(report, predicted_error=choice.error)
    chosen = DEFAULT_RECIPE if recipe is None else recipe if isinstance(recipe, Recipe) else Recipe(recipe)
    graph, dense_size = _prepared(model, example_inputs, chosen, tell)
    if recipe is not None:
        chosen.check_patterns(layer_weights(graph))
    return write_graph(graph, chosen, path, dense_size, metadata, tell)


def sensitivity(
    model: nn.Module | ExportedProgram,
    calibration: CalibrationInputs | None = None,
    example_inputs: Sequence[Any] | torch.Tensor | None = None,
    samples: int = SAMPLES,
    threads: int | None = None,
    cache: FilePath | None = None,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Measure, layer by layer, what each setting saves in the file and what it does to the outputs.

    Every layer is tried at settings from 8 bits down to a pruned few; each time the network runs with that layer alone
    changed, in the C++ runtime. ``Sensitivity.recipe(target_size=...)`` then gives each layer the setting with which
    the outputs change least in a file of that size.

    model, example_inputs: as for ``compress``.
    calibration: inputs like those that the network will get, no labels: for each input an array [samples, ...], alone
        for a network of one input, in their order, or by name. None: normal noise, which is good for a first look.
    samples: how many are used at most, evenly spread over those given.
    threads: of the runtime, 1..64; None: one a core.
    cache: a folder that keeps what was measured, so that an interrupted call goes on where it stopped.
    metadata: of the file to come, for its size. progress: called with (stage, done, total); stages capture and scan.

    Raises what ``capture`` raises, ``CallError`` for calibration inputs that do not fit, ``ModelError`` where they are
    needed (row numbers of an embedding).
    """
    return _measured(model, calibration, example_inputs, samples, threads, cache, metadata, progress or _silent)[2]


def write_graph(
    graph: Graph,
    recipe: Recipe,
    path: FilePath,
    dense_size: int,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
    largest: int | None = None,
) -> ExportReport:
    """Prune and share what the recipe asks and the graph does not have yet, encode, build, verify, write.

    graph: as ``passes.prepare`` leaves it. dense_size: bytes of the network's parameters in fp32, for the report.
    largest: bytes beyond which nothing is written but ``DcmError`` raised.
    """
    tell = progress or _silent
    graph, written = compressed_file(graph, recipe, metadata, tell)
    if largest is not None and written.bytes.total > largest:
        over = written.bytes.total - largest
        raise DcmError(f"the file would be {over:,} bytes larger than asked: please report it, and ask for less")
    write_atomically(path, [written.data])
    tell("write", 1, 1)
    return _report(graph, written, path, dense_size)


def compressed_file(
    graph: Graph, recipe: Recipe, metadata: Metadata | Mapping[str, str] | None, tell: Progress
) -> tuple[Graph, WrittenFile]:
    """The graph pruned and shared as the recipe says, where it is not yet, and the file that holds it, verified."""
    described = file_metadata(metadata)
    _check_preprocessing(described, graph)
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


def _prepared(
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


def _measured(
    model: nn.Module | ExportedProgram,
    calibration: CalibrationInputs | None,
    example_inputs: Sequence[Any] | torch.Tensor | None,
    samples: int,
    threads: int | None,
    cache: FilePath | None,
    metadata: Metadata | Mapping[str, str] | None,
    tell: Progress,
) -> tuple[Graph, int, Sensitivity]:
    graph, dense_size = _prepared(model, example_inputs, None, tell)
    described = file_metadata(metadata)
    _check_preprocessing(described, graph)
    found = scan(
        graph,
        calibration_of(graph, calibration, samples),
        dense_size,
        described,
        _cores() if threads is None else threads,
        None if cache is None else Path(cache),
        lambda done, total: tell("scan", done, total),
    )
    return graph, dense_size, found


def _cores() -> int:
    """Cores that this process may use, as far as the runtime takes that many threads."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 64)


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
        raise FileError(f"cannot write {os.fspath(path)}: {reason(error, target)}", Code.FILE_IO) from None


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
