"""Inputs to measure a network with: samples that look like what it will get."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile.errors import CallError, Code, ModelError
from dcmobile.graph import BATCH, Graph

Floats = npt.NDArray[np.float32]
Arrays = Mapping[str, Floats]

#: What a caller may pass: an array for a network of one input, arrays in the order of its inputs, or by name.
CalibrationInputs = npt.NDArray[np.generic] | Sequence[npt.NDArray[np.generic]] | Mapping[str, npt.NDArray[np.generic]]

#: Samples of one call of the runtime. More make a call no faster, and fewer keep Ctrl-C quick.
_BATCH = 4
#: Whole numbers beyond it have no float32 of their own.
_GREATEST_WHOLE = 1 << 24


@dataclass(frozen=True)
class Calibration:
    """arrays: float32 [samples, ...] by the name of the input. random: made up here, not given."""

    arrays: Arrays
    random: bool = False

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(next(iter(self.arrays.values())))

    @property
    def digest(self) -> str:
        """Of all that is in it, as hexadecimal digits."""
        state = hashlib.sha256()
        for name, array in self.arrays.items():
            state.update(f"{name} {array.shape}\n".encode())
            state.update(np.ascontiguousarray(array).data)
        return state.hexdigest()

    def at_most(self, samples: int) -> Calibration:
        """So many of the samples, evenly spread, or all where there are no more."""
        chosen = np.linspace(0, self.samples - 1, min(samples, self.samples)).round().astype(int)
        return self._only(chosen)

    def split(self, samples: int) -> tuple[Calibration, Calibration]:
        """So many, evenly spread but at most a third of them, and the others. All of them twice where there is only
        one.
        """
        if self.samples < 2:
            return self, self
        count = max(1, min(samples, self.samples // 3))
        first = np.linspace(0, self.samples - 1, count).round().astype(int)
        return self._only(first), self._only(np.setdiff1d(np.arange(self.samples), first))

    def _only(self, chosen: npt.NDArray[np.int_]) -> Calibration:
        return Calibration({name: array[chosen] for name, array in self.arrays.items()}, self.random)

    def batches(self, graph: Graph) -> Iterator[Arrays]:
        """The samples in the form of the graph's inputs: several at a time where every input has a batch, else one."""
        shapes = {name: graph.values[name].shape for name in graph.inputs}
        step = _BATCH if all(shape[:1] == (BATCH,) for shape in shapes.values()) else 1
        for start in range(0, self.samples, step):
            yield {
                name: array[start : start + step] if shapes[name][:1] == (BATCH,) else array[start]
                for name, array in self.arrays.items()
            }


def calibration_of(graph: Graph, given: CalibrationInputs | None, samples: int | None) -> Calibration:
    """What the caller gives, checked; without it, seeded normal noise.

    given: for each input an array whose first dimension is the samples and whose others are those of the input without
        its batch. samples: how many are used at most: evenly spread over those given, or that many of noise; None: all
        that are given.

    Raises ``CallError``: a name, number or shape that does not fit, no samples, values that are not finite numbers;
    ``ModelError`` where noise will not do, since the network takes row numbers of an embedding.
    """
    if samples is not None and samples < 1:
        raise CallError(f"samples is {samples}: it must be 1 or more", Code.CALL_ARGUMENT)
    if given is None:
        return Calibration(_noise(graph, samples or 1), random=True)
    named = _by_name(graph, given)
    arrays = {name: _checked(graph, name, np.asarray(named[name])) for name in graph.inputs}
    sizes = {len(array) for array in arrays.values()}
    if len(sizes) > 1:
        listed = ", ".join(f"{len(array)} for {name!r}" for name, array in arrays.items())
        raise CallError(f"calibration: all inputs need as many samples, not {listed}", Code.CALL_SHAPE)
    found = Calibration({name: array.astype(np.float32) for name, array in arrays.items()})
    return found if samples is None else found.at_most(samples)


def _by_name(graph: Graph, given: CalibrationInputs) -> Mapping[str, npt.NDArray[np.generic]]:
    names = graph.inputs
    listed = ", ".join(repr(name) for name in names)
    if isinstance(given, Mapping):
        for name in given:
            if name not in names:
                raise CallError(f"calibration: the network has no input {name!r}; it has {listed}", Code.CALL_NAME)
        for name in names:
            if name not in given:
                raise CallError(f"calibration: no samples for the input {name!r}", Code.CALL_NAME)
        return given
    arrays = list(given) if isinstance(given, list | tuple) else [np.asarray(given)]
    if len(arrays) != len(names):
        raise CallError(f"calibration: {len(arrays)} arrays for {len(names)} inputs ({listed})", Code.CALL_ARGUMENT)
    return dict(zip(names, arrays, strict=True))


def _checked(graph: Graph, name: str, array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    shape = graph.values[name].shape
    sample = shape[1:] if shape[:1] == (BATCH,) else shape
    if array.shape[1:] != sample or not array.shape:
        wanted = ", ".join(map(str, ("samples", *sample)))
        raise CallError(
            f"calibration: the samples for {name!r} have shape {list(array.shape)}; they must be [{wanted}]",
            Code.CALL_SHAPE,
        )
    if not len(array):
        raise CallError(f"calibration: there are no samples for {name!r}", Code.CALL_SHAPE)
    if array.dtype.kind not in "fiub":
        raise CallError(
            f"calibration: the samples for {name!r} are {array.dtype}; they must be real numbers", Code.CALL_ARGUMENT
        )
    if array.dtype.kind in "iu" and np.abs(array.astype(np.float64)).max() > _GREATEST_WHOLE:
        raise CallError(
            f"calibration: the samples for {name!r} hold whole numbers beyond {_GREATEST_WHOLE:,}, "
            "which float32 rounds",
            Code.CALL_VALUE,
        )
    with np.errstate(over="ignore"):  # becomes infinite, which is told below
        finite = np.isfinite(array.astype(np.float32)).reshape(len(array), -1).all(1)
    if not finite.all():
        raise CallError(
            f"calibration: sample {int(np.argmin(finite))} for {name!r} has values that are not finite numbers",
            Code.CALL_VALUE,
        )
    return array


def _noise(graph: Graph, samples: int) -> Arrays:
    for op in graph.ops:
        if op.kind == "Embedding" and _inputs_behind(graph, op.inputs[0]):
            raise ModelError(
                f"the network takes row numbers of the embedding {op.name!r}, which cannot be made up: "
                "give calibration inputs"
            )
    random = np.random.default_rng(0)
    arrays = {}
    for name in graph.inputs:
        shape = graph.values[name].shape
        arrays[name] = random.standard_normal((samples, *(shape[1:] if shape[:1] == (BATCH,) else shape)), np.float32)
    return arrays


def _inputs_behind(graph: Graph, value: str) -> set[str]:
    """The graph's inputs that a value depends on."""
    wanted = {value}
    for op in reversed(graph.ops):
        if wanted & set(op.outputs):
            wanted |= set(op.inputs)
    return wanted & set(graph.inputs)
