"""The one call that does everything after training, and the measuring that it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.export import ExportedProgram

from dcmobile.budget.sensitivity import Sensitivity
from dcmobile.calibration.inputs import CalibrationInputs, calibration_of
from dcmobile.compensate.network import compensate_graph
from dcmobile.errors import CallError, Code
from dcmobile.export_report import ExportReport
from dcmobile.fileformat import Metadata
from dcmobile.graph_file import DEFAULT_RECIPE, FilePath, Progress, check_writable, prepared, silent, write_graph
from dcmobile.layer_weights import layer_weights
from dcmobile.recipe import Compensation, Recipe
from dcmobile.to_size import SAMPLES, cores, measure

__all__ = ["FilePath", "Progress", "compress", "sensitivity"]


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
    compensate: bool = True,
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
    calibration: as for ``sensitivity``; 16 to some hundred samples. With them, layers make up for their errors
        (``dcmobile.compensate``), by the recipe's ``compensation`` or its defaults.
    cache: of ``sensitivity``, with a target size.
    compensate: False measures with the calibration inputs and does no more with them.

    The same model, recipe (or target size), calibration and versions give the same bytes. Raises
    ``UnsupportedOperatorError``, ``ModelError`` (train mode, NaN weights), ``RecipeError``, ``FileError`` (cannot be
    written; said before the work where it shows), ``CallError`` (a target size that cannot be reached, calibration
    inputs that do not fit or that are missing).
    """
    check_writable(path)
    if target_size is not None and recipe is not None:
        raise CallError("a recipe and a target size exclude each other: give one of the two", Code.CALL_ARGUMENT)
    if target_size is None and calibration is not None and not compensate:
        raise CallError("calibration inputs are for nothing: compensate is False", Code.CALL_ARGUMENT)
    tell = progress or silent
    if target_size is not None:
        maker = measure(model, calibration, example_inputs, SAMPLES, None, cache, metadata, tell, compensate=compensate)
        report, _ = maker.write(path, target_size)
        return report
    chosen = DEFAULT_RECIPE if recipe is None else recipe if isinstance(recipe, Recipe) else Recipe(recipe)
    if chosen.compensation is not None and calibration is None:
        raise CallError(
            "the recipe has layers make up for their errors ([compensation]): give calibration inputs",
            Code.CALL_ARGUMENT,
        )
    graph, dense_size = prepared(model, example_inputs, chosen, tell)
    if recipe is not None:
        chosen.check_patterns(layer_weights(graph))
    if calibration is not None:
        samples = (chosen.compensation or Compensation()).samples
        inputs = calibration_of(graph, calibration, samples)
        graph = compensate_graph(graph, chosen, inputs, cores(), lambda done, total: tell("compensate", done, total))
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
    compensate: bool = True,
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
    compensate: whether layers make up for their errors, where there are calibration inputs. The recipe then says so
        (``Recipe.compensation``). They are fitted to samples that are not among those that errors are measured on,
        where there are enough.

    Raises what ``capture`` raises, ``CallError`` for calibration inputs that do not fit, ``ModelError`` where they are
    needed (row numbers of an embedding).
    """
    return measure(
        model, calibration, example_inputs, samples, threads, cache, metadata, progress or silent, compensate=compensate
    ).measured
