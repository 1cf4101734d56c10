"""Measures what each layer does to the network's outputs at each of its settings."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from dcmobile.budget.candidates import Candidate, Compensating, candidate, skeleton_bytes
from dcmobile.budget.output_error import OutputError
from dcmobile.budget.scan_cache import ScanCache
from dcmobile.budget.sensitivity import LayerSensitivity, Option, Sensitivity
from dcmobile.budget.settings import UNCHANGED, settings_for
from dcmobile.calibration.inputs import Calibration
from dcmobile.calibration.parts import part, run
from dcmobile.calibration.walk import Walk
from dcmobile.compensate.weights import compensated_ops, fit_of
from dcmobile.encode import EncodedWeight, encode_graph
from dcmobile.fileformat import Metadata
from dcmobile.graph import Graph
from dcmobile.layer_weights import layer_weights
from dcmobile.recipe import Compensation

#: With an error of a quarter of the signal from one layer alone, nothing coarser is worth running.
_RUIN = 0.25


def scan(
    graph: Graph,
    calibration: Calibration,
    dense_size: int,
    metadata: Metadata,
    threads: int = 1,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    compensation: tuple[Compensation, Calibration] | None = None,
) -> Sensitivity:
    """Every layer of the graph, as ``passes.prepare`` leaves it, at all settings.

    dense_size: bytes of the network's parameters in fp32. metadata: of the file to come, for its size. threads: of the
    runtime. cache: a folder for results, see ``ScanCache``. progress: called with (layers done, layers).
    compensation: how layers make up for their errors, and the samples that say how they can; best others than
    ``calibration``. None: they do not.
    """
    tell = progress or (lambda done, total: None)
    names = list(layer_weights(graph))
    known = ScanCache(cache, graph, calibration, compensation) if cache is not None else None
    runs = _Runs(graph, calibration, threads, compensation)
    layers = []
    for done, name in enumerate(names):
        tell(done, len(names))
        layer = known.get(name) if known is not None else None
        if layer is None:
            layer = _measured(runs, name)
            if known is not None:
                known.put(layer)
        layers.append(layer)
    tell(len(names), len(names))
    return Sensitivity(
        tuple(layers),
        skeleton_bytes(graph, metadata),
        dense_size,
        calibration.samples,
        calibration.random,
        None if compensation is None else compensation[0],
    )


def _measured(runs: _Runs, name: str) -> LayerSensitivity:
    graph = runs.graph
    tried = [_Tried(candidate(graph, name, UNCHANGED), 0.0, True)]
    weights = {layer: sum(weight.values.size for weight in held) for layer, held in layer_weights(graph).items()}
    compensating = runs.compensating(name)
    for settings in settings_for(weights[name] / sum(weights.values())):
        new = candidate(graph, name, settings, compensating)
        if any(old.is_better_than(new) for old in tried):
            continue
        ruined = [old for old in tried if old.error >= _RUIN and old.weight_error <= new.weight_error]
        if ruined:
            worst = max(ruined, key=lambda old: old.error)
            tried.append(_Tried(new, worst.error * new.weight_error / worst.weight_error, False))
        else:
            tried.append(_Tried(new, runs.error(name, new), True))
    return LayerSensitivity(name, weights[name], tuple(old.option for old in tried))


class _Tried:
    """A candidate without its graph."""

    def __init__(self, candidate: Candidate, error: float, measured: bool) -> None:
        self.option = Option(candidate.settings, candidate.bytes, error, measured)
        self.weight_error = candidate.weight_error

    @property
    def error(self) -> float:
        return self.option.error

    def is_better_than(self, other: Candidate) -> bool:
        """Neither larger nor worse in its weights: then there is no need to run the other."""
        return self.option.bytes <= other.bytes and self.weight_error <= other.weight_error


class _Runs:
    """Runs the network with one layer changed; layers come in the order of execution.

    The samples that moments are taken from are not those that errors are measured on: what was fitted to some samples
    looks better on them than it is.
    """

    def __init__(
        self,
        graph: Graph,
        calibration: Calibration,
        threads: int,
        compensation: tuple[Compensation, Calibration] | None,
    ) -> None:
        self.graph = graph
        self._threads = threads
        self._walk = Walk(list(calibration.batches(graph)), threads)
        self._compensation = compensation
        self._compensated = {name: number for number, name in compensated_ops(graph).items()}
        if compensation is not None:
            self._fitting = Walk(list(compensation[1].batches(graph)), threads)

    def error(self, layer: str, changed: Candidate) -> float:
        """The error of the outputs with the candidate in the place of the layer."""
        self._move_to(self._first_use(layer))
        cut = self._walk.cut
        behind = part(changed.graph, cut, len(self.graph.ops), self._outputs(cut))
        outputs = run(behind, self._walk.values, {**self._dense, **changed.encoded}, self._threads)
        error = self._original.of(outputs)
        return error if math.isfinite(error) else 1e30

    def compensating(self, layer: str) -> Compensating | None:
        """What makes up for the errors of the layer, if anything can."""
        held = layer_weights(self.graph)[layer]
        if self._compensation is None or len(held) != 1 or held[0].name not in self._compensated:
            return None
        number = self._compensated[held[0].name]
        op = self.graph.ops[number]
        self._fitting.move_to(number, self.graph, self._dense)
        inputs = [batch[op.inputs[0]] for batch in self._fitting.values]
        return Compensating(op, fit_of(self.graph, op, inputs, inputs, self._compensation[0].damping))

    def _first_use(self, layer: str) -> int:
        names = {weight.name for weight in layer_weights(self.graph)[layer]}
        return next(index for index, op in enumerate(self.graph.ops) if names & set(op.weights.values()))

    def _outputs(self, cut: int) -> list[str]:
        """The graph's outputs that are made behind the cut; the others do not change."""
        made = {name for op in self.graph.ops[cut:] for name in op.outputs}
        return [name for name in dict.fromkeys(self.graph.outputs) if name in made]

    def _move_to(self, cut: int) -> None:
        _ = self._original  # made from the inputs, which moving on forgets
        self._walk.move_to(cut, self.graph, self._dense)

    @cached_property
    def _dense(self) -> dict[str, EncodedWeight]:
        return encode_graph(self.graph)

    @cached_property
    def _original(self) -> OutputError:
        whole = part(self.graph, 0, len(self.graph.ops), self._outputs(0))
        return OutputError(run(whole, self._walk.values, self._dense, self._threads))
