"""Measures what each layer does to the network's outputs at each of its settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dcmobile.budget.calibration import Arrays, Calibration
from dcmobile.budget.candidates import Candidate, candidate, skeleton_bytes
from dcmobile.budget.output_error import OutputError
from dcmobile.budget.parts import crossing, part, run
from dcmobile.budget.scan_cache import ScanCache
from dcmobile.budget.sensitivity import LayerSensitivity, Option, Sensitivity
from dcmobile.budget.settings import UNCHANGED, settings_for
from dcmobile.encode import EncodedWeight, encode_graph
from dcmobile.fileformat import Metadata
from dcmobile.graph import Graph
from dcmobile.layer_weights import layer_weights

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
) -> Sensitivity:
    """Every layer of the graph, as ``passes.prepare`` leaves it, at all settings.

    dense_size: bytes of the network's parameters in fp32. metadata: of the file to come, for its size. threads: of the
    runtime. cache: a folder for results, see ``ScanCache``. progress: called with (layers done, layers).
    """
    tell = progress or (lambda done, total: None)
    names = list(layer_weights(graph))
    known = ScanCache(cache, graph, calibration) if cache is not None else None
    runs = _Runs(graph, calibration, threads)
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
        tuple(layers), skeleton_bytes(graph, metadata), dense_size, calibration.samples, calibration.random
    )


def _measured(runs: _Runs, name: str) -> LayerSensitivity:
    graph = runs.graph
    tried = [_Tried(candidate(graph, name, UNCHANGED), 0.0, True)]
    weights = {layer: sum(weight.values.size for weight in held) for layer, held in layer_weights(graph).items()}
    for settings in settings_for(weights[name] / sum(weights.values())):
        new = candidate(graph, name, settings)
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


@dataclass
class _Runs:
    """Runs the network with one layer changed; layers come in the order of execution."""

    graph: Graph
    calibration: Calibration
    threads: int

    def __post_init__(self) -> None:
        self._cut = 0
        self._values: Sequence[Arrays] = list(self.calibration.batches(self.graph))

    def error(self, layer: str, changed: Candidate) -> float:
        """The error of the outputs with the candidate in the place of the layer."""
        self._move_to(self._first_use(layer))
        behind = part(changed.graph, self._cut, len(self.graph.ops), self._outputs(self._cut))
        error = self._original.of(run(behind, self._values, {**self._dense, **changed.encoded}, self.threads))
        return error if math.isfinite(error) else 1e30

    def _first_use(self, layer: str) -> int:
        names = {weight.name for weight in layer_weights(self.graph)[layer]}
        return next(index for index, op in enumerate(self.graph.ops) if names & set(op.weights.values()))

    def _outputs(self, cut: int) -> list[str]:
        """The graph's outputs that are made behind the cut; the others do not change."""
        made = {name for op in self.graph.ops[cut:] for name in op.outputs}
        return [name for name in dict.fromkeys(self.graph.outputs) if name in made]

    def _move_to(self, cut: int) -> None:
        _ = self._original  # made from the inputs, which moving on forgets
        wanted = crossing(self.graph, cut)
        missing = [name for name in wanted if name not in self._values[0]]
        made: Sequence[Arrays] = [{} for _ in self._values]
        if missing:
            made = run(part(self.graph, self._cut, cut, missing), self._values, self._dense, self.threads)
        self._values = [
            {name: old[name] if name in old else new[name] for name in wanted}
            for old, new in zip(self._values, made, strict=True)
        ]
        self._cut = cut

    @cached_property
    def _dense(self) -> dict[str, EncodedWeight]:
        return encode_graph(self.graph)

    @cached_property
    def _original(self) -> OutputError:
        whole = part(self.graph, 0, len(self.graph.ops), self._outputs(0))
        return OutputError(run(whole, self._values, self._dense, self.threads))
