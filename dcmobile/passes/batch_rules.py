"""How each operator works on a batch of samples, when the graph is that of one sample or of a fixed number of them.

Two forms (``S`` is the shape that a value has in the graph without a free batch):

- *in front*: the first axis of ``S`` is the batch. The value becomes [B, S[1:]].
- *added*: ``S`` is the shape of what one sample gives, however its axes are ordered; the batch is put before it:
  [B, S]. This needs a graph of one sample.

A rule gives the operator's attributes in that form, or None where it would mix samples, or cannot be written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dcmobile.graph import Op
from dcmobile.operators import (
    Abs,
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    Add,
    Affine,
    Attention,
    Attributes,
    AveragePool2d,
    ChannelAffine,
    Clamp,
    Concat,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Divide,
    Embedding,
    Exp,
    Expand,
    Flatten,
    Gelu,
    GroupNorm,
    Gru,
    HardSigmoid,
    HardSwish,
    LayerNorm,
    LeakyRelu,
    Linear,
    LocalResponseNorm,
    Log,
    Lstm,
    MatMul,
    Maximum,
    MaxPool2d,
    Minimum,
    Multiply,
    Pad,
    Power,
    PowerScalar,
    Prelu,
    Reduce,
    Relu,
    Reshape,
    Resize2d,
    Sigmoid,
    Silu,
    Slice,
    Softmax,
    Sqrt,
    Subtract,
    Tanh,
    Transpose,
)

Shape = tuple[int, ...]

#: Operators that treat each element by itself.
ELEMENTWISE = (
    Abs,
    Affine,
    Clamp,
    Exp,
    Gelu,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    Log,
    PowerScalar,
    Relu,
    Sigmoid,
    Silu,
    Sqrt,
    Tanh,
)

#: Operators that broadcast two values against each other, element by element.
BROADCASTING = (Add, Divide, Maximum, Minimum, Multiply, Power, Subtract)

#: Operators whose first axis is the batch by their own definition (NCHW, [N, T, features], channels at axis 1).
SAMPLES_FIRST = (
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    AveragePool2d,
    ChannelAffine,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    GroupNorm,
    Gru,
    LocalResponseNorm,
    Lstm,
    MaxPool2d,
    Prelu,
    Resize2d,
)

#: All other operators that may read a value with the batch; ``in_front`` and ``added`` know each.
OTHERS = (
    Attention,
    Concat,
    Embedding,
    Expand,
    Flatten,
    LayerNorm,
    Linear,
    MatMul,
    Pad,
    Reduce,
    Reshape,
    Slice,
    Softmax,
    Transpose,
)


@dataclass(frozen=True)
class Operand:
    """What an operator reads. shape: in the graph without a free batch.

    batch: whether it has the batch. front: whether its first axis is the batch.
    """

    shape: Shape
    batch: bool
    front: bool


def needs_batch(op: Op) -> Sequence[int]:
    """The places of the operands that must all have the batch if one has it."""
    match op.attributes:
        case Concat() | Lstm() | Gru():
            return range(len(op.inputs))
        case Attention():
            return range(3)
        case _:
            return ()


def in_front(op: Op, operands: Sequence[Operand], result: Shape) -> Attributes | None:
    """The attributes for operands with the batch in front; None if the operator does not leave it there."""
    attributes, x = op.attributes, operands[0].shape
    leaves_it = True
    match attributes:
        case Linear():
            leaves_it = len(x) >= 2
        case LayerNorm(axes=axes):
            leaves_it = axes < len(x)
        case Softmax(axis=axis) | Concat(axis=axis) | Slice(axis=axis):
            leaves_it = axis >= 1
        case Reduce(axes=axes_):
            leaves_it = 0 not in axes_
        case Flatten(first_axis=first):
            leaves_it = first >= 1
        case Reshape() | Expand():
            return replace(attributes, shape=result[1:]) if x[0] == result[0] else None
        case Transpose(permutation=permutation):
            leaves_it = permutation[0] == 0
        case Pad(before=before, after=after):
            leaves_it = before[0] == after[0] == 0
        case MatMul():
            leaves_it = len(result) >= 3 and _broadcasts_in_front(operands, len(result))
        case Attention():
            ranks = {len(operand.shape) for operand in operands[:3]}
            leaves_it = ranks == {len(result)} and _broadcasts_in_front(operands[3:], len(result))
        case _ if isinstance(attributes, BROADCASTING):
            leaves_it = _broadcasts_in_front(operands, len(result))
        case _:
            leaves_it = isinstance(attributes, (*ELEMENTWISE, *SAMPLES_FIRST, Embedding))
    return attributes if leaves_it else None


def added(op: Op, operands: Sequence[Operand], result: Shape) -> Attributes | None:
    """The attributes for operands with the batch added before all their axes; None if there is no such form.

    An operator that computes along an axis which is the batch in its operand, such as a softmax over all samples, has
    none: it mixes samples.
    """
    attributes, front = op.attributes, any(operand.front for operand in operands)
    match attributes:
        case Softmax(axis=axis):
            return None if front and axis == 0 else Softmax(axis + 1)
        case Reduce(axes=axes):
            return None if front and 0 in axes else replace(attributes, axes=tuple(axis + 1 for axis in axes))
        case LayerNorm(axes=count):
            return None if front and count == len(operands[0].shape) else attributes
        case Linear():
            return None if front and len(operands[0].shape) == 1 else attributes
        case Flatten():
            return Flatten(attributes.first_axis + 1, attributes.last_axis + 1)
        case Concat(axis=axis):
            return Concat(axis + 1)
        case Slice(axis=axis):
            return replace(attributes, axis=axis + 1)
        case Reshape() | Expand():
            return replace(attributes, shape=result)
        case Transpose(permutation=permutation):
            return Transpose((0, *(axis + 1 for axis in permutation)))
        case Pad():
            return replace(attributes, before=(0, *attributes.before), after=(0, *attributes.after))
        case _:
            alike = isinstance(attributes, (*ELEMENTWISE, *BROADCASTING, Attention, Embedding, MatMul))
            return attributes if alike else None


def _broadcasts_in_front(operands: Sequence[Operand], rank: int) -> bool:
    """Whether the batch of each operand that has it is the result's first axis, and the others are alike for all."""
    return all(
        len(operand.shape) == rank if operand.batch else len(operand.shape) < rank or operand.shape[0] == 1
        for operand in operands
    )
