"""Finds local response normalisation, which PyTorch writes out as nine operators."""

from __future__ import annotations

from dataclasses import replace

from dcmobile.graph import Graph, Op
from dcmobile.operators import (
    Activation,
    Affine,
    AveragePool2d,
    Divide,
    Flatten,
    LocalResponseNorm,
    Multiply,
    Pad,
    Padding,
    PowerScalar,
    Reshape,
    Sqrt,
)
from dcmobile.passes.rewriting import Rewriting


def match_lrn(graph: Graph) -> Graph:
    """The graph with LocalResponseNorm for what ``torch.nn.functional.local_response_norm`` becomes::

        x / (k + alpha * mean of x^2 over ``size`` neighbouring channels) ^ beta

    (AlexNet, section 3.3). The mean is an AveragePool2d, ``size`` high, over the channels as rows.
    """
    work = Rewriting(graph)
    for op in work.ops():
        matched = _matched(op, work)
        work.keep(op if matched is None else replace(op, attributes=matched, inputs=op.inputs[:1]))
    return work.finish()


def _matched(op: Op, work: Rewriting) -> LocalResponseNorm | None:
    if op.attributes != Divide(Activation.None_):
        return None
    x, divisor = op.inputs
    if work.shape(x) != work.shape(divisor):
        return None
    power = work.producer(divisor, PowerScalar, Sqrt)
    if power is None:
        return None
    beta = power.attributes.exponent if isinstance(power.attributes, PowerScalar) else 0.5
    affine = work.producer(power.inputs[0], Affine)
    if affine is None or not isinstance(affine.attributes, Affine):
        return None
    pool = work.producer(_before_reshapes(affine.inputs[0], work), AveragePool2d)
    if pool is None or not isinstance(pool.attributes, AveragePool2d):
        return None
    size = pool.attributes.kernel_h
    if pool.attributes != AveragePool2d(size, 1):
        return None
    pad = work.producer(_before_reshapes(pool.inputs[0], work), Pad)
    if pad is None or not _pads_channels(pad, pool, size, work.shape(x), work):
        return None
    square = work.producer(_before_reshapes(pad.inputs[0], work), Multiply)
    if square is None or square.attributes != Multiply(Activation.None_) or square.inputs != (x, x):
        return None
    return LocalResponseNorm(size, affine.attributes.scale, beta, affine.attributes.shift)


def _before_reshapes(value: str, work: Rewriting) -> str:
    while (op := work.producer(value, Reshape, Flatten)) is not None:
        value = op.inputs[0]
    return value


def _pads_channels(pad: Op, pool: Op, size: int, shape: tuple[int, ...], work: Rewriting) -> bool:
    """Whether zeros are put before and behind the channels, which are axis 2 of [N, 1, C, ...], for windows of ``size``
    around each channel.
    """
    attributes = pad.attributes
    assert isinstance(attributes, Pad)
    rest = (0,) * (len(attributes.before) - 3)
    return (
        len(shape) >= 3
        and attributes.mode == Padding.Constant
        and attributes.value == 0
        and work.shape(pad.inputs[0])[:3] == (shape[0], 1, shape[1])
        and work.shape(pool.inputs[0])[:3] == (shape[0], 1, shape[1] + size - 1)
        and attributes.before == (0, 0, size // 2, *rest)
        and attributes.after == (0, 0, (size - 1) // 2, *rest)
    )
