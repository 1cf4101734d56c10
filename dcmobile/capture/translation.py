"""The graph under construction, and the table of translators.

A translator is a function registered for the ATen operators that it reads::

    @translates("aten.relu.default")
    def relu(call: Call) -> None:
        call.emit(operators.Relu(), call.value("self"))

It raises ``Unsupported`` with a reason for a form of the operator that the file format cannot express.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import fx

from dcmobile.capture.constants import Constants
from dcmobile.capture.origin import origin_of
from dcmobile.capture.sizes import static_size
from dcmobile.graph import Op, Value, Weight
from dcmobile.operators import Attributes, Concat, Constant, Expand, Flatten, Reshape, Slice, Transpose

if TYPE_CHECKING:
    from dcmobile.capture.call import Call

#: Operators that only move elements: they carry whole numbers (on their way to an Embedding) as well as any other.
_MOVES = (Concat, Constant, Expand, Flatten, Reshape, Slice, Transpose)

_WHOLE = (torch.int64, torch.int32)

_MAX_RANK = 8


class Unsupported(Exception):  # noqa: N818 - it never leaves the package
    """This form of the operator has no counterpart; the text says which form."""


@dataclass
class Translation:
    """The graph under construction.

    value_of: the value that a node stands for. parts_of: the same for a node that makes several tensors; None for one
    that no value stands for. batch_symbol: PyTorch's name of the dynamic batch size, "" if the program has none. A
    dynamic batch has size 1 in the graph.
    """

    constants: Constants
    values: dict[str, Value] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    value_of: dict[fx.Node, str] = field(default_factory=dict)
    parts_of: dict[fx.Node, tuple[str | None, ...]] = field(default_factory=dict)
    batch_symbol: str = ""
    _constant_values: dict[str, Value] = field(default_factory=dict)

    def shape(self, node: fx.Node) -> tuple[int, ...]:
        """Shape of the tensor that the node makes."""
        tensor = node.meta.get("val")
        if not isinstance(tensor, torch.Tensor):
            raise Unsupported("does not give one tensor")
        return self.shape_of(tensor)

    def shape_of(self, tensor: torch.Tensor) -> tuple[int, ...]:
        """Shape of a (fake) tensor of the program: numbers, but for the first dimension, which may be the batch."""
        sizes: list[int] = []
        dimensions: tuple[Any, ...] = tuple(tensor.shape)  # integers, or symbols where the program leaves them open
        for axis, size in enumerate(dimensions):
            if isinstance(size, int):
                sizes.append(size)
            elif axis == 0 and str(size) == self.batch_symbol:
                sizes.append(1)
            else:
                raise Unsupported(
                    f"has a dynamic size in dimension {axis}, only the first (batch) may be dynamic: "
                    "export the model with one sample and no dynamic size, which leaves the batch free where it can be"
                )
        return tuple(sizes)

    def add(
        self,
        node: fx.Node,
        attributes: Attributes,
        inputs: Sequence[Value],
        shapes: Sequence[tuple[int, ...]],
        weights: Mapping[str, str],
        dtype: torch.dtype,
        name: str = "",
    ) -> tuple[Value, ...]:
        """Add an operator on the node's behalf. name: of its first value. shapes: of its values."""
        if dtype != torch.float32 and not (dtype in _WHOLE and isinstance(attributes, _MOVES)):
            raise Unsupported(f"gives {str(dtype).removeprefix('torch.')}, only float32 is supported")
        origin = origin_of(node)
        made: list[Value] = []
        for shape in shapes:
            if not 1 <= len(shape) <= _MAX_RANK:
                raise Unsupported(f"makes a tensor of {len(shape)} dimensions: 1 to {_MAX_RANK} are supported")
            if 0 in shape:
                raise Unsupported(f"makes an empty tensor, {list(shape)}")
            unique = self._unique(node, name if not made else "")
            made.append(Value(unique, shape))
            self.values[unique] = made[-1]
        first, *more = (value.name for value in made)
        names = tuple(value.name for value in inputs)
        self.ops.append(Op(origin.module, attributes, names, first, weights, origin.source, tuple(more)))
        return tuple(made)

    def name_after(self, node: fx.Node, value: str) -> str:
        """Give a value the node's own name, if it is what the last operator made on the node's behalf."""
        last = self.ops[-1] if self.ops else None
        if last is None or last.outputs != (value,) or not value.startswith(f"{node.name}."):
            return value
        self.ops[-1] = replace(last, output=node.name)
        self.values[node.name] = replace(self.values.pop(value), name=node.name)
        return node.name

    def constant(self, node: fx.Node, weight: Weight) -> Value:
        """A weight as a value."""
        if weight.name not in self._constant_values:
            shape = weight.values.shape
            roles = {"weight": weight.name}
            (value,) = self.add(node, Constant(), (), [shape], roles, torch.float32, f"{weight.name}.constant")
            self._constant_values[weight.name] = value
        return self._constant_values[weight.name]

    def same_shape(self, a: fx.Node, b: fx.Node) -> bool:
        """Whether the tensors of two nodes have one shape, the batch included."""
        shapes = (a.meta["val"].shape, b.meta["val"].shape)
        return [str(size) for size in shapes[0]] == [str(size) for size in shapes[1]]

    def static(self, argument: Any) -> Any:
        """A size that a call is given, as a number."""
        size = static_size(argument.meta.get("val")) if isinstance(argument, fx.Node) else None
        return argument if size is None else size

    def _unique(self, node: fx.Node, name: str) -> str:
        if name and name not in self.values:
            return name
        number = 1
        while f"{node.name}.{number}" in self.values:  # no node's name has a dot
            number += 1
        return f"{node.name}.{number}"


Translator = Callable[["Call"], None]

_translators: dict[str, Translator] = {}
_kept: dict[str, Any] = {}


def translates(*operators: str, keep: bool = False) -> Callable[[Translator], Translator]:
    """Register a translator for ATen operators, e.g. ``aten.conv2d.padding``. keep: PyTorch must not decompose them."""

    def register(translator: Translator) -> Translator:
        for operator in operators:
            _translators[operator] = translator
            if keep:
                keep_whole(operator)
        return translator

    return register


def keep_whole(operator: str) -> None:
    """Have PyTorch leave the operator as it is, not decompose it."""
    _, packet, overload = operator.split(".")
    _kept[operator] = getattr(getattr(torch.ops.aten, packet), overload)


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
