"""Walks an ATen program and has every call translated."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind, TensorArgument

import dcmobile.capture.operators  # noqa: F401 - registers the translators
from dcmobile.capture.advice import ADVICE
from dcmobile.capture.call import Call
from dcmobile.capture.constants import Constants
from dcmobile.capture.fold_constants import fold
from dcmobile.capture.origin import Origin, origin_of
from dcmobile.capture.program import aten_program
from dcmobile.capture.translation import Translation, Unsupported, kept_operators, operator_name, translator_of
from dcmobile.errors import GraphError, ModelError, UnsupportedOperatorError
from dcmobile.graph import Graph, Value
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.free_batch import free_declared_batch

#: How many different problems the text of an error spells out.
_SPELLED_OUT = 3

_INPUT_TYPES = (torch.float32, torch.int64, torch.int32)


@dataclass(frozen=True)
class _Problem:
    operator: str
    reason: str
    origin: Origin


def capture(model: nn.Module | ExportedProgram, example_inputs: Sequence[Any] | torch.Tensor | None = None) -> Graph:
    """The network as a graph, in the order of execution, with what its outputs need and no more.

    model: a module in eval mode, or a program of ``torch.export.export`` / ``torch.export.load``.
    example_inputs: positional arguments of one call, float32 tensors (or integer ones, see below); needed for a module.
        Their shapes become the graph's, until ``passes.free_batch`` frees the batch. One sample is the best example.

    Parametrizations are read as the weights they give. Weights are not copied where they are contiguous in host memory.
    What depends on constants alone is computed now (``fold_constants``). A dimension that the program declares dynamic
    must be the first; it becomes ``BATCH``. An integer input, such as the tokens of an Embedding, becomes a float32
    input that holds whole numbers.

    Raises ``UnsupportedOperatorError`` (all unsupported operators in one), ``ModelError`` (train mode, NaN or infinite
    weights, another dtype, a model that cannot be traced), ``CallError`` (no example inputs).
    """
    return graph_of(aten_program(model, example_inputs, kept_operators()))


def graph_of(program: ExportedProgram, sizes: bool = False) -> Graph:
    """The graph of a program that is decomposed already, in which the operators of ``kept_operators`` are whole.

    sizes: inputs that are no tensors but numbers are left out of the graph: sizes of tensors, which translators read
        from the tensors instead. Raises as ``capture``.
    """
    translation = Translation(Constants(program))
    inputs = _read_inputs(program, translation, sizes)
    _translate(program, translation)
    outputs = _read_outputs(program, translation)
    if not translation.ops:
        raise GraphError("the model has no operator to run: its outputs are its inputs")
    names = ("output",) if len(outputs) == 1 else tuple(f"output_{index}" for index in range(len(outputs)))
    weights = translation.constants.weights
    graph = Graph(inputs, tuple(translation.ops), outputs, names, translation.values, weights).check()
    graph = drop_dead_code(graph)
    return free_declared_batch(graph) if translation.batch_symbol else graph


def _read_inputs(program: ExportedProgram, translation: Translation, sizes: bool) -> tuple[str, ...]:
    placeholders = {node.name: node for node in program.graph.nodes if node.op == "placeholder"}
    inputs = []
    for spec in program.graph_signature.input_specs:
        if spec.kind == InputKind.TOKEN:
            raise ModelError("the program has side effects (it takes an effect token): only pure networks run")
        node = placeholders[spec.arg.name]
        if spec.kind != InputKind.USER_INPUT:
            continue
        if isinstance(spec.arg, TensorArgument):
            inputs.append(_read_input(node, translation))
        elif node.users and not sizes:
            raise ModelError(f"input {node.name!r} is not a tensor: give it a fixed value in the model")
    batches = {str(placeholders[name].meta["val"].shape[0]) for name in inputs}
    if translation.batch_symbol and len(batches) > 1:
        raise ModelError(
            "the first dimension is dynamic in the exported program, but the inputs differ in it: "
            "make it dynamic for all inputs or for none"
        )
    return tuple(inputs)


def _read_input(node: fx.Node, translation: Translation) -> str:
    tensor = node.meta["val"]
    if tensor.dtype not in _INPUT_TYPES:
        kind = str(tensor.dtype).removeprefix("torch.")
        raise ModelError(f"input {node.name!r} is {kind}: only float32 inputs are supported, and integers as indices")
    if tensor.ndim == 0:
        raise ModelError(f"input {node.name!r} is a scalar: inputs have 1 to 8 dimensions")
    if not isinstance(tensor.shape[0], int):
        symbol = str(tensor.shape[0])
        if translation.batch_symbol not in ("", symbol):
            raise ModelError(
                f"input {node.name!r} has a dynamic first dimension of its own: use one torch.export.Dim for all inputs"
            )
        translation.batch_symbol = symbol
    try:
        shape = translation.shape(node)
    except Unsupported as problem:
        raise ModelError(f"input {node.name!r} {problem}") from None
    translation.values[node.name] = Value(node.name, shape)
    translation.value_of[node] = node.name
    return node.name


def _read_outputs(program: ExportedProgram, translation: Translation) -> tuple[str, ...]:
    nodes = {node.name: node for node in program.graph.nodes}
    outputs: list[str] = []
    for spec in program.graph_signature.output_specs:
        if spec.kind in (OutputKind.BUFFER_MUTATION, OutputKind.USER_INPUT_MUTATION, OutputKind.TOKEN):
            raise ModelError(
                f"the model changes {spec.target or 'its inputs'!r} when it runs: it must be free of state"
            )
        if isinstance(spec.arg, ConstantArgument) and spec.arg.value is None:
            continue  # what the model leaves out of a tuple, such as attention weights
        node = nodes.get(spec.arg.name) if isinstance(spec.arg, TensorArgument) else None
        if node is None or node not in translation.value_of:
            raise ModelError(f"output {len(outputs)} of the model is a constant: outputs are computed tensors")
        outputs.append(translation.value_of[node])
    return tuple(outputs)


def _translate(program: ExportedProgram, translation: Translation) -> None:
    """Translate what the outputs need; raise one error for everything that cannot be."""
    live = live_nodes(program.graph)
    problems: list[_Problem] = []
    poisoned: set[fx.Node] = set()  # what hangs on a problem is not a problem of its own
    for node in program.graph.nodes:
        if node.op not in ("call_function", "get_attr") or node not in live or is_size_arithmetic(node):
            continue
        if poisoned.intersection(node.all_input_nodes) and _is_known(node):
            poisoned.add(node)
            continue
        try:
            translate_node(node, translation)
        except Unsupported as problem:
            problems.append(_Problem(operator_name(node), str(problem), origin_of(node)))
            poisoned.add(node)
    if problems:
        raise UnsupportedOperatorError(_describe(problems))


def translate_node(node: fx.Node, translation: Translation) -> None:
    """Add what one call becomes, or note its value if it depends on constants alone. Raises ``Unsupported``."""
    if fold(node, translation.constants):
        return
    if node.target is operator.getitem:
        source: Any = node.args[0]
        index: Any = node.args[1]
        value = translation.parts_of[source][index]
        if value is None:
            raise Unsupported(f"result {index} of {operator_name(source)} is not supported")
        translation.value_of[node] = value
        return
    translator = translator_of(operator_name(node)) if isinstance(node.target, torch._ops.OpOverload) else None
    if translator is None:
        raise Unsupported("")
    translator(Call(translation, node))


def _is_known(node: fx.Node) -> bool:
    return node.target is operator.getitem or translator_of(operator_name(node)) is not None


def live_nodes(graph: fx.Graph) -> set[fx.Node]:
    """The nodes that some output depends on, and the output itself."""
    live: set[fx.Node] = set()
    for node in reversed(graph.nodes):
        if node.op == "output" or node in live:
            live.add(node)
            live.update(node.all_input_nodes)
    return live


def is_size_arithmetic(node: fx.Node) -> bool:
    """Whether the node makes a size or checks one: translators read shapes from the results instead."""
    made = node.meta.get("val")
    return node.op == "call_function" and not isinstance(made, (torch.Tensor, tuple, list))


def _describe(problems: Sequence[_Problem]) -> str:
    """One line: each operator once, with its first place, how often it occurs, and what to do."""
    times = Counter((problem.operator, problem.reason) for problem in problems)
    first: dict[tuple[str, str], _Problem] = {}
    for problem in problems:
        first.setdefault((problem.operator, problem.reason), problem)
    texts = []
    for key, problem in first.items():
        reason = f" ({problem.reason})" if problem.reason else ""
        more = f", {times[key]} times" if times[key] > 1 else ""
        advice = f" - {ADVICE[problem.operator]}" if problem.operator in ADVICE else ""
        texts.append(f"{problem.operator}{reason} in {problem.origin}{more}{advice}")
    shown = "; ".join(texts[:_SPELLED_OUT])
    rest = f"; and {len(texts) - _SPELLED_OUT} more" if len(texts) > _SPELLED_OUT else ""
    return (
        f"unsupported operator {shown}{rest}: write it with operators that dcmobile has "
        "(dcmobile.capture.supported_operators()), or leave that part of the model to ExecuTorch"
    )
