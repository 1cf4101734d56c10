"""One call of an ATen operator: what a translator reads its arguments from and writes its operators to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import fx

from dcmobile.capture.translation import Translation, Unsupported
from dcmobile.graph import Value, Weight
from dcmobile.operators import Attributes

Shape = tuple[int, ...]


class Call:
    """One call of an operator. Arguments go by their names in the operator's schema, defaults filled in.

    A translator adds operators with ``step`` and ends with ``emit`` (the last operator), ``give`` (values that exist)
    or ``pass_on`` (the call changes nothing).
    """

    def __init__(self, translation: Translation, node: fx.Node) -> None:
        self._translation = translation
        self._node = node
        schema = node.target._schema.arguments  # type: ignore[union-attr]
        self._arguments: dict[str, Any] = {
            argument.name: node.args[index]
            if index < len(node.args)
            else node.kwargs.get(argument.name, argument.default_value)
            for index, argument in enumerate(schema)
        }

    # What is asked of the call

    @property
    def shape(self) -> Shape:
        """Shape of the result, which is one tensor."""
        return self._translation.shape(self._node)

    @property
    def dtype(self) -> torch.dtype:
        """Element type of the result, or of the first if there are several."""
        made = self._node.meta.get("val")
        first = made[0] if isinstance(made, (tuple, list)) else made
        return first.dtype if isinstance(first, torch.Tensor) else torch.float32

    def result_shape(self, index: int) -> Shape:
        """Shape of one of several results."""
        return self._translation.shape_of(self._node.meta["val"][index])

    @property
    def results(self) -> int:
        """How many tensors the call makes."""
        return len(self._node.meta["val"])

    @property
    def operator(self) -> str:
        """Which of a translator's operators is called, e.g. ``aten.relu.default``."""
        return str(self._node.target)

    def has(self, name: str) -> bool:
        """Whether the operator has such an argument and it is given."""
        return self._arguments.get(name) is not None

    def raw(self, name: str) -> Any:
        """An argument as it is in the program."""
        return self._arguments[name]

    # Tensors

    def is_constant(self, argument: str | fx.Node) -> bool:
        """Whether an argument (or a node of one) is a tensor known at compile time."""
        node = self._arguments[argument] if isinstance(argument, str) else argument
        return isinstance(node, fx.Node) and node in self._translation.constants

    def value(self, name: str) -> Value:
        """A tensor that flows through the graph; a constant becomes one."""
        return self.value_of(self._arguments[name], name)

    def values(self, name: str) -> list[Value]:
        """A list of tensors, as ``value``."""
        return [self.value_of(node, name) for node in self._arguments[name]]

    def value_of(self, node: Any, name: str) -> Value:
        """The tensor of an argument's node; a constant becomes a value of rank 1 or more."""
        if self.is_constant(node):
            constants = self._translation.constants
            return self._translation.constant(self._node, constants.derive(node, "value", _as_value))
        if isinstance(node, fx.Node) and node in self._translation.value_of:
            return self._translation.values[self._translation.value_of[node]]
        raise Unsupported(f"its {name!r} is not a tensor")

    def constant(self, argument: str | fx.Node) -> torch.Tensor:
        """An argument (or a node of one) that must be a constant tensor, of any type."""
        node = self._arguments[argument] if isinstance(argument, str) else argument
        if not self.is_constant(node):
            raise Unsupported(f"its {argument!r} is computed, not a constant tensor")
        tensor: torch.Tensor = self._translation.constants.value(node)
        return tensor

    def weight(self, argument: str | fx.Node) -> Weight:
        """An argument (or a node of one) that must be a constant tensor, as a weight."""
        self.constant(argument)
        return self._translation.constants.read(self._arguments[argument] if isinstance(argument, str) else argument)

    def weights(self, *names: str) -> Mapping[str, str]:
        """Role to name of weight, for those of the arguments that are given."""
        return {name: self.weight(name).name for name in names if self._arguments[name] is not None}

    def derived_weight(self, argument: str, how: str, compute: Callable[[torch.Tensor], torch.Tensor]) -> Weight:
        """A constant tensor changed by ``compute``; ``how`` says how, so that the same change is made once."""
        self.constant(argument)
        return self._translation.constants.derive(self._arguments[argument], how, compute)

    def new_weight(self, name: str, values: torch.Tensor) -> Weight:
        """A small tensor that the translator computed. name: a whole one, such as ``fc.bias``, or a word for what it
        is, which the call's own name is put before.
        """
        full = name if "." in name else f"{self._node.name}.{name}"
        return self._translation.constants.add(full, values.to(torch.float32).contiguous())

    def constant_value(self, name: str, values: torch.Tensor) -> Value:
        """A tensor that the translator computed, as a value; finite, any type."""
        return self._translation.constant(
            self._node, self.new_weight(name, values if values.ndim else values.reshape(1))
        )

    def weight_name(self, argument: str | fx.Node, default: str) -> str:
        """The name of a constant argument in the user's model; the call's own with ``default`` if it has none."""
        node = self._arguments[argument] if isinstance(argument, str) else argument
        if self.is_constant(node):
            return self._translation.constants.name_of(node)
        return f"{self._node.name}.{default}"

    def dtype_of(self, name: str) -> torch.dtype:
        """Element type of a tensor argument in the program."""
        dtype: torch.dtype = self._arguments[name].meta["val"].dtype
        return dtype

    # Numbers

    def number(self, name: str) -> int | float | bool | str:
        """An argument that is a plain Python number or string."""
        argument = self._arguments[name]
        if isinstance(argument, (bool, int, float, str)):
            return argument
        raise Unsupported(f"its {name!r} is not a plain number")

    def real(self, name: str) -> float:
        """An argument that is a number."""
        return float(self.number(name))

    def integer(self, name: str) -> int:
        """An argument that is an integer."""
        return int(self.number(name))

    def integers(self, name: str) -> list[int]:
        """A list of integers; sizes that come from the batch count as 1."""
        argument = self._arguments[name]
        sizes = [self._translation.static(size) for size in ([argument] if isinstance(argument, int) else argument)]
        if not all(isinstance(size, int) for size in sizes):
            raise Unsupported(f"its {name!r} is dynamic")
        return sizes

    def pair(self, name: str) -> tuple[int, int] | None:
        """An ``int[2]``: two integers, or one that stands for both; None if it is empty."""
        sizes = self.integers(name)
        return (sizes[0], sizes[-1]) if sizes else None

    def axis(self, name: str, rank: int) -> int:
        """An argument that names an axis, counted from the front."""
        return self.integer(name) % max(rank, 1)

    def axes(self, name: str, rank: int) -> tuple[int, ...]:
        """An argument that names axes, ascending and counted from the front; all of them if it is absent or empty."""
        if not self._arguments[name] and self._arguments[name] != 0:
            return tuple(range(rank))
        return tuple(sorted({axis % max(rank, 1) for axis in self.integers(name)}))

    def keeps_shape(self, name: str) -> bool:
        """Whether the result has the shape of a tensor argument, the batch included."""
        return self._translation.same_shape(self._node, self._arguments[name])

    # What the call becomes

    def step(
        self, attributes: Attributes, *inputs: Value, shape: Shape, weights: Mapping[str, str] | None = None
    ) -> Value:
        """Add an operator on the way to the result."""
        return self.steps(attributes, *inputs, shapes=[shape], weights=weights)[0]

    def steps(
        self,
        attributes: Attributes,
        *inputs: Value,
        shapes: Sequence[Shape],
        weights: Mapping[str, str] | None = None,
    ) -> tuple[Value, ...]:
        """Add an operator that makes several values on the way to the result."""
        return self._translation.add(self._node, attributes, inputs, shapes, weights or {}, self.dtype)

    def emit(self, attributes: Attributes, *inputs: Value, weights: Mapping[str, str] | None = None) -> None:
        """Add the operator whose result this call's result is."""
        node = self._node
        (value,) = self._translation.add(node, attributes, inputs, [self.shape], weights or {}, self.dtype, node.name)
        self._translation.value_of[node] = value.name

    def give(self, value: Value) -> None:
        """The result is a value that exists."""
        if value.shape != self.shape:
            raise AssertionError(f"{self._node.target}: {value.shape} is not {self.shape}")
        self._translation.value_of[self._node] = self._translation.name_after(self._node, value.name)

    def give_all(self, values: Sequence[Value | None]) -> None:
        """The results are values that exist; None for one that nothing stands for."""
        self._translation.parts_of[self._node] = tuple(None if value is None else value.name for value in values)

    def pass_on(self, name: str) -> None:
        """The result is the argument itself: the call is dropped."""
        self._translation.value_of[self._node] = self.value(name).name


def _as_value(tensor: torch.Tensor) -> torch.Tensor:
    """As float32 of rank 1 or more; minus infinity, which masks have, as the lowest float32."""
    if tensor.dtype == torch.float64:
        raise Unsupported("reads a constant of float64, only float32 is supported")
    as_float: torch.Tensor = tensor.to(torch.float32)
    as_float = as_float if as_float.ndim else as_float.reshape(1)
    return as_float.masked_fill(as_float == -torch.inf, torch.finfo(torch.float32).min)
