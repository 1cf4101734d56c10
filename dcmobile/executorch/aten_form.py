"""An Edge program, which ExecuTorch's partitioners and backends get, as the ATen program that ``dcmobile.capture``
reads.

Edge is ATen with these differences, which are undone here: calls are wrapped in ``EdgeOpOverload``; views are copies
(``aten.view_copy``); copies and casts name an order of dimensions (``dim_order_ops``); Python numbers that stand for
tensors are lifted constants of no dimension.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from executorch.exir.delegate import executorch_call_delegate
from executorch.exir.dialects.edge._ops import EdgeOpOverload
from torch import fx
from torch._subclasses import FakeTensor
from torch.export import ExportedProgram

from dcmobile.capture.float32 import as_float32
from dcmobile.executorch.graph_copy import copied_graph

#: What ExecuTorch calls the placeholders of constants that it lifts.
_LIFTED = "_lifted_tensor_constant"

_DIM_ORDER_OPERATORS = {
    "dim_order_ops._clone_dim_order.default": torch.ops.aten.clone.default,
    "dim_order_ops._to_dim_order_copy.default": torch.ops.aten._to_copy.default,
}


def aten_form(program: ExportedProgram, tensors: Mapping[str, torch.Tensor] | None = None) -> ExportedProgram:
    """A copy with ATen operators. Nodes keep their names and what they know of their origin; tensors are shared.

    tensors: real ones to take for the fake ones of a program that a partitioner gets, by their names in it. A fake one
        without a real one becomes zeros.
    """
    graph, copies = copied_graph(program.graph)
    for old, new in copies.items():
        if old.op == "call_function":
            _unwrap(program, old, new)
    held = {name: _real(name, tensor, tensors or {}) for name, tensor in program.state_dict.items()}
    return ExportedProgram(
        root=fx.GraphModule(program.graph_module, graph),
        graph=graph,
        graph_signature=program.graph_signature,
        state_dict=held,
        range_constraints=program.range_constraints,
        module_call_graph=program.module_call_graph,
        constants=program.constants,
    )


def is_edge(program: ExportedProgram) -> bool:
    """Whether a call of the program is one of the Edge dialect, or of a delegate."""
    return any(
        isinstance(node.target, EdgeOpOverload) or node.target is executorch_call_delegate
        for node in program.graph.nodes
    )


def _unwrap(program: ExportedProgram, old: fx.Node, new: fx.Node) -> None:
    if not isinstance(old.target, EdgeOpOverload):
        return
    operator = old.target._op
    if str(operator) in _DIM_ORDER_OPERATORS:
        new.target = _DIM_ORDER_OPERATORS[str(operator)]
        new.kwargs = {name: value for name, value in new.kwargs.items() if name == "dtype"}
        return
    new.target = _without_copy(operator)
    new.args = tuple(
        number if (number := _number(program, argument)) is not None else copied
        for argument, copied in zip(old.args, new.args, strict=True)
    )


def _without_copy(operator: Any) -> Any:
    """``aten.view.default`` for ``aten.view_copy.default``."""
    name = operator._schema.name.removeprefix("aten::")
    packet = getattr(torch.ops.aten, name.removesuffix("_copy"), None)
    if not name.endswith("_copy") or name.startswith("_") or packet is None:
        return operator
    return getattr(packet, operator._overloadname, operator)


def _number(program: ExportedProgram, argument: Any) -> float | int | None:
    """The number that a constant of no dimension stands for, if ExecuTorch has lifted it; 1 where it is a fake one."""
    if not isinstance(argument, fx.Node) or not argument.name.startswith(_LIFTED):
        return None
    tensor = program.state_dict.get(program.graph_signature.inputs_to_buffers.get(argument.name, ""))
    if tensor is None or tensor.ndim:
        return None
    if isinstance(tensor, FakeTensor):
        return 1.0 if tensor.dtype.is_floating_point else 1
    if tensor.dtype == torch.float32:
        return as_float32(tensor.item())
    number: float | int = tensor.item()
    return number


def _real(name: str, tensor: Any, tensors: Mapping[str, torch.Tensor]) -> Any:
    if not isinstance(tensor, FakeTensor):
        return tensor
    known = tensors.get(name)
    if known is not None and known.shape == tensor.shape and known.dtype == tensor.dtype:
        return known
    zeros = torch.zeros((), dtype=tensor.dtype).expand(tensor.shape)
    return torch.nn.Parameter(zeros, requires_grad=False) if isinstance(tensor, torch.nn.Parameter) else zeros
