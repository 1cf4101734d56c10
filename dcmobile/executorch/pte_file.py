"""What a .pte holds: its methods, their delegates and the blobs of dcmobile's."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from executorch.exir._serialize._program import deserialize_pte_binary
from executorch.exir.schema import DataLocation, DelegateCall, KernelCall, Tensor, TensorShapeDynamism

from dcmobile.errors import Code, FileError
from dcmobile.executorch.backend import DcmBackend
from dcmobile.model import TensorInfo

_IDENTIFIER = re.compile(rb"ET\d\d")

#: ExecuTorch's numbers of the types that a network may take (its ``ScalarType``).
_NAMES = {3: "int32", 4: "int64", 6: "float32"}


@dataclass(frozen=True)
class Delegate:
    """backend: its id, such as ``XnnpackBackend``. blob: a .dcmodel, if it is dcmobile's."""

    backend: str
    blob: bytes

    @property
    def is_ours(self) -> bool:
        """Whether dcmobile runs it."""
        return bool(self.backend == DcmBackend.__name__)


@dataclass(frozen=True)
class Method:
    """inputs, outputs: in their order; ExecuTorch has no names for them, so they are numbered. types: of the inputs,
    such as ``float32``. fixed: whether an input has this very shape, or one up to it. delegates: in the order of the
    file. kernels: operators that ExecuTorch's own kernels run, with how many calls each has.
    """

    name: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    types: tuple[str, ...]
    fixed: tuple[bool, ...]
    delegates: tuple[Delegate, ...]
    kernels: dict[str, int]


def read_pte(path: str | os.PathLike[str]) -> tuple[Method, ...]:
    """The methods of a .pte. Raises ``FileError`` if it cannot be read or is none."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}", Code.FILE_IO) from None
    _check_version(path, data)
    try:
        program = deserialize_pte_binary(data).program
        return tuple(_method(program, plan) for plan in program.execution_plan)
    except Exception as error:  # the reader raises nearly everything for a file that is not what it expects
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise FileError(f"{path} is not a whole .pte file: {reason}", Code.FILE_FORMAT) from None


def _check_version(path: str | os.PathLike[str], data: bytes) -> None:
    """ExecuTorch's own reader in Python takes any."""
    found, known = data[4:8], _identifier()
    if _IDENTIFIER.fullmatch(found) and found != known:
        raise FileError(
            f"{path} has ExecuTorch's format {found.decode()}, the ExecuTorch that is installed reads "
            f"{known.decode()}: write the file again with this one",
            Code.FILE_VERSION,
        )


@cache
def _identifier() -> bytes:
    """What a .pte of the installed ExecuTorch has at its fifth byte, by the schema that it brings."""
    schema = resources.files("executorch.exir._serialize").joinpath("program.fbs").read_text(encoding="utf-8")
    match = re.search(r'^file_identifier "(\w+)";', schema, re.MULTILINE)
    assert match is not None, "the schema names no file identifier"
    return match[1].encode()


def _method(program: Any, plan: Any) -> Method:
    inputs, outputs = (
        [each.val for each in (plan.values[index] for index in indices) if isinstance(each.val, Tensor)]
        for indices in (plan.inputs, plan.outputs)
    )
    kernels: dict[str, int] = {}
    for instruction in (each for chain in plan.chains for each in chain.instructions):
        if isinstance(instruction.instr_args, KernelCall):
            operator = plan.operators[instruction.instr_args.op_index]
            name = f"{operator.name}.{operator.overload}" if operator.overload else operator.name
            kernels[name] = kernels.get(name, 0) + 1
    called = [
        each.instr_args.delegate_index
        for chain in plan.chains
        for each in chain.instructions
        if isinstance(each.instr_args, DelegateCall)
    ]
    return Method(
        plan.name,
        _tensors("input", inputs),
        _tensors("output", outputs),
        tuple(_NAMES.get(int(each.scalar_type), f"type {int(each.scalar_type)}") for each in inputs),
        tuple(each.shape_dynamism == TensorShapeDynamism.STATIC for each in inputs),
        tuple(Delegate(plan.delegates[index].id, _blob(program, plan.delegates[index])) for index in called),
        kernels,
    )


def _tensors(kind: str, tensors: list[Any]) -> tuple[TensorInfo, ...]:
    names = [kind] if len(tensors) == 1 else [f"{kind}_{index}" for index in range(len(tensors))]
    return tuple(TensorInfo(name, tuple(each.sizes)) for name, each in zip(names, tensors, strict=True))


def _blob(program: Any, delegate: Any) -> bytes:
    if delegate.processed.location != DataLocation.INLINE:  # the reader brings every segment inline
        return b""
    return bytes(program.backend_delegate_data[delegate.processed.index].data)
