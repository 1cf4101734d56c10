"""The one call from a target to a file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.export import ExportedProgram

from dcmobile.calibration.inputs import CalibrationInputs
from dcmobile.errors import CallError, Code, ModelError
from dcmobile.fileformat import Metadata, write_atomically
from dcmobile.graph_file import FilePath, Progress, check_writable, file_metadata, silent
from dcmobile.model import load
from dcmobile.recipe import Recipe
from dcmobile.to_size import FileMaker, measure
from dcmobile.trials.driver import drive
from dcmobile.trials.makers import Maker, Trained, TrainFunction, Untrained
from dcmobile.trials.plot import trials_svg
from dcmobile.trials.record import Record, Trial
from dcmobile.trials.target import Target

#: Judges a network that is called like the model, with float32 torch tensors or numpy arrays: less is better.
EvaluateFunction = Callable[[Callable[..., Any]], float]

#: A file of the largest size that a search for an error begins from has this predicted error of the outputs.
_HARMLESS = 1e-5


@dataclass(frozen=True)
class SearchResult:
    """path: of the file. error, dense_error: as ``evaluate`` judges the file and the uncompressed network.
    dense_bytes: the network's parameters in fp32. recipe: of the file. trials: all files that were made, in order.
    """

    path: str
    file_bytes: int
    dense_bytes: int
    error: float
    dense_error: float
    recipe: Recipe
    trials: tuple[Trial, ...]

    @property
    def ratio(self) -> float:
        """How many times smaller the file is than the parameters in fp32."""
        return self.dense_bytes / self.file_bytes

    def plot_svg(self) -> str:
        """Size against error of all trials, as SVG."""
        chosen = next(trial for trial in self.trials if trial.file_bytes == self.file_bytes)
        return trials_svg(self.trials, chosen, self.dense_error, self.dense_bytes)


def search(
    model: nn.Module | ExportedProgram,
    train_fn: TrainFunction | None,
    evaluate: EvaluateFunction | None,
    target: str | int,
    path: FilePath,
    example_inputs: Sequence[Any] | torch.Tensor | None = None,
    *,
    calibration: CalibrationInputs | None = None,
    folder: FilePath | None = None,
    trials: int = 6,
    samples: int = 12,
    seed: int = 0,
    metadata: Metadata | Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> SearchResult:
    """Find the file with the least error within a size, or the smallest file within an error.

    Layers are measured (``dcmobile.sensitivity``), and each gets the setting that harms the outputs least for a size.
    A copy of the model is then pruned, trained, shared and trained again; the file is written and judged. For an error
    that goes on with other sizes, each time half way between one that was too small and one that was not.

    model: trained; stays as it is. A program can be searched without training only.
    train_fn: trains ``compressor.model`` and calls ``compressor.step()`` after each optimizer step; called twice a
        trial, with masks in place and with codebooks in place. It builds its optimizer itself. None: nothing is
        trained, layers make up for their errors by the calibration inputs.
    evaluate: the error of a network: first the model, then files that the runtime has loaded, which are called like it.
        None, without training only: the relative squared error of the outputs for calibration inputs that layers
        were not fitted to.
    target: bytes, or a size such as "30 KB", or "max_error=0.5": how much greater than the model's the file's error may
        be, in the unit of ``evaluate``.
    path: of the file; written when the search is done. example_inputs, calibration, samples, metadata: as for
        ``dcmobile.sensitivity``.
    folder: keeps what is measured and trained, so that an interrupted search goes on with its last finished training,
        and gives the same bytes; gets ``recipe.toml`` and ``pareto.svg`` in the end. Take a new one when ``train_fn``
        or ``evaluate`` change, which nothing here can see. None: nothing is kept.
    trials: files that are made at most, for an error. seed: torch's, set before each training.
    progress: called with (stage, done, total); stages capture, scan and trial.

    Raises what ``dcmobile.sensitivity`` and ``Compressor`` raise, and ``CallError`` for a target that is none, or that
    no trial reaches.
    """
    wanted = Target.parse(target)
    _check(model, train_fn, evaluate, example_inputs, calibration, trials)
    check_writable(path)
    tell = progress or silent
    described = file_metadata(metadata)
    with ExitStack() as stack:
        home = Path(folder) if folder is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trained = train_fn is not None
        maker = measure(
            model, calibration, example_inputs, samples, None, home / "scan", described, tell, compensate=not trained
        )
        record = Record(home, _key(maker, described, trained, seed))
        make: Maker = Untrained(maker)
        if train_fn is not None:
            assert isinstance(model, nn.Module)
            assert example_inputs is not None
            make = Trained(model, train_fn, maker.measured, example_inputs, described, record, seed)
        judge = maker.output_error if evaluate is None else evaluate
        dense_error = 0.0 if evaluate is None else _judged(judge, _callable(model))
        most = 1 if wanted.size is not None else trials

        def attempt(number: int, asked: int) -> Trial:
            tell("trial", number, most)
            done = record.trial(asked)
            if done is None:
                recipe = make(asked, record.file(asked))
                with load(record.file(asked)) as network:
                    error = _judged(judge, network)
                done = Trial(asked, record.file(asked).stat().st_size, error, recipe)
                record.finish(done)
            return done

        measured = maker.measured
        sizes = measured.smallest_size, measured.choose(max_error=_HARMLESS).file_bytes
        best, done = drive(wanted, dense_error, sizes, most, attempt)
        tell("trial", most, most)
        write_atomically(path, [record.file(best.asked).read_bytes()])
        result = SearchResult(
            os.fspath(path), best.file_bytes, measured.dense_bytes, best.error, dense_error, best.recipe, done
        )
        if folder is not None:
            best.recipe.save(home / "recipe.toml")
            write_atomically(home / "pareto.svg", [result.plot_svg().encode()])
        return result


def _check(
    model: nn.Module | ExportedProgram,
    train_fn: TrainFunction | None,
    evaluate: EvaluateFunction | None,
    example_inputs: object,
    calibration: object,
    trials: int,
) -> None:
    if trials < 1:
        raise CallError(f"trials is {trials}: it must be 1 or more", Code.CALL_ARGUMENT)
    if train_fn is None:
        if calibration is None:
            raise CallError("a search without training needs calibration inputs", Code.CALL_ARGUMENT)
        return
    if not isinstance(model, nn.Module):
        raise CallError("a program cannot be trained: search with the module, or without train_fn", Code.CALL_ARGUMENT)
    if example_inputs is None:
        raise CallError("a search with a module needs example_inputs", Code.CALL_ARGUMENT)
    if evaluate is None:
        raise CallError("a search with training needs evaluate", Code.CALL_ARGUMENT)


def _judged(judge: EvaluateFunction, network: Callable[..., Any]) -> float:
    with torch.no_grad():
        error = float(judge(network))
    if not np.isfinite(error):
        raise ModelError(f"evaluate gave {error}: it must give a finite number, the less the better")
    return error


def _callable(model: nn.Module | ExportedProgram) -> Callable[..., Any]:
    return model.eval() if isinstance(model, nn.Module) else model.module()


def _key(maker: FileMaker, metadata: Metadata, trained: bool, seed: int) -> str:
    return hashlib.sha256(f"{maker.digest} {metadata} {trained} {seed}".encode()).hexdigest()
