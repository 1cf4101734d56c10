"""In which order the dimensions of a tensor lie in memory: a delegate takes and gives row-major tensors only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import fx
from torch.export import ExportedProgram

from dcmobile.errors import ModelError


def check_dim_order(program: ExportedProgram, part: Collection[str], inputs: Mapping[str, str]) -> None:
    """Raise ``ModelError`` if a tensor that enters or leaves these calls of an Edge program is channels_last.

    inputs: names of the program's inputs for the text, by those in it.
    """
    inside = {node for node in program.graph.nodes if node.name in part}
    given = {source for node in inside for source in node.all_input_nodes if source not in inside}
    made = {node for node in inside if any(user not in inside for user in node.users)}
    constants = {
        *program.graph_signature.inputs_to_parameters,
        *program.graph_signature.inputs_to_buffers,
        *program.graph_signature.inputs_to_lifted_tensor_constants,
    }
    for node in program.graph.nodes:
        if node in given and node.name not in constants and not _is_row_major(node):
            kind = "input" if node.op == "placeholder" else "tensor"
            raise ModelError(_text(kind, inputs.get(node.name, node.name), node))
        if node in made and not _is_row_major(node):
            raise ModelError(_text("result", node.name, node))


def _is_row_major(node: fx.Node) -> bool:
    tensor = node.meta.get("val")
    return not isinstance(tensor, torch.Tensor) or tuple(tensor.dim_order()) == tuple(range(tensor.ndim))


def _text(kind: str, name: str, node: fx.Node) -> str:
    order = tuple(node.meta["val"].dim_order())
    return (
        f"{kind} {name!r} is channels_last (dim order {order}): dcmobile takes row-major tensors only, so export "
        "the model and its inputs with .to(memory_format=torch.contiguous_format)"
    )
