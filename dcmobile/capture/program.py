"""The user's model as an ATen program in the one form that the translators read."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.export import ExportedProgram
from torch.nn.utils import parametrize

from dcmobile.capture.origin import origin_of
from dcmobile.capture.plain_weights import is_plain, with_plain_weights
from dcmobile.capture.translation import operator_name
from dcmobile.errors import CallError, ModelError

#: Operators that only a program exported in train mode has.
_TRAIN_MODE_OPERATORS = frozenset(
    {
        "aten.native_dropout.default",
        "aten._native_batch_norm_legit.default",
        "aten._native_batch_norm_legit_functional.default",
        "aten._batch_norm_with_update.default",
        "aten._batch_norm_with_update_functional.default",
    }
)


def aten_program(
    model: nn.Module | ExportedProgram, example_inputs: Sequence[Any] | torch.Tensor | None, keep: Sequence[Any]
) -> ExportedProgram:
    """The decomposed program.

    model: a module in eval mode, or a program of ``torch.export.export`` / ``torch.export.load``.
    example_inputs: the positional arguments of one call (tensors); needed for a module, ignored for a program.
    keep: operators that must not be decomposed.

    Raises ``ModelError`` for a model in train mode, one that cannot be traced or a program whose operators do not fit
    together, ``CallError`` for missing inputs.
    """
    program = model if isinstance(model, ExportedProgram) else _export(model, example_inputs)
    table = torch.export.default_decompositions()
    for operator in keep:
        table.pop(operator, None)  # type: ignore[no-untyped-call]
    try:
        with _quiet():
            decomposed: ExportedProgram = program.run_decompositions(table)
    except Exception as error:  # runs every operator of the program on shapes: a damaged one fails in any way
        raise ModelError(f"PyTorch cannot decompose the program: {_reason(error)}") from error
    refuse_train_mode(decomposed)
    return decomposed


def check_eval_mode(model: nn.Module) -> None:
    """Raise ``ModelError`` if a module of the model is in train mode; parametrizations, without modes, do not count."""
    passed_over = {
        id(inner)
        for module in model.modules()
        if isinstance(module, parametrize.ParametrizationList)
        for inner in module.modules()
    } | {id(module.parametrizations) for module in model.modules() if parametrize.is_parametrized(module)}
    for name, module in model.named_modules():
        if module.training and id(module) not in passed_over:
            which = f"module {name!r}" if name else "the model"
            raise ModelError(f"{which} is in train mode: call .eval() on the model first")


def _export(model: nn.Module, example_inputs: Sequence[Any] | torch.Tensor | None) -> ExportedProgram:
    if not isinstance(model, nn.Module):
        raise CallError(f"expected a torch.nn.Module or an ExportedProgram, not {type(model).__name__}")
    if example_inputs is None:
        raise CallError("a torch.nn.Module needs example_inputs, a tuple of the tensors that its forward takes")
    arguments = (example_inputs,) if isinstance(example_inputs, torch.Tensor) else tuple(example_inputs)
    check_eval_mode(model)
    plain = model if is_plain(model) else with_plain_weights(model)
    try:
        with _quiet(), torch.no_grad():
            return torch.export.export(plain, arguments)
    except Exception as error:  # the user's forward runs in here, so anything may come out
        raise ModelError(f"torch.export cannot trace the model: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def refuse_train_mode(program: ExportedProgram) -> None:
    """Raise ``ModelError`` if the program has an operator that only training has."""
    for node in program.graph.nodes:
        if node.op == "call_function" and operator_name(node) in _TRAIN_MODE_OPERATORS:
            raise ModelError(
                f"the program was exported in train mode ({operator_name(node)} in {origin_of(node)}): "
                "call .eval() on the model before torch.export.export"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """While it exports, PyTorch warns of what a user of dcmobile can do nothing about: changes inside PyTorch, the list
    of its weights that an LSTM or GRU keeps beside them, a copy that padding "same" may need.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", r"The tensor attributes .*_flat_weights", UserWarning)
        warnings.filterwarnings("ignore", r"Using padding='same' with even kernel lengths", UserWarning)
        yield
