"""Runs a .pte from Python."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from executorch.runtime import Runtime

from dcmobile.errors import CallError, Code, FileError, MachineError
from dcmobile.executorch.pte_file import Method, read_pte
from dcmobile.executorch.registration import register

#: ExecuTorch's codes (``runtime/core/error.h``) as they come up, with what they mean here.
_REASONS = {
    "0x14": "it needs a kernel that this ExecuTorch does not have",
    "0x20": "it needs a delegate that this ExecuTorch does not have",
    "0x23": "a network in it is damaged",
    "0x30": "a network in it asks for more than this dcmobile has",
    "0x31": "out of memory",
}


class Program:
    """One method of a .pte, loaded with dcmobile's delegate registered. Call it with numpy arrays, in order.

    Raises ``FileError`` for a file that ExecuTorch cannot load, ``MachineError`` where the delegate is missing.
    """

    def __init__(self, path: str | os.PathLike[str], method: str = "forward") -> None:
        methods = {each.name: each for each in read_pte(path)}
        if method not in methods:
            raise CallError(f"{os.fspath(path)} has no method {method!r}: it has {', '.join(methods)}", Code.CALL_NAME)
        self.method: Method = methods[method]
        register()
        try:
            self._program = Runtime.get().load_program(os.fspath(path))
            self._method = self._program.load_method(method)
        except RuntimeError as error:
            raise _failure(path, error) from None

    def __call__(self, arrays: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """The outputs. Raises ``CallError`` for arrays that do not fit."""
        self._check(arrays)
        inputs = [
            torch.from_numpy(np.require(array, type_ if type_ in ("int32", "int64") else None, ["C", "W"]))
            for array, type_ in zip(arrays, self.method.types, strict=True)
        ]
        try:
            assert self._method is not None
            return [output.numpy() for output in self._method.execute(inputs)]
        except RuntimeError as error:
            text = " ".join(str(error).split())[:200]
            raise CallError(
                f"ExecuTorch cannot run it on these inputs, its log above says why: {text}", Code.CALL_SHAPE
            ) from None

    def _check(self, arrays: Sequence[npt.NDArray[Any]]) -> None:
        """What ExecuTorch would tell in its log alone."""
        if len(arrays) != len(self.method.inputs):
            raise CallError(f"{len(arrays)} arrays for {len(self.method.inputs)} inputs", Code.CALL_ARGUMENT)
        described = zip(arrays, self.method.inputs, self.method.types, self.method.fixed, strict=True)
        for array, info, type_, fixed in described:
            _check_type(array, info.name, type_)
            if fixed and array.shape != info.shape:
                raise CallError(
                    f"{info.name} has shape {list(array.shape)}, the program takes {list(info.shape)}: export it with "
                    "a dynamic batch to run other numbers of samples",
                    Code.CALL_SHAPE,
                )
            too_large = any(size > most for size, most in zip(array.shape, info.shape, strict=False))
            if array.ndim != len(info.shape) or too_large:
                raise CallError(
                    f"{info.name} has shape {list(array.shape)}, the program takes {list(info.shape)} at most",
                    Code.CALL_SHAPE,
                )


def _check_type(array: npt.NDArray[Any], name: str, type_: str) -> None:
    """type_: what the program takes. Whole numbers may come as float32, as for a .dcmodel."""
    if type_ == "float32" and array.dtype != np.float32:
        raise CallError(f"{name} is {array.dtype}; convert it with .astype(numpy.float32)", Code.CALL_ARGUMENT)
    if type_ in ("int32", "int64") and array.dtype.kind == "f" and not np.array_equal(array, np.trunc(array)):
        raise CallError(f"{name} has values that are not whole; the program takes {type_}", Code.CALL_VALUE)


def _failure(path: str | os.PathLike[str], error: RuntimeError) -> FileError | MachineError:
    text = " ".join(str(error).split()).replace("0x:", "0x")
    reason = next((reason for code, reason in _REASONS.items() if text.endswith(code)), "")
    if text.startswith("Failed to load program"):
        reason = "it is damaged"
    said = f"ExecuTorch cannot load {os.fspath(path)}: {f'{reason} ({text[:200]})' if reason else text[:200]}"
    if text.endswith(("0x31", "0x20", "0x14")):
        return MachineError(said, Code.MACHINE_UNSUPPORTED)
    return FileError(said, Code.FILE_FORMAT)
