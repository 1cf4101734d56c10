"""The constant tensors of an exported program, as the weights of a graph."""

from __future__ import annotations

import numpy as np
import torch
from torch import fx
from torch._export.utils import (
    get_buffer,
    get_lifted_tensor_constant,
    get_param,
    is_buffer,
    is_lifted_tensor_constant,
    is_param,
)
from torch.export import ExportedProgram

from dcmobile.errors import ModelError
from dcmobile.graph import Weight


class Constants:
    """Parameters, buffers and lifted constants, found by their placeholder.

    Tied weights (one tensor under several names) are one weight; it has the first of the names in the program's order.
    """

    def __init__(self, program: ExportedProgram) -> None:
        self.weights: dict[str, Weight] = {}
        self._tensors: dict[fx.Node, tuple[str, torch.Tensor]] = {}
        first_name: dict[object, str] = {}
        for node in program.graph.nodes:
            if node.op != "placeholder":
                continue
            named = _constant(program, node)
            if named is None:
                continue
            name, tensor = named
            name = first_name.setdefault(_identity(name, tensor), name)
            self._tensors[node] = (name, tensor)

    def __contains__(self, node: fx.Node) -> bool:
        return node in self._tensors

    def read(self, node: fx.Node) -> Weight:
        """The placeholder's weight, checked: float32, on a real device, every value finite."""
        name, tensor = self._tensors[node]
        if name not in self.weights:
            self.weights[name] = Weight(name, _checked(name, tensor))
        return self.weights[name]


def _constant(program: ExportedProgram, node: fx.Node) -> tuple[str, torch.Tensor] | None:
    signature = program.graph_signature
    if is_param(program, node):
        return signature.inputs_to_parameters[node.name], _present(node, get_param(program, node))
    if is_buffer(program, node):
        return signature.inputs_to_buffers[node.name], _present(node, get_buffer(program, node))
    if is_lifted_tensor_constant(program, node):
        return (
            signature.inputs_to_lifted_tensor_constants[node.name],
            _present(node, get_lifted_tensor_constant(program, node)),
        )
    return None


def _present(node: fx.Node, tensor: torch.Tensor | None) -> torch.Tensor:
    if tensor is None:
        raise ModelError(f"the program has no data for {node.name!r}")
    return tensor.detach()


def _identity(name: str, tensor: torch.Tensor) -> object:
    if tensor.device.type == "meta" or tensor.layout != torch.strided or tensor.numel() == 0:
        return name
    return (tensor.device, tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype)


def _checked(name: str, tensor: torch.Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    if tensor.dtype != torch.float32:
        kind = str(tensor.dtype).removeprefix("torch.")
        raise ModelError(f"weight {name!r} is {kind}: only float32 is supported, convert the model with .float()")
    if tensor.device.type == "meta" or tensor.layout != torch.strided:
        raise ModelError(f"weight {name!r} is not an ordinary tensor ({tensor.layout} on {tensor.device})")
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = np.ascontiguousarray(tensor.cpu().numpy())
    check_finite(name, values)
    return values


def check_finite(name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    """Raise ``ModelError`` with the count and the place of the first if a value is NaN or infinite."""
    if np.isfinite(values).all():
        return
    bad = np.flatnonzero(~np.isfinite(values))
    place = [int(axis) for axis in np.unravel_index(bad[0], values.shape)]
    raise ModelError(
        f"weight {name!r} has {bad.size} NaN or infinite values, the first at {place}: train it again or repair it"
    )
