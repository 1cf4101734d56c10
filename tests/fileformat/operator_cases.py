"""Random uses of single operators that docs/format.md allows: attributes, shapes of inputs and of weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

from dcmobile import operators as ops
from dcmobile.graph import BATCH
from dcmobile.operators import Activation, Attributes, Interpolation, Padding, Reduction

Shape = tuple[int, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """inputs: shapes, with the batch or without. weights: shapes, by role."""

    attributes: Attributes
    inputs: tuple[Shape, ...]
    weights: dict[str, Shape] = field(default_factory=dict)


class Dice:
    """Draws what the cases are made of."""

    def __init__(self, draw: st.DrawFn, batch: int) -> None:
        self.draw = draw
        #: The first axis of inputs: the batch or a number.
        self.batch = batch

    def pick(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def flag(self) -> bool:
        return self.draw(st.booleans())

    def of(self, options: list[T]) -> T:
        return self.draw(st.sampled_from(options))

    def number(self, low: float = -3.0, high: float = 3.0) -> float:
        return self.draw(st.floats(low, high, width=32))

    def activation(self) -> Activation:
        return self.of(list(Activation))

    def sizes(self, count: int, high: int = 5) -> Shape:
        return tuple(self.pick(1, high) for _ in range(count))

    def shape(self, least: int = 1, most: int = 4) -> Shape:
        """Of an input."""
        return (self.batch, *self.sizes(self.pick(least, most) - 1))

    def axis(self, shape: Shape) -> int:
        return self.pick(1 if shape[0] == BATCH else 0, len(shape) - 1)

    def other(self, shape: Shape) -> Shape:
        """A shape that broadcasts to this one; with the batch or without any axis for it."""
        kept = shape[self.pick(0, len(shape) - 1) :]
        sizes = tuple(1 if n != BATCH and self.pick(0, 3) == 0 else n for n in kept)
        return (1, *sizes[1:]) if sizes[0] == BATCH and self.flag() else sizes

    def bias(self, weight: Shape, size: int) -> dict[str, Shape]:
        return {"weight": weight, "bias": (size,)} if self.flag() else {"weight": weight}


def _linear(dice: Dice) -> Case:
    x = dice.shape(least=2)
    out = dice.pick(1, 9)
    return Case(ops.Linear(dice.activation()), (x,), dice.bias((out, x[-1]), out))


def _conv2d(dice: Dice) -> Case:
    groups, group_channels, group_out = dice.sizes(3, 3)
    kernel = dice.sizes(2, 3)
    pads = {name: dice.pick(0, 2) for name in ("pad_top", "pad_left", "pad_bottom", "pad_right")}
    steps = {name: dice.pick(1, 3) for name in ("stride_h", "stride_w", "dilation_h", "dilation_w")}
    x = (dice.batch, groups * group_channels, dice.pick(7, 9), dice.pick(7, 9))
    out = groups * group_out
    attributes = ops.Conv2d(dice.activation(), groups=groups, **pads, **steps)
    return Case(attributes, (x,), dice.bias((out, group_channels, *kernel), out))


def _conv1d(dice: Dice) -> Case:
    groups, group_channels, group_out = dice.sizes(3, 3)
    x = (dice.batch, groups * group_channels, dice.pick(7, 12))
    out = groups * group_out
    attributes = ops.Conv1d(
        dice.activation(), dice.pick(1, 3), dice.pick(0, 3), dice.pick(0, 3), dice.pick(1, 3), groups
    )
    return Case(attributes, (x,), dice.bias((out, group_channels, dice.pick(1, 3)), out))


def _conv_transpose2d(dice: Dice) -> Case:
    groups, group_channels, group_out = dice.sizes(3, 3)
    pads = {name: dice.pick(0, 1) for name in ("pad_top", "pad_left", "pad_bottom", "pad_right")}
    steps = {name: dice.pick(1, 3) for name in ("stride_h", "stride_w", "dilation_h", "dilation_w")}
    x = (dice.batch, groups * group_channels, dice.pick(3, 5), dice.pick(3, 5))
    attributes = ops.ConvTranspose2d(dice.activation(), groups=groups, **pads, **steps)
    weight = (groups * group_channels, group_out, *dice.sizes(2, 3))
    return Case(attributes, (x,), dice.bias(weight, groups * group_out))


def _window(dice: Dice) -> tuple[Shape, dict[str, int]]:
    height, width = dice.sizes(2, 3)
    names = {"kernel_h": height, "kernel_w": width, "stride_h": dice.pick(1, 3), "stride_w": dice.pick(1, 3)}
    names |= {"pad_top": dice.pick(0, height // 2), "pad_bottom": dice.pick(0, height // 2)}
    names |= {"pad_left": dice.pick(0, width // 2), "pad_right": dice.pick(0, width // 2)}
    return (dice.batch, dice.pick(1, 4), dice.pick(5, 9), dice.pick(5, 9)), names


def _max_pool2d(dice: Dice) -> Case:
    x, names = _window(dice)
    names |= {"dilation_h": dice.pick(1, 2), "dilation_w": dice.pick(1, 2)}
    return Case(ops.MaxPool2d(**names, ceil_mode=dice.flag()), (x,))


def _average_pool2d(dice: Dice) -> Case:
    x, names = _window(dice)
    attributes = ops.AveragePool2d(
        **names, ceil_mode=dice.flag(), count_include_pad=dice.flag(), divisor=dice.pick(0, 5)
    )
    return Case(attributes, (x,))


def _adaptive(kind: Callable[[int, int], Attributes]) -> Callable[[Dice], Case]:
    return lambda dice: Case(kind(dice.pick(1, 6), dice.pick(1, 6)), ((dice.batch, *dice.sizes(3)),))


def _same(make: Callable[[Dice], Attributes]) -> Callable[[Dice], Case]:
    return lambda dice: Case(make(dice), (dice.shape(),))


def _without_attributes(kind: type[Attributes]) -> Callable[[Dice], Case]:
    return lambda dice: Case(kind(), (dice.shape(),))


def _clamp(dice: Dice) -> Attributes:
    low, high = sorted((dice.number(), dice.number()))
    return ops.Clamp(dice.of([low, -math.inf]), dice.of([high, math.inf]))


def _prelu(dice: Dice) -> Case:
    x = dice.shape(least=2)
    return Case(ops.Prelu(), (x,), {"weight": dice.of([(1,), x[1:2]])})


def _of_two(make: Callable[[Dice], Attributes]) -> Callable[[Dice], Case]:
    def case(dice: Dice) -> Case:
        a = dice.shape()
        pair = (a, dice.other(a))
        return Case(make(dice), pair if dice.flag() else pair[::-1])

    return case


def _flatten(dice: Dice) -> Case:
    x = dice.shape(least=2)
    first = dice.pick(1, len(x) - 1)
    return Case(ops.Flatten(first, dice.pick(first, len(x) - 1)), (x,))


def _softmax(dice: Dice) -> Case:
    x = dice.shape(least=2)
    return Case(ops.Softmax(dice.axis(x)), (x,))


def _reduce(dice: Dice) -> Case:
    x = dice.shape(least=2)
    axes = tuple(axis for axis in range(1, len(x)) if dice.flag())
    return Case(ops.Reduce(dice.of(list(Reduction)), axes, dice.flag()), (x,))


def _mat_mul(dice: Dice) -> Case:
    m, k, n = dice.sizes(3)
    front = dice.shape(most=2)
    return Case(ops.MatMul(), ((*front, m, k), (*dice.of([(), dice.other(front)]), k, n)))


def _attention(dice: Dice) -> Case:
    front = dice.shape(most=2)
    queries, keys, features, out = dice.sizes(4)
    inputs = [(*front, queries, features), (*front, keys, features), (*front, keys, out)]
    if dice.flag():
        inputs.append((*dice.of([(), dice.other(front)]), dice.of([1, queries]), keys))
    return Case(ops.Attention(dice.number(), dice.flag()), tuple(inputs))


def _optional(dice: Dice, shape: Shape) -> dict[str, Shape]:
    return {role: shape for role in ("weight", "bias") if dice.flag()}


def _layer_norm(dice: Dice) -> Case:
    x = dice.shape(least=2)
    axes = dice.pick(1, len(x) - 1)
    return Case(ops.LayerNorm(dice.number(0.0625, 1), axes), (x,), _optional(dice, x[-axes:]))


def _group_norm(dice: Dice) -> Case:
    groups, per_group = dice.sizes(2, 3)
    x = (dice.batch, groups * per_group, *dice.sizes(dice.pick(0, 2)))
    return Case(ops.GroupNorm(dice.number(0.0625, 1), groups), (x,), _optional(dice, x[1:2]))


def _channel_affine(dice: Dice) -> Case:
    x = dice.shape(least=2)
    return Case(ops.ChannelAffine(dice.activation()), (x,), {"weight": x[1:2], "bias": x[1:2]})


def _local_response_norm(dice: Dice) -> Case:
    numbers = (dice.number(0, 1), dice.number(0, 1), dice.number(1, 2))
    return Case(ops.LocalResponseNorm(dice.pick(1, 7), *numbers), (dice.shape(least=2),))


def _constant(dice: Dice) -> Case:
    return Case(ops.Constant(), (), {"weight": dice.sizes(dice.pick(1, 3))})


def _without_batch(shape: Shape) -> Shape:
    return shape[1:] if shape[0] == BATCH else shape


def _reshape(dice: Dice) -> Case:
    x = dice.shape(least=2)
    elements = math.prod(_without_batch(x))
    first = dice.of([n for n in range(1, elements + 1) if elements % n == 0])
    return Case(ops.Reshape((first, elements // first)), (x,))


def _transpose(dice: Dice) -> Case:
    x = dice.shape(least=2)
    fixed = int(x[0] == BATCH)
    moved = dice.draw(st.permutations(range(fixed, len(x))))
    return Case(ops.Transpose((*range(fixed), *moved)), (x,))


def _concat(dice: Dice) -> Case:
    x = dice.shape(least=2)
    axis = dice.axis(x)
    parts = [(*x[:axis], dice.pick(1, 4), *x[axis + 1 :]) for _ in range(dice.pick(1, 4))]
    return Case(ops.Concat(axis), tuple(parts))


def _slice(dice: Dice) -> Case:
    x = dice.shape(least=2)
    axis = dice.axis(x)
    start = dice.pick(0, x[axis] - 1)
    return Case(ops.Slice(axis, start, dice.pick(start + 1, x[axis]), dice.pick(1, 3)), (x,))


def _expand(dice: Dice) -> Case:
    x = dice.shape(least=2)
    return Case(ops.Expand(tuple(n if n > 1 else dice.pick(1, 4) for n in _without_batch(x))), (x,))


def _pad(dice: Dice) -> Case:
    x = dice.shape(least=2)
    mode = dice.of(list(Padding))
    most = [0 if n == BATCH else n - 1 if mode is Padding.Reflect else 3 for n in x]
    before, after = (tuple(dice.pick(0, n) for n in most) for _ in range(2))
    return Case(ops.Pad(before, after, mode, dice.number()), (x,))


def _resize2d(dice: Dice) -> Case:
    scales = (dice.of([0.0, dice.number(0.125, 3)]), dice.of([0.0, dice.number(0.125, 3)]))
    attributes = ops.Resize2d(dice.pick(1, 9), dice.pick(1, 9), dice.of(list(Interpolation)), dice.flag(), *scales)
    return Case(attributes, ((dice.batch, *dice.sizes(3)),))


def _embedding(dice: Dice) -> Case:
    return Case(ops.Embedding(), (dice.shape(most=3),), {"weight": dice.sizes(2, 7)})


Recurrent = tuple[bool, tuple[Shape, ...], dict[str, Shape]]


def _recurrent(dice: Dice, gates: int, states: int, biases: list[str]) -> Recurrent:
    """has_state, inputs and weights."""
    steps, features, hidden = dice.sizes(3)
    has_state = dice.flag()
    inputs = ((dice.batch, steps, features), *[(dice.batch, hidden)] * (states if has_state else 0))
    weights: dict[str, Shape] = {"weight": (gates * hidden, features), "recurrent": (gates * hidden, hidden)}
    weights |= {role: (gates * hidden,) for role in biases if dice.flag()}
    return has_state, inputs, weights


def _lstm(dice: Dice) -> Case:
    has_state, inputs, weights = _recurrent(dice, 4, 2, ["bias"])
    return Case(ops.Lstm(has_state, dice.flag()), inputs, weights)


def _gru(dice: Dice) -> Case:
    has_state, inputs, weights = _recurrent(dice, 3, 1, ["bias", "recurrent_bias"])
    return Case(ops.Gru(has_state, dice.flag()), inputs, weights)


_PLAIN: list[type[Attributes]] = [
    *(ops.Relu, ops.HardSwish, ops.HardSigmoid, ops.Sigmoid, ops.Tanh, ops.Silu, ops.Exp, ops.Log, ops.Sqrt, ops.Abs)
]

#: How to use each operator, by its name.
CASES: dict[str, Callable[[Dice], Case]] = {
    "Linear": _linear,
    "Conv2d": _conv2d,
    "Conv1d": _conv1d,
    "ConvTranspose2d": _conv_transpose2d,
    "MaxPool2d": _max_pool2d,
    "AveragePool2d": _average_pool2d,
    "AdaptiveAveragePool2d": _adaptive(ops.AdaptiveAveragePool2d),
    "AdaptiveMaxPool2d": _adaptive(ops.AdaptiveMaxPool2d),
    **{kind.__name__: _without_attributes(kind) for kind in _PLAIN},
    "Gelu": _same(lambda dice: ops.Gelu(dice.flag())),
    "Clamp": _same(_clamp),
    "LeakyRelu": _same(lambda dice: ops.LeakyRelu(dice.number())),
    "Prelu": _prelu,
    "Affine": _same(lambda dice: ops.Affine(dice.number(), dice.number())),
    "PowerScalar": _same(lambda dice: ops.PowerScalar(dice.number())),
    "Add": _of_two(lambda dice: ops.Add(dice.activation())),
    "Subtract": _of_two(lambda dice: ops.Subtract(dice.activation())),
    "Multiply": _of_two(lambda dice: ops.Multiply(dice.activation())),
    "Divide": _of_two(lambda dice: ops.Divide(dice.activation())),
    "Minimum": _of_two(lambda dice: ops.Minimum()),
    "Maximum": _of_two(lambda dice: ops.Maximum()),
    "Power": _of_two(lambda dice: ops.Power()),
    "Flatten": _flatten,
    "Softmax": _softmax,
    "Reduce": _reduce,
    "MatMul": _mat_mul,
    "Attention": _attention,
    "LayerNorm": _layer_norm,
    "GroupNorm": _group_norm,
    "ChannelAffine": _channel_affine,
    "LocalResponseNorm": _local_response_norm,
    "Constant": _constant,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Concat": _concat,
    "Slice": _slice,
    "Expand": _expand,
    "Pad": _pad,
    "Resize2d": _resize2d,
    "Embedding": _embedding,
    "Lstm": _lstm,
    "Gru": _gru,
}


@st.composite
def cases(draw: st.DrawFn, kind: str) -> Case:
    """Some use of the operator, with the batch or without."""
    return CASES[kind](Dice(draw, draw(st.sampled_from([BATCH, BATCH, 1, 2, 3]))))
