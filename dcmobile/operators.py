"""What each operator is told: one dataclass a table of ``schemas/dcmobile.fbs``, with the same names and defaults.

The writer and the reader walk these fields, so a new operator needs a table in the schema, a class here and a
translator in ``dcmobile/capture/``. Meaning and shapes: docs/format.md, section 3. Weights and biases are not
attributes: see ``graph.Op``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum


class Activation(IntEnum):
    """Applied to every element of the result."""

    None_ = 0
    Relu = 1


@dataclass(frozen=True)
class Attributes:
    """Base of all operators' attributes."""

    def __str__(self) -> str:
        """The operator and what differs from the defaults, e.g. ``Conv2d(stride_h=2, stride_w=2)``."""
        told = ((f.name, getattr(self, f.name), f.default) for f in fields(self))
        texts = (f"{name}={getattr(value, 'name', value)}" for name, value, default in told if value != default)
        return f"{type(self).__name__}({', '.join(texts)})"


@dataclass(frozen=True)
class Linear(Attributes):
    """x W^T + b over the last axis; W is [out, in]."""

    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Conv2d(Attributes):
    """Cross-correlation over NCHW; W is [out, in / groups, kernel_h, kernel_w]."""

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
    """The largest element of each window over NCHW; padding never wins."""

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
    """max(x, 0)."""


@dataclass(frozen=True)
class Flatten(Attributes):
    """Axes first_axis to last_axis, inclusive, become one."""

    first_axis: int = 1
    last_axis: int = 0


@dataclass(frozen=True)
class Add(Attributes):
    """a + b, of one shape."""

    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Softmax(Attributes):
    """exp(x) / sum(exp(x)) along one axis."""

    axis: int = 0


#: Every operator, in the order of the schema's union ``OpAttributes`` (the first is type 1).
OPERATORS: tuple[type[Attributes], ...] = (Linear, Conv2d, MaxPool2d, Relu, Flatten, Add, Softmax)
