"""What of an exported program is known at compile time, and the weights that the graph gets from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
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

from dcmobile.capture.parametrized import is_part_of_one, plain_name
from dcmobile.errors import ModelError
from dcmobile.graph import Weight

Floats = npt.NDArray[np.float32]


class Constants:
    """Parameters, buffers and lifted constants by their placeholder, and what is computed from them alone.

    weights: those that the graph uses, by name. Tied weights (one tensor under several names) are one weight; it has
    the first of the names in the program's order. What is computed from one parameter alone has that parameter's name,
    and what a parametrization computes that of the weight.
    """

    def __init__(self, program: ExportedProgram) -> None:
        self.weights: dict[str, Weight] = {}
        self._values: dict[fx.Node, Any] = {}
        self._names: dict[fx.Node, str] = {}
        self._computed: dict[object, Any] = {}  # by the call
        self._anonymous: set[str] = set()  # lifted constants: their names are PyTorch's, not the user's
        self._made_of: dict[str, object] = {}  # by the name of a weight: what its values are
        first_name: dict[object, str] = {}
        for node in program.graph.nodes:
            named = _constant(program, node) if node.op == "placeholder" else None
            if named is None:
                continue
            name, tensor = named
            name = first_name.setdefault(identity(name, tensor), name)
            self._values[node], self._names[node] = tensor, name
            if is_lifted_tensor_constant(program, node):
                self._anonymous.add(name)

    def __contains__(self, node: object) -> bool:
        return node in self._values

    def value(self, node: fx.Node) -> Any:
        """The tensor that the node stands for (or a tuple of them, if the node makes several)."""
        return self._values[node]

    def compute(self, node: fx.Node, value: Callable[[], Any]) -> None:
        """Note what a call on constants alone gives; computed once for calls that are the same, as of tied weights."""
        call = (node.target, *(repr(fx.map_arg(each, self._key)) for each in (node.args, node.kwargs)))
        if call not in self._computed:
            self._computed[call] = value()
        self.keep(node, self._computed[call])

    def _key(self, node: fx.Node) -> Any:
        value = self._values.get(node)
        return str(identity(node.name, value)) if isinstance(value, torch.Tensor) else node.name

    def keep(self, node: fx.Node, value: Any) -> None:
        """Note what a call on constants alone gives."""
        self._values[node] = value
        parents = {self._names[parent] for parent in node.all_input_nodes if parent in self._names} - self._anonymous
        if len(parents) == 1:
            self._names[node] = parents.pop()
        elif is_part_of_one(parents):
            self._names[node] = min(parents)
        else:
            self._names[node] = node.name
            self._anonymous.add(node.name)

    def read(self, node: fx.Node) -> Weight:
        """The node's tensor as a weight, checked: float32, on a real device, every value finite."""
        return self.derive(node, "", lambda tensor: tensor)

    def derive(self, node: fx.Node, how: str, compute: Callable[[torch.Tensor], torch.Tensor]) -> Weight:
        """The node's tensor changed by ``compute``, as a weight with its name. Computed once for each ``how``."""
        made_of = (how, identity(self._names[node], self._values[node]))
        return self._weight(self.name_of(node), made_of, lambda: compute(self._values[node]))

    def add(self, name: str, values: torch.Tensor) -> Weight:
        """A small weight that a translator computed; its name, or one made of it if that is taken by other values."""
        return self._weight(name, (tuple(values.shape), values.numpy().tobytes()), lambda: values)

    def name_of(self, node: fx.Node) -> str:
        """The name that a weight made of the node's tensor gets, unless it is taken."""
        return plain_name(self._names[node])

    def _weight(self, name: str, made_of: object, compute: Callable[[], torch.Tensor]) -> Weight:
        candidate, number = name, 1
        while self._made_of.get(candidate, made_of) != made_of:
            number += 1
            candidate = f"{name}_{number}"
        if candidate not in self.weights:
            self.weights[candidate] = Weight(candidate, _checked(candidate, compute()))
            self._made_of[candidate] = made_of
        return self.weights[candidate]


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


def identity(name: str, tensor: torch.Tensor) -> object:
    """What tells one tensor from another: equal for tied ones. The name, where a tensor has no memory to go by."""
    if tensor.device.type == "meta" or tensor.layout != torch.strided or tensor.numel() == 0:
        return name
    return (tensor.device, tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype)


def _checked(name: str, tensor: torch.Tensor) -> Floats:
    if tensor.dtype != torch.float32:
        kind = str(tensor.dtype).removeprefix("torch.")
        raise ModelError(f"weight {name!r} is {kind}: only float32 is supported, convert the model with .float()")
    if tensor.device.type == "meta" or tensor.layout != torch.strided:
        raise ModelError(f"weight {name!r} is not an ordinary tensor ({tensor.layout} on {tensor.device})")
    values: Floats = np.ascontiguousarray(tensor.cpu().numpy())
    check_finite(name, values)
    return values


def check_finite(name: str, values: Floats) -> None:
    """Raise ``ModelError`` with the count and the place of the first if a value is NaN or infinite."""
    if np.isfinite(values).all():
        return
    bad = np.flatnonzero(~np.isfinite(values))
    place = [int(axis) for axis in np.unravel_index(bad[0], values.shape)]
    raise ModelError(
        f"weight {name!r} has {bad.size} NaN or infinite values, the first at {place}: train it again or repair it"
    )
