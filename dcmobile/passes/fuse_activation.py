"""Puts an activation into the operator before it."""

from __future__ import annotations

from dataclasses import replace

from dcmobile.graph import Graph
from dcmobile.operators import (
    Activation,
    Add,
    Attributes,
    ChannelAffine,
    Clamp,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Divide,
    Gelu,
    HardSigmoid,
    HardSwish,
    Linear,
    Multiply,
    Relu,
    Sigmoid,
    Silu,
    Subtract,
    Tanh,
)
from dcmobile.passes.rewriting import Rewriting

#: Operators that can apply an activation to their result.
TAKE_ACTIVATION = (Add, ChannelAffine, Conv1d, Conv2d, ConvTranspose2d, Divide, Linear, Multiply, Subtract)

_ACTIVATIONS: dict[Attributes, Activation] = {
    Relu(): Activation.Relu,
    Clamp(0.0, 6.0): Activation.Relu6,
    HardSwish(): Activation.HardSwish,
    HardSigmoid(): Activation.HardSigmoid,
    Sigmoid(): Activation.Sigmoid,
    Tanh(): Activation.Tanh,
    Silu(): Activation.Silu,
    Gelu(): Activation.Gelu,
}


def fuse_activation(graph: Graph) -> Graph:
    """The graph with each activation inside the Linear, convolution, ChannelAffine or arithmetic that makes its input.

    Only where nothing else needs the result without the activation: no other operator and no output. It saves a pass
    over the activations, and the result is the same bit for bit.
    """
    work = Rewriting(graph)
    for op in work.ops():
        activation = _ACTIVATIONS.get(op.attributes)
        producer = work.producer(op.inputs[0], *TAKE_ACTIVATION) if activation is not None else None
        if activation is None or producer is None or not work.is_read_once(producer.output):
            work.keep(op)
            continue
        attributes = producer.attributes
        assert isinstance(attributes, TAKE_ACTIVATION)
        if attributes.activation != Activation.None_:
            work.keep(op)
            continue
        activated = replace(attributes, activation=activation)
        work.swap(producer, replace(producer, attributes=activated, output=op.output))
    return work.finish()
