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
    Relu6 = 2
    HardSwish = 3
    HardSigmoid = 4
    Sigmoid = 5
    Tanh = 6
    Silu = 7
    Gelu = 8


class Reduction(IntEnum):
    """What ``Reduce`` makes of the elements."""

    Mean = 0
    Sum = 1
    Max = 2
    Min = 3


class Padding(IntEnum):
    """What ``Pad`` writes outside the input."""

    Constant = 0
    Reflect = 1
    Replicate = 2


class Interpolation(IntEnum):
    """How ``Resize2d`` finds elements between those of the input."""

    Nearest = 0
    Bilinear = 1


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
    """a + b, broadcast against each other."""

    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Softmax(Attributes):
    """exp(x) / sum(exp(x)) along one axis."""

    axis: int = 0


@dataclass(frozen=True)
class Conv1d(Attributes):
    """Cross-correlation over NCL; W is [out, in / groups, kernel]."""

    activation: Activation = Activation.None_
    stride: int = 1
    pad_left: int = 0
    pad_right: int = 0
    dilation: int = 1
    groups: int = 1


@dataclass(frozen=True)
class ConvTranspose2d(Attributes):
    """The transpose of Conv2d; W is [in, out / groups, kernel_h, kernel_w]; paddings are cut off the result."""

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
class AveragePool2d(Attributes):
    """The mean of each window over NCHW; ``divisor`` 0 divides by the number of elements."""

    kernel_h: int
    kernel_w: int
    stride_h: int = 1
    stride_w: int = 1
    pad_top: int = 0
    pad_left: int = 0
    pad_bottom: int = 0
    pad_right: int = 0
    ceil_mode: bool = False
    count_include_pad: bool = False
    divisor: int = 0


@dataclass(frozen=True)
class AdaptiveAveragePool2d(Attributes):
    """The mean of each of out_h x out_w nearly equal windows."""

    out_h: int
    out_w: int


@dataclass(frozen=True)
class AdaptiveMaxPool2d(Attributes):
    """The largest element of each of out_h x out_w nearly equal windows."""

    out_h: int
    out_w: int


@dataclass(frozen=True)
class Clamp(Attributes):
    """min(max(x, low), high)."""

    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class LeakyRelu(Attributes):
    """x where x >= 0, else slope x."""

    slope: float = 0.0


@dataclass(frozen=True)
class Prelu(Attributes):
    """LeakyRelu with a slope for each channel, or one for all: its ``weight``."""


@dataclass(frozen=True)
class HardSwish(Attributes):
    """x min(max(x + 3, 0), 6) / 6."""


@dataclass(frozen=True)
class HardSigmoid(Attributes):
    """min(max(x + 3, 0), 6) / 6."""


@dataclass(frozen=True)
class Sigmoid(Attributes):
    """1 / (1 + exp(-x))."""


@dataclass(frozen=True)
class Tanh(Attributes):
    """tanh(x)."""


@dataclass(frozen=True)
class Silu(Attributes):
    """x Sigmoid(x)."""


@dataclass(frozen=True)
class Gelu(Attributes):
    """x times the normal distribution function, exact or by tanh."""

    tanh_approximation: bool = False


@dataclass(frozen=True)
class Exp(Attributes):
    """exp(x)."""


@dataclass(frozen=True)
class Log(Attributes):
    """The natural logarithm."""


@dataclass(frozen=True)
class Sqrt(Attributes):
    """The square root."""


@dataclass(frozen=True)
class Abs(Attributes):
    """|x|."""


@dataclass(frozen=True)
class Affine(Attributes):
    """scale x + shift, with two numbers."""

    scale: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True)
class PowerScalar(Attributes):
    """x to a fixed power."""

    exponent: float = 0.0


@dataclass(frozen=True)
class Subtract(Attributes):
    """a - b, broadcast."""

    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Multiply(Attributes):
    """a b, element by element, broadcast."""

    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Divide(Attributes):
    """a / b, broadcast."""

    activation: Activation = Activation.None_


@dataclass(frozen=True)
class Minimum(Attributes):
    """The smaller of a and b, broadcast."""


@dataclass(frozen=True)
class Maximum(Attributes):
    """The larger of a and b, broadcast."""


@dataclass(frozen=True)
class Power(Attributes):
    """a to the power of b, broadcast."""


@dataclass(frozen=True)
class Reduce(Attributes):
    """One number in the place of all elements along ``axes`` (ascending)."""

    reduction: Reduction = Reduction.Mean
    axes: tuple[int, ...] = ()
    keep_axes: bool = False


@dataclass(frozen=True)
class MatMul(Attributes):
    """a [..., M, K] times b [..., K, N], the axes before broadcast."""


@dataclass(frozen=True)
class Attention(Attributes):
    """softmax(scale q k^T + mask) v over [..., tokens, features]; the mask is an optional fourth input."""

    scale: float = 0.0
    causal: bool = False


@dataclass(frozen=True)
class LayerNorm(Attributes):
    """(x - mean) / sqrt(variance + epsilon) over the last ``axes`` axes, times ``weight``, plus ``bias``."""

    epsilon: float = 0.0
    axes: int = 1


@dataclass(frozen=True)
class GroupNorm(Attributes):
    """LayerNorm over each of ``groups`` equal parts of the channels with all that follows them."""

    epsilon: float = 0.0
    groups: int = 1


@dataclass(frozen=True)
class ChannelAffine(Attributes):
    """x times ``weight`` plus ``bias``, one of each for each channel (axis 1)."""

    activation: Activation = Activation.None_


@dataclass(frozen=True)
class LocalResponseNorm(Attributes):
    """x / (k + alpha / size * sum of squares over ``size`` neighbouring channels) ^ beta."""

    size: int = 0
    alpha: float = 0.0
    beta: float = 0.0
    k: float = 0.0


@dataclass(frozen=True)
class Constant(Attributes):
    """A dense ``weight`` as a value; no inputs."""


@dataclass(frozen=True)
class Reshape(Attributes):
    """The same elements under another shape: of one sample where x has the batch, else all of it."""

    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Transpose(Attributes):
    """Output axis i is input axis permutation[i]."""

    permutation: tuple[int, ...] = ()


@dataclass(frozen=True)
class Concat(Attributes):
    """Any number of inputs, one after the other along an axis."""

    axis: int = 0


@dataclass(frozen=True)
class Slice(Attributes):
    """Elements start, start + step, ... before ``end`` of an axis."""

    axis: int = 0
    start: int = 0
    end: int = 0
    step: int = 1


@dataclass(frozen=True)
class Expand(Attributes):
    """Axes of size 1 repeated; ``shape`` as for Reshape."""

    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Pad(Attributes):
    """``before`` and ``after``: elements added to each axis of the input."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    mode: Padding = Padding.Constant
    value: float = 0.0


@dataclass(frozen=True)
class Resize2d(Attributes):
    """NCHW to out_h x out_w. ``scale``: source step a pixel; 0: input size / output size."""

    out_h: int = 0
    out_w: int = 0
    interpolation: Interpolation = Interpolation.Nearest
    align_corners: bool = False
    scale_h: float = 0.0
    scale_w: float = 0.0


@dataclass(frozen=True)
class Embedding(Attributes):
    """Row number x of ``weight`` [rows, features] for each element."""


@dataclass(frozen=True)
class Lstm(Attributes):
    """One layer in one direction over [N, T, features]; makes y, the last h and the last c.

    Weights: ``weight``, ``recurrent``, ``bias``. Inputs: x, and h0 and c0 if ``has_state``.
    """

    has_state: bool = False
    reverse: bool = False


@dataclass(frozen=True)
class Gru(Attributes):
    """As Lstm without c; makes y and the last h. Weights: ``weight``, ``recurrent``, ``bias``, ``recurrent_bias``."""

    has_state: bool = False
    reverse: bool = False


#: Every operator, in the order of the schema's union ``OpAttributes`` (the first is type 1).
OPERATORS: tuple[type[Attributes], ...] = (
    Linear,
    Conv2d,
    MaxPool2d,
    Relu,
    Flatten,
    Add,
    Softmax,
    Conv1d,
    ConvTranspose2d,
    AveragePool2d,
    AdaptiveAveragePool2d,
    AdaptiveMaxPool2d,
    Clamp,
    LeakyRelu,
    Prelu,
    HardSwish,
    HardSigmoid,
    Sigmoid,
    Tanh,
    Silu,
    Gelu,
    Exp,
    Log,
    Sqrt,
    Abs,
    Affine,
    PowerScalar,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,
    Power,
    Reduce,
    MatMul,
    Attention,
    LayerNorm,
    GroupNorm,
    ChannelAffine,
    LocalResponseNorm,
    Constant,
    Reshape,
    Transpose,
    Concat,
    Slice,
    Expand,
    Pad,
    Resize2d,
    Embedding,
    Lstm,
    Gru,
)
