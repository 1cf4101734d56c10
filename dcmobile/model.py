"""Runs a .dcmodel from Python.

Needs numpy; torch is used only where a caller passes a torch tensor, and never imported here.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dcmobile import _native
from dcmobile.device import DeviceReport
from dcmobile.errors import CallError, Code, DcmError, FileError
from dcmobile.file_state import FileState

if TYPE_CHECKING:
    from dcmobile.classify import Score
    from dcmobile.fileformat import Metadata
    from dcmobile.image import ImagePreprocessing

_DEVICE = re.compile(r"cpu|vulkan(:\d{1,2})?")
_log = logging.getLogger("dcmobile")


@dataclass(frozen=True)
class TensorInfo:
    """An input or output. shape: its float32 dimensions; a first one of -1 is the batch."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Operator:
    """One operator of the plan, in order of execution.

    name: the module's path in the user's network, may be empty. type: as in the schema. kernel: what the runtime
    picked; reason: why. macs: multiply-accumulates a sample, zero weights not counted. shapes: of the values that it
    makes, in the order of docs/format.md; a first dimension of -1 is the batch.
    expected_ns: what the runtime's cost model expects of the kernel, a sample on one core, 0 where it says nothing;
    other_kernel, other_ns: the next best one by that model, "" and 0 if there is none.
    """

    name: str
    type: str
    kernel: str
    reason: str
    macs: int
    shapes: tuple[tuple[int, ...], ...]
    expected_ns: float = 0
    other_kernel: str = ""
    other_ns: float = 0


@dataclass(frozen=True)
class Placement:
    """Where an operator runs. device: "cpu" or "vulkan". kernel: of the CPU, or the shader, the first if there are
    several. reason: why it runs on the CPU although the model is on a device, else "".
    """

    device: str
    kernel: str
    reason: str


@dataclass(frozen=True)
class LoadInfo:
    """Where the time of loading went, in nanoseconds, the file's size and the bytes its weights take in memory."""

    map_ns: int
    verify_ns: int
    decode_ns: int
    plan_ns: int
    file_bytes: int
    weight_bytes: int


def load(path: str | os.PathLike[str], device: str | None = None, threads: int = 1) -> Model:
    """Open a .dcmodel file: map it, verify it, decode it and plan how to run it.

    device: "cpu", "vulkan" (the first GPU) or "vulkan:N" (of ``dcmobile.devices()``); by default what DCM_DEVICE says,
    else the CPU. A device that is not there or
    fails is no error: the CPU then does it all, ``Model.device_report`` says why, and the logger "dcmobile" warns.
    threads: 1..64 that share the decoding and what the CPU does of each call.
    Raises ``FileError`` (not there, damaged), ``GraphError`` (a network that this runtime cannot run), ``MachineError``
    (memory, threads), ``CallError`` (device, threads).
    """
    if device is not None and not (isinstance(device, str) and _DEVICE.fullmatch(device)):
        raise CallError(f"device {device!r} is unknown; there are cpu, vulkan and vulkan:N", Code.CALL_ARGUMENT)
    if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= 64:
        raise CallError(f"threads is {threads!r}; it must be a number from 1 to 64", Code.CALL_ARGUMENT)
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise CallError(f"the path {os.fspath(path)!r} holds a zero character", Code.CALL_ARGUMENT)
    try:
        state = FileState.of(encoded)
    except OSError:
        state = None  # the runtime says what is wrong with it
    try:
        native = _native.Model.open(encoded, threads=threads, device=device or "")
    except DcmError as error:
        name = os.fspath(path)
        raise error if str(name) in str(error) else type(error)(f"{name}: {error}", error.code) from None
    model = Model(native, os.fspath(path), threads, state)
    if model.device_report.fallback:
        _log.warning("%s runs on the CPU: %s", os.fspath(path), model.device_report.fallback)
    return model


class Model:
    """A loaded network. Call it with its inputs.

    Inputs are float32 numpy arrays or torch tensors on the CPU, all of one kind, by position or in one dict by name.
    Where the shape starts with the batch (-1), any number of samples from 1 may be passed. Arrays that are not
    contiguous are copied. A network with one output returns that array, one with several a tuple in the order of
    ``outputs``; of the kind of the inputs. Torch results carry no gradient.

    Several threads may call one model at the same time; each running call uses a context of its own, kept for later
    calls. Raises ``CallError`` for inputs that do not fit and after ``close``; ``MachineError`` if memory or threads
    run out.
    """

    def __init__(self, native: _native.Model, path: str, threads: int, state: FileState | None = None) -> None:
        self._native: _native.Model | None = native
        self._path = path
        self._threads = threads
        self._state = state
        self._lock = threading.Lock()
        self._idle: list[tuple[int, _native.Context]] = []  # contexts that no call uses, with the batch each is set to
        self._inputs = tuple(TensorInfo(*each) for each in native.inputs)
        self._outputs = tuple(TensorInfo(*each) for each in native.outputs)
        self._operators = tuple(Operator(*each) for each in native.operators)
        self._load_info = LoadInfo(*native.load_info)
        self._placements = tuple(Placement(*each) for each in native.placements)
        self._device_report = DeviceReport(*native.device)
        self._gives_probabilities = native.gives_probabilities

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """Names and shapes of what a call takes."""
        return self._inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """Names and shapes of what a call returns."""
        return self._outputs

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The plan: each operator with the kernel that runs it and why."""
        return self._operators

    @property
    def placements(self) -> tuple[Placement, ...]:
        """Where each operator runs, in the order of ``operators``."""
        return self._placements

    @property
    def device_report(self) -> DeviceReport:
        """Where the model runs, and why the CPU does it all if another device was asked for.

        As it was loaded, or from when a call was the first to fall back; activation_bytes of the latest call.
        """
        return self._device_report

    @property
    def load_info(self) -> LoadInfo:
        """Time and memory that loading took."""
        return self._load_info

    @cached_property
    def metadata(self) -> Metadata:
        """What the file says about itself; read from it at the first use.

        Raises ``FileError`` if the file has changed since it was loaded.
        """
        from dcmobile.fileformat.loaded_metadata import read_loaded_metadata

        if self._state is None:
            raise FileError(f"cannot read {self._path} again", Code.FILE_IO)
        return read_loaded_metadata(self._state)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in order of the first output's elements; empty if the file has none."""
        return self.metadata.labels

    @property
    def preprocessing(self) -> ImagePreprocessing | None:
        """How a picture becomes the input; None if the file does not say it."""
        return self.metadata.preprocessing

    @property
    def gives_probabilities(self) -> bool:
        """Whether a Softmax or a Sigmoid makes the first output; else it holds scores, if the network classifies."""
        return self._gives_probabilities

    def classify(self, picture: Any, top: int = 5, preprocessing: ImagePreprocessing | None = None) -> list[Score]:
        """The ``top`` likeliest classes of a picture, best first: label, probability and class_index of each.

        picture: the path of a file (JPEG, PNG, WebP, ...), a Pillow image, or uint8 [H, W, 3] (RGB) or [H, W] (grey).
        preprocessing: in place of the file's. Probabilities are the first output's values where a Softmax or a Sigmoid
        makes them, else their softmax.

        Raises ``FileError`` for a file that is no picture; ``CallError`` where nobody says how to prepare a picture,
        or the network has more than one input or tells no classes.
        """
        from dcmobile.classify import classify

        return classify(self, picture, top, preprocessing)

    def __call__(self, *inputs: Any) -> Any:
        """Run the network once; see the class for what goes in and out."""
        if len(inputs) == 1 and isinstance(inputs[0], Mapping):
            inputs = self._by_name(inputs[0])
        if len(inputs) != len(self._inputs):
            raise CallError(
                f"the model takes {len(self._inputs)} input(s) ({_names(self._inputs)}), not {len(inputs)}",
                Code.CALL_ARGUMENT,
            )
        is_torch = [_is_torch(value) for value in inputs]
        if len(set(is_torch)) != 1:
            raise CallError("inputs must be all numpy arrays or all torch tensors, not both", Code.CALL_ARGUMENT)
        arrays = [_as_array(value, info) for value, info in zip(inputs, self._inputs, strict=True)]
        results = self._run(arrays, self._batch_of(arrays))
        if is_torch[0]:
            from_numpy = sys.modules["torch"].from_numpy
            results = [from_numpy(result) for result in results]
        return results[0] if len(results) == 1 else tuple(results)

    def close(self) -> None:
        """Free the weights and contexts once no running call uses them. Calls after it raise ``CallError``."""
        with self._lock:
            self._native = None
            self._idle.clear()

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        def signature(tensors: Sequence[TensorInfo]) -> str:
            return ", ".join(f"{tensor.name} {_shape(tensor.shape)}" for tensor in tensors)

        state = ", closed" if self._native is None else ""
        return f"<dcmobile.Model {self._path!r}: {signature(self._inputs)} -> {signature(self._outputs)}{state}>"

    def _by_name(self, named: Mapping[str, Any]) -> tuple[Any, ...]:
        wanted = [info.name for info in self._inputs]
        unknown = [name for name in named if name not in wanted]
        missing = [name for name in wanted if name not in named]
        if unknown or missing:
            what = f"no input {unknown[0]!r}" if unknown else f"input {missing[0]!r} is missing"
            raise CallError(f"{what}; the model takes {_names(self._inputs)}", Code.CALL_NAME)
        return tuple(named[name] for name in wanted)

    def _batch_of(self, arrays: Sequence[npt.NDArray[np.float32]]) -> int:
        """The common batch; 1 for a model without one. Raises ``CallError`` for any shape that does not fit."""
        batch: int | None = None
        for array, info in zip(arrays, self._inputs, strict=True):
            fits = len(array.shape) == len(info.shape) and all(
                want in (-1, got) for want, got in zip(info.shape, array.shape, strict=True)
            )
            if not fits:
                raise CallError(
                    f"input {info.name!r} has shape {list(array.shape)}; the model takes {_shape(info.shape)}",
                    Code.CALL_SHAPE,
                )
            if info.shape[0] != -1:
                continue
            if not 1 <= array.shape[0] < 2**32:
                raise CallError(
                    f"input {info.name!r} has a batch of {array.shape[0]}; it must be 1 or more", Code.CALL_SHAPE
                )
            if batch is not None and array.shape[0] != batch:
                raise CallError(
                    f"input {info.name!r} has a batch of {array.shape[0]}, another input {batch}", Code.CALL_SHAPE
                )
            batch = array.shape[0]
        return 1 if batch is None else batch

    def _run(self, arrays: list[npt.NDArray[np.float32]], batch: int) -> list[Any]:
        results = [
            np.empty([batch if size == -1 else size for size in output.shape], np.float32) for output in self._outputs
        ]
        context = self._take_context(batch)
        context.run(arrays, results)
        report = DeviceReport(*context.device)
        with self._lock:
            fell = report.fallback != "" and self._device_report.fallback == ""
            if fell or self._device_report.fallback == "":
                self._device_report = report
            if self._native is not None:
                self._idle.append((batch, context))
        if fell:
            _log.warning("%s runs on the CPU from now on: %s", self._path, report.fallback)
        return results

    def _take_context(self, batch: int) -> _native.Context:
        """A context set to the batch, the most recent first. One whose call fails is not put back."""
        with self._lock:
            native = self._native
            if native is None:
                raise CallError(f"the model {self._path!r} is closed", Code.CALL_ARGUMENT)
            fitting = [index for index, (size, _) in enumerate(self._idle) if size == batch]
            size, context = self._idle.pop(fitting[-1] if fitting else -1) if self._idle else (0, None)
        if context is None:
            size, context = 1, native.create_context(threads=self._threads)
        if size != batch:
            context.set_batch(batch)
        return context


def _is_torch(value: object) -> bool:
    torch = sys.modules.get("torch")  # a tensor cannot come from a torch that was never imported
    return torch is not None and isinstance(value, torch.Tensor)


def _as_array(value: Any, info: TensorInfo) -> npt.NDArray[np.float32]:
    """The input as an aligned, C-contiguous array; the caller's own memory where it is that already."""
    if _is_torch(value):
        if value.device.type != "cpu":
            raise CallError(f"input {info.name!r} is on {value.device}; move it with .cpu()", Code.CALL_ARGUMENT)
        if str(value.layout) != "torch.strided":
            raise CallError(f"input {info.name!r} is {value.layout}; pass a dense tensor", Code.CALL_ARGUMENT)
        if str(value.dtype) != "torch.float32":
            raise CallError(f"input {info.name!r} is {value.dtype}; convert it with .float()", Code.CALL_ARGUMENT)
        array: npt.NDArray[Any] = value.detach().resolve_neg().numpy()
    elif isinstance(value, np.ndarray):
        if value.dtype.newbyteorder("=") != np.float32:
            raise CallError(
                f"input {info.name!r} is {value.dtype}; convert it with .astype(numpy.float32)", Code.CALL_ARGUMENT
            )
        array = value
    else:
        raise CallError(
            f"input {info.name!r} is a {type(value).__name__}; pass a numpy array or a torch tensor", Code.CALL_ARGUMENT
        )
    return np.require(array, np.float32, ["C", "A"])


def _names(tensors: Sequence[TensorInfo]) -> str:
    return ", ".join(repr(tensor.name) for tensor in tensors)


def _shape(shape: tuple[int, ...]) -> str:
    return "[" + ", ".join("B" if size == -1 else str(size) for size in shape) + "]"
