"""What inputs and weights are called in the user's program: ExecuTorch renames some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from torch.export import ExportedProgram
from torch.export.graph_signature import ExportGraphSignature, InputKind

from dcmobile.capture.constants import identity
from dcmobile.graph import Graph


@dataclass(frozen=True)
class Names:
    """inputs: in the program's order. tied: for a tensor that has several names, the first of them, by the others.

    Of an input that is called like a Python builtin, such as ``input``, ExecuTorch makes ``input_1``; of tied tensors
    it keeps the last name.
    """

    inputs: tuple[Any, ...] = ()
    tied: Mapping[str, str] = field(default_factory=dict)


def names_of(program: ExportedProgram) -> Names:
    """The names in a program of ``torch.export``."""
    first: dict[object, str] = {}
    tied: dict[str, str] = {}
    for spec in program.graph_signature.input_specs:
        tensor = _tensor(program, spec.target) if spec.kind != InputKind.USER_INPUT else None
        if tensor is not None and spec.target is not None:
            tied[spec.target] = first.setdefault(identity(spec.target, tensor), spec.target)
    return Names(
        tuple(program.graph_signature.user_inputs), {name: other for name, other in tied.items() if name != other}
    )


def _tensor(program: ExportedProgram, name: str | None) -> Any:
    return program.state_dict.get(name or "", program.constants.get(name or ""))


def with_first_names(program: ExportedProgram, tied: Mapping[str, str]) -> ExportedProgram:
    """The program with the first name of each tied tensor."""
    held = {spec.target for spec in program.graph_signature.input_specs}
    new = {name: other for name, other in tied.items() if name in held and other not in held}
    if not new:
        return program
    signature = program.graph_signature
    inputs = [replace(spec, target=new.get(spec.target or "", spec.target)) for spec in signature.input_specs]
    return ExportedProgram(
        root=program.graph_module,
        graph=program.graph,
        graph_signature=ExportGraphSignature(inputs, list(signature.output_specs)),
        state_dict={new.get(name, name): tensor for name, tensor in program.state_dict.items()},
        range_constraints=program.range_constraints,
        module_call_graph=program.module_call_graph,
        constants={new.get(name, name): value for name, value in program.constants.items()},
    )


def with_input_names(graph: Graph, names: Mapping[str, str]) -> Graph:
    """The graph with other names for some inputs. names: new by old; one that another value has is left alone."""
    new = {old: names[old] for old in graph.inputs if names.get(old, old) not in graph.values}
    values = {new.get(name, name): replace(value, name=new.get(name, name)) for name, value in graph.values.items()}
    ops = tuple(replace(op, inputs=tuple(new.get(name, name) for name in op.inputs)) for op in graph.ops)
    inputs, outputs = (tuple(new.get(name, name) for name in each) for each in (graph.inputs, graph.outputs))
    return replace(graph, inputs=inputs, outputs=outputs, values=values, ops=ops).check()
