"""Finds activation functions that a model writes out as several operators."""

from __future__ import annotations

from dataclasses import replace
from math import isclose

from dcmobile.graph import Graph, Op
from dcmobile.operators import (
    Activation,
    Affine,
    Attributes,
    Clamp,
    HardSigmoid,
    HardSwish,
    Multiply,
    Sigmoid,
    Silu,
)
from dcmobile.passes.rewriting import Rewriting


def match_activation(graph: Graph) -> Graph:
    """The graph with Silu for x sigmoid(x), HardSigmoid for relu6(x + 3) / 6, and HardSwish for x times that."""
    work = Rewriting(graph)
    for op in work.ops():
        work.keep(_hard_sigmoid(op, work) or _gated(op, work) or op)
    return work.finish()


def _gated(op: Op, work: Rewriting) -> Op | None:
    """x f(x) as one operator."""
    if op.attributes != Multiply(Activation.None_):
        return None
    whole: dict[type[Attributes], Attributes] = {Sigmoid: Silu(), HardSigmoid: HardSwish()}
    for x, other in (op.inputs, op.inputs[::-1]):
        gate = work.producer(other, *whole)
        if gate is not None and gate.inputs == (x,):
            return replace(op, attributes=whole[type(gate.attributes)], inputs=(x,))
    return None


def _hard_sigmoid(op: Op, work: Rewriting) -> Op | None:
    """relu6(x + 3) / 6; also x relu6(x + 3) / 6, whichever of the factors is divided."""
    if not isinstance(op.attributes, Affine) or op.attributes.shift != 0 or not isclose(op.attributes.scale, 1 / 6):
        return None
    x = _shifted_clamp(op.inputs[0], work)
    if x is not None:
        return replace(op, attributes=HardSigmoid(), inputs=(x,))
    product = work.producer(op.inputs[0], Multiply)
    if product is None or product.attributes != Multiply(Activation.None_):
        return None
    for x, other in (product.inputs, product.inputs[::-1]):
        if _shifted_clamp(other, work) == x:
            return replace(op, attributes=HardSwish(), inputs=(x,))
    return None


def _shifted_clamp(value: str, work: Rewriting) -> str | None:
    """x if the value is relu6(x + 3)."""
    clamp = work.producer(value, Clamp)
    if clamp is None or clamp.attributes != Clamp(0.0, 6.0):
        return None
    shift = work.producer(clamp.inputs[0], Affine)
    return shift.inputs[0] if shift is not None and shift.attributes == Affine(1.0, 3.0) else None
