"""What each operator is told: one dataclass a table of ``schemas/dcmobile.fbs``, with the same names and defaults.

The writer and the reader walk these fields, so a new operator needs a table in the schema, a class here and a translator in
``dcmobile/capture/``. Meaning and shapes: docs/format.md, section 3. Weights and biases are not attributes: see ``graph.Op``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Activation(IntEnum):
    """Applied to every element of the result."""

    None_ = 0
    Relu = 1


@dataclass(frozen=True)
class Attributes:
    """Base of all operators' attributes."""


@dataclass(frozen=True)
class Linear(Attributes):
    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Conv2d(Attributes):
    activation: Activation = Activation.None_
    stride_h: int = 1
    stride_w: int = 1
    pad_top: int = 0
    pad_left: int = 0
    pad_bottom: int = 0
    pad_right: int = 0
    dilation_h: int = 1
    dilation_w: int = 1
    groups: int = 1


@dataclass(frozen=True)
class MaxPool2d(Attributes):
    kernel_h: int
    kernel_w: int
    stride_h: int = 1
    stride_w: int = 1
    pad_top: int = 0
    pad_left: int = 0
    pad_bottom: int = 0
    pad_right: int = 0
    dilation_h: int = 1
    dilation_w: int = 1
    ceil_mode: bool = False


@dataclass(frozen=True)
class Relu(Attributes):
    pass


@dataclass(frozen=True)
class Flatten(Attributes):
    first_axis: int = 1
    last_axis: int = 0


@dataclass(frozen=True)
class Add(Attributes):
    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Softmax(Attributes):
    axis: int = 0


#: Every operator, in the order of the schema's union ``OpAttributes`` (the first is type 1).
OPERATORS: tuple[type[Attributes], ...] = (Linear, Conv2d, MaxPool2d, Relu, Flatten, Add, Softmax)
