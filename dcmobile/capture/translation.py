"""What a translator works with: one call of an ATen operator, and the graph under construction.

A translator is a function registered for the operators that it reads::

    @translates("aten.relu.default")
    def relu(call: Call) -> None:
        call.emit(operators.Relu(), call.value("self"))

It raises ``Unsupported`` with a reason for a form of the operator that the file format cannot express.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx

from dcmobile.capture.constants import Constants
from dcmobile.capture.origin import origin_of
from dcmobile.graph import BATCH, Op, Value, Weight
from dcmobile.operators import Attributes


class Unsupported(Exception):  # noqa: N818 - it never leaves the package
    """This form of the operator has no counterpart; the text says which form."""


@dataclass
class Translation:
    """The graph under construction.

    value_of: the value that a node stands for. constant_of: the placeholder of the constant that a node stands for.
    batch_symbol: PyTorch's name of the dynamic batch size, "" if the program has none.
    """

    constants: Constants
    values: dict[str, Value] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    value_of: dict[fx.Node, str] = field(default_factory=dict)
    constant_of: dict[fx.Node, fx.Node] = field(default_factory=dict)
    batch_symbol: str = ""

    def shape(self, node: fx.Node) -> tuple[int, ...]:
        """Shape of the float32 tensor that the node makes; a dynamic first dimension is ``BATCH``."""
        tensor = node.meta.get("val")
        if not isinstance(tensor, torch.Tensor):
            raise Unsupported("does not give one tensor")
        if tensor.dtype != torch.float32:
            raise Unsupported(f"gives {str(tensor.dtype).removeprefix('torch.')}, only float32 is supported")
        sizes: list[int] = []
        dimensions: tuple[Any, ...] = tuple(tensor.shape)  # integers, or symbols where the program leaves them open
        for axis, size in enumerate(dimensions):
            if isinstance(size, int):
                sizes.append(size)
            elif axis == 0 and str(size) == self.batch_symbol:
                sizes.append(BATCH)
            else:
                raise Unsupported(f"has a dynamic size in dimension {axis}, only the first (batch) may be dynamic")
        return tuple(sizes)


class Call:
    """One call of an operator. Arguments go by their names in the operator's schema, defaults filled in."""

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

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the result."""
        return self._translation.shape(self._node)

    def value(self, name: str) -> Value:
        """An argument that flows through the graph."""
        node = self._arguments[name]
        if isinstance(node, fx.Node) and node in self._translation.value_of:
            return self._translation.values[self._translation.value_of[node]]
        if isinstance(node, fx.Node) and node in self._translation.constant_of:
            raise Unsupported(f"its {name!r} is a constant tensor")
        raise Unsupported(f"its {name!r} is not a tensor")

    def weight(self, name: str) -> Weight:
        """An argument that must be a constant tensor."""
        node = self._arguments[name]
        if isinstance(node, fx.Node) and node in self._translation.constant_of:
            return self._translation.constants.read(self._translation.constant_of[node])
        raise Unsupported(f"its {name!r} is computed, not a constant tensor")

    def weights(self, *names: str) -> Mapping[str, str]:
        """Role to name of weight, for those of the arguments that are given."""
        return {name: self.weight(name).name for name in names if self._arguments[name] is not None}

    def number(self, name: str) -> int | float | bool | str:
        """An argument that is a plain Python number or string."""
        argument = self._arguments[name]
        if isinstance(argument, (bool, int, float, str)):
            return argument
        raise Unsupported(f"its {name!r} is not a plain number")

    def integer(self, name: str) -> int:
        """An argument that is an integer."""
        return int(self.number(name))

    def pair(self, name: str) -> tuple[int, int] | None:
        """An ``int[2]``: two integers, or one that stands for both; None if it is empty."""
        argument = self._arguments[name]
        sizes = [argument] if isinstance(argument, int) else list(argument)
        if not all(isinstance(size, int) for size in sizes):
            raise Unsupported(f"its {name!r} is dynamic")
        if not sizes:
            return None
        return (sizes[0], sizes[-1])

    def emit(self, attributes: Attributes, *inputs: Value, weights: Mapping[str, str] | None = None) -> None:
        """Add the operator whose result this call's result is."""
        origin = origin_of(self._node)
        output = self._node.name
        self._translation.values[output] = Value(output, self.shape)
        self._translation.value_of[self._node] = output
        names = tuple(value.name for value in inputs)
        self._translation.ops.append(Op(origin.module, attributes, names, output, weights or {}, origin.source))

    def pass_on(self, name: str) -> None:
        """The result is the argument itself: the call is dropped."""
        node = self._arguments[name]
        if node in self._translation.constant_of:
            self._translation.constant_of[self._node] = self._translation.constant_of[node]
        else:
            self._translation.value_of[self._node] = self.value(name).name


Translator = Callable[[Call], None]

_translators: dict[str, Translator] = {}
_kept: dict[str, Any] = {}


def translates(*operators: str, keep: bool = False) -> Callable[[Translator], Translator]:
    """Register a translator for ATen operators, e.g. ``aten.conv2d.padding``. keep: PyTorch must not decompose them."""

    def register(translator: Translator) -> Translator:
        for operator in operators:
            _translators[operator] = translator
            if keep:
                _, packet, overload = operator.split(".")
                _kept[operator] = getattr(getattr(torch.ops.aten, packet), overload)
        return translator

    return register


def translator_of(operator: str) -> Translator | None:
    """The translator registered for an ATen operator."""
    return _translators.get(operator)


def kept_operators() -> Sequence[Any]:
    """The operators that must not be decomposed."""
    return list(_kept.values())


def supported_operators() -> tuple[str, ...]:
    """Names of the ATen operators that have a translator, sorted."""
    return tuple(sorted(_translators))


def operator_name(node: fx.Node) -> str:
    """The node's operator, e.g. ``aten.linear.default``."""
    target = node.target
    return str(target) if isinstance(target, torch._ops.OpOverload) else getattr(target, "__name__", str(target))
