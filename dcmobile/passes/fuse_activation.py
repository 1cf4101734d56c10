"""Puts a Relu into the operator before it."""

from __future__ import annotations

from dataclasses import replace

from dcmobile.graph import Graph, Op
from dcmobile.operators import Activation, Add, Conv2d, Linear, Relu


def fuse_activation(graph: Graph) -> Graph:
    """The graph with each Relu inside the Linear, Conv2d or Add that makes its input.

    Only where nothing else needs the result without the Relu: no other operator and no output. It saves a pass over the
    activations, and the result is the same bit for bit.
    """
    made_by = {op.output: op for op in graph.ops}
    users = {name: sum(name in op.inputs for op in graph.ops) for name in made_by}
    fused: dict[str, Op] = {}  # by the output of the operator that takes the Relu in
    taken_in: set[str] = set()  # outputs of the Relus
    for op in graph.ops:
        if not isinstance(op.attributes, Relu):
            continue
        producer = made_by.get(op.inputs[0])
        if producer is None or users[producer.output] != 1 or producer.output in graph.outputs:
            continue
        attributes = producer.attributes
        if isinstance(attributes, Linear | Conv2d | Add) and attributes.activation == Activation.None_:
            activated = replace(attributes, activation=Activation.Relu)
            fused[producer.output] = replace(producer, attributes=activated, output=op.output)
            taken_in.add(op.output)
    return graph.replace_ops([fused.get(op.output, op) for op in graph.ops if op.output not in taken_in])
