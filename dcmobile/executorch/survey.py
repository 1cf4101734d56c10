"""Which calls of a program dcmobile can take, in which parts, and why not the others."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx
from torch.export import ExportedProgram
from torch.fx.passes.infra.partitioner import CapabilityBasedPartitioner
from torch.fx.passes.operator_support import OperatorSupportBase

from dcmobile.capture.constants import Constants
from dcmobile.capture.origin import Origin, origin_of
from dcmobile.capture.program_to_graph import is_size_arithmetic, translate_node
from dcmobile.capture.translation import Translation, Unsupported, operator_name
from dcmobile.errors import ModelError
from dcmobile.graph import Graph, Op, Value
from dcmobile.operators import Constant
from dcmobile.passes.free_batch import free_declared_batch

#: What a value of a .dcmodel may be in the program; whole numbers are carried as float32.
_TYPES = (torch.float32, torch.int64, torch.int32)


@dataclass(frozen=True)
class Left:
    """A call that stays outside. operator: such as ``aten.topk.default``. reason: "" where dcmobile has none such."""

    operator: str
    reason: str
    origin: Origin


@dataclass(frozen=True)
class Part:
    """Calls that become one blob. nodes: their names, in order. graph: what they become, not simplified yet."""

    nodes: tuple[str, ...]
    graph: Graph


@dataclass(frozen=True)
class Survey:
    """parts: what dcmobile takes. left: the other calls by the names of their nodes. taken: how many calls the parts
    have, sizes and constants not counted.
    """

    parts: tuple[Part, ...]
    left: Mapping[str, Left]
    taken: int


def survey(program: ExportedProgram) -> Survey:
    """Find the parts of an ATen program that dcmobile can take.

    Raises ``ModelError`` for weights that cannot be: NaN or infinite ones, or of another type than float32.
    """
    walk = _Walk(program)
    walk.translate()
    parts: list[Part] = []
    for nodes in walk.proposals():
        try:
            parts.append(walk.part(nodes))
        except Unsupported as problem:
            for node in nodes:
                if walk.counts(node):
                    walk.left[node] = Left(operator_name(node), str(problem), origin_of(node))
    inside = {name for part in parts for name in part.nodes}
    taken = sum(walk.counts(node) for node in program.graph.nodes if node.name in inside)
    return Survey(tuple(parts), {node.name: left for node, left in walk.left.items()}, taken)


@dataclass
class _Walk:
    """One program, each call translated on its own: what an untranslated one gives counts as given."""

    program: ExportedProgram
    left: dict[fx.Node, Left] = field(default_factory=dict)
    taken: set[fx.Node] = field(default_factory=set)
    constant: set[fx.Node] = field(default_factory=set)  # computed at compile time
    sizes: set[fx.Node] = field(default_factory=set)
    ops: dict[fx.Node, list[Op]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.translation = Translation(Constants(self.program))
        first = next((node for node in self._inputs() if not isinstance(node.meta["val"].shape[0], int)), None)
        if first is not None:
            self.translation.batch_symbol = str(first.meta["val"].shape[0])

    def _inputs(self) -> list[fx.Node]:
        names = set(self.program.graph_signature.user_inputs)
        return [
            node
            for node in self.program.graph.nodes
            if node.op == "placeholder"
            and node.name in names
            and isinstance(node.meta.get("val"), torch.Tensor)
            and node.meta["val"].ndim
        ]

    def counts(self, node: fx.Node) -> bool:
        """Whether the node is a call that the user would count as an operator."""
        return (
            node.op == "call_function"
            and node not in self.constant
            and node not in self.sizes
            and node.target is not operator.getitem
        )

    # Translating

    def translate(self) -> None:
        for node in self._inputs():
            self._give(node)
        for node in self.program.graph.nodes:
            if node.op != "call_function":
                continue
            if is_size_arithmetic(node):
                self.sizes.add(node)
                continue
            reason = self._problem(node)
            if node in self.translation.constants:
                self.constant.add(node)
            elif reason is None:
                self.taken.add(node)
            else:
                self.left[node] = Left(operator_name(node), reason, origin_of(node))
                self._give(node)

    def _problem(self, node: fx.Node) -> str | None:
        """Why the call cannot be translated; None if it can, and is."""
        translation = self.translation
        before = len(translation.ops)
        try:
            if node.target is operator.getitem and node.args[0] in self.left:
                raise Unsupported("")
            for source in node.all_input_nodes:
                self._check_value(source)
            translate_node(node, translation)
            self._check_value(node)
            self.ops[node] = translation.ops[before:]
            return None
        except Unsupported as problem:
            del translation.ops[before:]
            return str(problem)

    def _check_value(self, node: fx.Node) -> None:
        tensor = node.meta.get("val")
        if node in self.translation.constants or not isinstance(tensor, torch.Tensor):
            return
        if tensor.dtype not in _TYPES:
            raise Unsupported(f"handles {str(tensor.dtype).removeprefix('torch.')}, only float32 is supported")
        if not tensor.ndim:
            raise Unsupported("handles a tensor of no dimensions")

    def _give(self, node: fx.Node) -> None:
        """Let the node's tensors stand for values that come from elsewhere."""
        made = node.meta.get("val")
        if isinstance(made, torch.Tensor):
            self.translation.value_of.pop(node, None)
            if (name := self._value(node.name, made)) is not None:
                self.translation.value_of[node] = name
        elif isinstance(made, (tuple, list)):
            names = [self._value(f"{node.name}.part{index}", part) for index, part in enumerate(made)]
            self.translation.parts_of[node] = tuple(names)

    def _value(self, name: str, tensor: Any) -> str | None:
        try:
            shape = self.translation.shape_of(tensor) if isinstance(tensor, torch.Tensor) else ()
        except Unsupported:
            return None
        if not shape:
            return None
        self.translation.values[name] = Value(name, shape)
        return name

    # Putting together

    def proposals(self) -> Sequence[tuple[fx.Node, ...]]:
        """Calls that may go together, each group in the program's order."""
        finder = CapabilityBasedPartitioner(
            self.program.graph_module, _Support(self.taken), allows_single_node_partition=True
        )
        groups = [set(proposed.nodes) for proposed in finder.propose_partitions()]
        group_of = {node: index for index, group in enumerate(groups) for node in group}
        # What only a part needs to know at compile time goes with it.
        for node in reversed(self.program.graph.nodes):
            if node in self.constant or node in self.sizes:
                found = {group_of.get(user) for user in node.users}
                if len(found) == 1 and (index := found.pop()) is not None:
                    group_of[node] = index
                    groups[index].add(node)
        order = {node: index for index, node in enumerate(self.program.graph.nodes)}
        ordered = [tuple(sorted(group, key=order.__getitem__)) for group in groups]
        return sorted(ordered, key=lambda group: order[group[0]])

    def part(self, nodes: Sequence[fx.Node]) -> Part:
        """Raises ``Unsupported`` if the calls make no network of their own."""
        inside = set(nodes)
        ops = [op for node in nodes for op in self.ops.get(node, ())]
        if not ops:
            raise Unsupported("nothing is computed here")
        made = {name for op in ops for name in op.outputs}
        constants = {op.output: op for each in self.ops.values() for op in each if isinstance(op.attributes, Constant)}
        read = {name: None for op in ops for name in op.inputs if name not in made}  # in order
        inputs = [name for name in read if name not in constants]
        if not inputs:
            raise Unsupported("nothing is computed here")
        self._check_batch(nodes, inside)
        ops = [constants[name] for name in read if name in constants] + ops
        outputs = [name for node in nodes if (name := self._output(node, inside)) is not None]
        unique = list(dict.fromkeys(outputs))
        names = tuple(f"output_{index}" for index in range(len(unique)))
        values, weights = self.translation.values, self.translation.constants.weights
        graph = Graph(tuple(inputs), (), (), (), values, weights)
        graph = Graph(tuple(inputs), tuple(ops), tuple(unique), names, values, weights)
        if self.translation.batch_symbol in self._batches(nodes, inside) and self.translation.batch_symbol:
            try:
                free_declared_batch(graph.replace_ops(ops))
            except ModelError as problem:
                raise Unsupported(str(problem)) from None
        return Part(tuple(node.name for node in nodes), graph.replace_ops(ops))

    def _output(self, node: fx.Node, inside: Collection[fx.Node]) -> str | None:
        """The value of the node, if it is read outside."""
        if node not in self.translation.value_of or all(user in inside for user in node.users):
            return None
        return self.translation.value_of[node]

    def _batches(self, nodes: Sequence[fx.Node], inside: Collection[fx.Node]) -> set[str]:
        sources = {source for node in nodes for source in node.all_input_nodes if source not in inside}
        values = [source.meta.get("val") for source in sources if source not in self.translation.constants]
        return {str(value.shape[0]) for value in values if isinstance(value, torch.Tensor) and value.ndim}

    def _check_batch(self, nodes: Sequence[fx.Node], inside: Collection[fx.Node]) -> None:
        batches = self._batches(nodes, inside)
        if self.translation.batch_symbol and self.translation.batch_symbol in batches and len(batches) > 1:
            raise Unsupported("the batch is dynamic in some of its inputs and fixed in others")


class _Support(OperatorSupportBase):
    def __init__(self, taken: Collection[fx.Node]) -> None:
        self._taken = taken

    def is_node_supported(self, submodules: Mapping[str, Any], node: fx.Node) -> bool:
        """Whether the node may be in a part."""
        return node in self._taken
