"""Frees the batch: the first dimension becomes a size that the caller may choose.

The meaning of a free batch (docs/format.md, section 3): a run of B samples gives what B runs of one sample each would
give, stacked along axis 0. So every input must have the same leading size, and no operator may mix samples.

A graph of one sample says the most: there, a batch may leave the first axis for a while, as it does in
``nn.MultiheadAttention``, which works on [tokens, batch, features]. Such values get the batch before all their axes
(``batch_rules``). With more samples than one, the batch must stay in front all the way.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dcmobile.errors import ModelError
from dcmobile.graph import BATCH, Graph, Op, Value, Weight
from dcmobile.operators import Add, Attention, Clamp, Constant, MatMul, Reshape, Slice
from dcmobile.passes.batch_rules import BROADCASTING, Operand, Shape, added, in_front, needs_batch
from dcmobile.reshaping import reshaping

_MAX_RANK = 8


def free_batch(graph: Graph) -> Graph:
    """The graph with ``BATCH`` for the first dimension of its inputs and outputs, and of all that is computed from the
    inputs; as it is where the batch cannot be free (or is free already).
    """
    if _is_free(graph):
        return graph
    try:
        return _Freeing(graph, may_move=True).freed()
    except _MixedError:
        return graph


def free_declared_batch(graph: Graph) -> Graph:
    """The same for a graph whose batch the user has declared dynamic, with one sample in the place of the batch.

    Only what keeps the batch in front passes, since nothing else says that a run of many samples gives what PyTorch
    gives. Raises ``ModelError`` if the batch cannot be free.
    """
    try:
        return _Freeing(graph, may_move=False).freed()
    except _MixedError as obstacle:
        raise ModelError(
            f"the first dimension is dynamic in the exported program, but {obstacle}: export it with a fixed size"
        ) from None


def _is_free(graph: Graph) -> bool:
    return any(graph.values[name].shape[0] == BATCH for name in graph.inputs)


class _MixedError(Exception):
    """The batch cannot be free; the text says why."""


class _Freeing:
    """The graph under construction. A value is known by its old name in ``_front`` (its form with the batch in front),
    ``_added`` (with the batch before all its axes) or neither: what is made of constants alone has no batch.
    """

    def __init__(self, graph: Graph, may_move: bool) -> None:
        self._graph = graph
        self._ops: list[Op] = []
        self._values = {name: value for name, value in graph.values.items() if name in graph.inputs}
        self._weights = dict(graph.weights)
        self._front: dict[str, str] = {}
        self._added: dict[str, str] = {}
        self._extra_shapes: dict[str, Shape] = {}  # of constants that are not in the given graph
        sizes = {graph.values[name].shape[0] for name in graph.inputs}
        if len(sizes) != 1:
            raise _MixedError("the inputs differ in it")
        (self._samples,) = sizes
        self._may_move = may_move and self._samples == 1
        self._constants = {op.output: op for op in graph.ops if isinstance(op.attributes, Constant)}

    def freed(self) -> Graph:
        graph = self._graph
        for name in graph.inputs:
            self._front[name] = name
            self._values[name] = Value(name, (BATCH, *graph.values[name].shape[1:]))
        for op in graph.ops:
            self._place(op)
        outputs = []
        for name, output_name in zip(graph.outputs, graph.output_names, strict=True):
            if not self._can_be_front(name):
                raise _MixedError(f"output {output_name!r} does not have it first")
            outputs.append(self._as_front(name))
        freed = Graph(graph.inputs, (), (), (), self._values, self._weights)
        freed = replace(freed, outputs=tuple(outputs), output_names=graph.output_names, ops=tuple(self._ops))
        return freed.replace_ops(freed.ops)

    def _place(self, op: Op) -> None:
        """Add the operator in the first of the two forms that it has."""
        if not any(self._has_batch(name) for name in op.inputs):
            self._ops.append(op)
            for name in op.outputs:
                self._values[name] = self._graph.values[name]
            return
        result = self._shape(op.output)
        if all(self._can_be_front(name) or not self._has_batch(name) for name in op.inputs):
            inputs = self._front_inputs(op, result)
            if inputs is not None:
                operands = [self._operand(name) for name in inputs]
                attributes = in_front(op, operands, result)
                if attributes is not None and all(self._shape(name)[0] == self._samples for name in op.outputs):
                    names = [self._as_front(name) if self._has_batch(name) else name for name in inputs]
                    self._emit(replace(op, attributes=attributes, inputs=tuple(names)), self._front)
                    return
        if self._may_move and self._place_added(op, result):
            return
        place = f" {op.name!r}" if op.name else ""
        raise _MixedError(f"{op.kind}{place} does not treat it sample by sample")

    def _front_inputs(self, op: Op, result: Shape) -> tuple[str, ...] | None:
        """The operator's inputs, with constants that must have the batch given it, and those that spell out the same
        for every sample said once; None if a constant differs between samples.
        """
        needed = needs_batch(op)
        inputs = list(op.inputs)
        for place, name in enumerate(inputs):
            if self._has_batch(name):
                continue
            shape = self._shape(name)
            leads = len(shape) == len(result) and shape[0] != 1
            if (place in needed or isinstance(op.attributes, BROADCASTING)) and leads:
                one = self._one_sample(name)
                if one is None:
                    return None
                inputs[place] = name = one
            if place in needed and in_front(op, [self._operand(each) for each in inputs], result) is not None:
                if self._shape(name)[0] != 1:
                    return None
                inputs[place] = self._given_batch(name)
        return tuple(inputs)

    def _place_added(self, op: Op, result: Shape) -> bool:
        if len(result) >= _MAX_RANK:
            return False
        operands = [self._operand(name) for name in op.inputs]
        attributes = added(op, operands, result)
        if attributes is None:
            return False
        if isinstance(attributes, Reshape):  # a sample's elements stay together, whichever form they come in
            name = self._front.get(op.inputs[0]) or self._added[op.inputs[0]]
            if result[0] == 1:
                self._emit(replace(op, attributes=Reshape(result[1:]), inputs=(name,)), self._front)
            else:
                self._emit(replace(op, attributes=attributes, inputs=(name,)), self._added)
            return True
        inputs = []
        rank = len(result)
        needed = needs_batch(op)
        for place, name in enumerate(op.inputs):
            if not self._has_batch(name) and place in needed:
                name = self._given_batch(name, add=True)
            if not self._has_batch(name):
                inputs.append(name)
                continue
            aligned = isinstance(op.attributes, (*BROADCASTING, MatMul, Attention))
            missing = rank - len(self._shape(name)) if aligned else 0
            inputs.append(self._as_added(name, missing))
        self._emit(replace(op, attributes=attributes, inputs=tuple(inputs)), self._added)
        return True

    def _emit(self, op: Op, form: dict[str, str]) -> None:
        self._ops.append(op)
        for name in op.outputs:
            shape = self._shape(name)
            self._values[name] = Value(name, (BATCH, *(shape[1:] if form is self._front else shape)))
            form[name] = name

    # One form of a value from another

    def _has_batch(self, name: str) -> bool:
        return name in self._front or name in self._added

    def _shape(self, name: str) -> Shape:
        """The shape in the graph without a free batch."""
        known = self._graph.values.get(name)
        return known.shape if known is not None else self._extra_shapes[name]

    def _operand(self, name: str) -> Operand:
        return Operand(self._shape(name), self._has_batch(name), name in self._front)

    def _can_be_front(self, name: str) -> bool:
        return name in self._front or (name in self._added and self._shape(name)[0] == 1)

    def _as_front(self, name: str) -> str:
        if name not in self._front:
            shape = self._shape(name)
            self._front[name] = self._reshaped(self._added[name], (BATCH, *shape[1:]))
        return self._front[name]

    def _as_added(self, name: str, missing: int = 0) -> str:
        """The value with the batch before its axes, and as many axes of size 1 as are missing between."""
        shape = self._shape(name)
        if name not in self._added:
            self._added[name] = self._reshaped(self._front[name], (BATCH, *shape))
        return self._reshaped(self._added[name], (BATCH, *(1,) * missing, *shape))

    def _reshaped(self, name: str, shape: Shape) -> str:
        before = self._values[name].shape
        return name if before == shape else self._new(reshaping(before, shape), (name,), shape)

    def _one_sample(self, name: str) -> str | None:
        """The first sample of a constant that says the same for all of them."""
        op = self._constants.get(name)
        if op is None:
            return None
        weight = self._weights[op.weights["weight"]]
        first: npt.NDArray[np.float32] = weight.values[:1].astype(np.float32)
        if not (weight.values == first).all():
            return None
        alone = Weight(f"{weight.name}.sample", np.ascontiguousarray(first))
        self._weights[alone.name] = alone
        made = self._new(Constant(), (), first.shape, {"weight": alone.name})
        self._extra_shapes[made] = first.shape
        return made

    def _given_batch(self, name: str, add: bool = False) -> str:
        """A constant as the same value for every sample: added to a zero that each sample has."""
        shape = self._shape(name)
        first = self._graph.inputs[0]
        rest = self._values[first].shape[1:]
        size = int(np.prod(rest, dtype=np.int64))
        zero = self._reshaped(first, (BATCH, size))
        zero = self._new(Slice(1, 0, 1), (zero,), (BATCH, 1)) if size > 1 else zero
        zero = self._new(Clamp(0.0, 0.0), (zero,), (BATCH, 1))
        wanted = (BATCH, *(shape if add else shape[1:]))
        zero = self._reshaped(zero, (BATCH, *(1,) * (len(wanted) - 1)))
        made = self._new(Add(), (name, zero), wanted)
        self._extra_shapes[made] = shape
        (self._added if add else self._front)[made] = made
        return made

    def _new(
        self, attributes: object, inputs: tuple[str, ...], shape: Shape, weights: dict[str, str] | None = None
    ) -> str:
        number = 1
        while f"batch.{number}" in self._values or f"batch.{number}" in self._graph.values:
            number += 1
        name = f"batch.{number}"
        self._values[name] = Value(name, shape)
        self._ops.append(Op("", attributes, inputs, name, weights or {}))  # type: ignore[arg-type]
        return name
