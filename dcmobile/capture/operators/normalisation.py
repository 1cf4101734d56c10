"""Batch, layer, group, instance and root-mean-square normalisation."""

from __future__ import annotations

from math import prod

import torch

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value


@translates("aten._native_batch_norm_legit_no_training.default")
def batch_norm(call: Call) -> None:
    """Batch normalisation in eval mode: one factor and one term for each channel."""
    result = call.result_shape(0)
    call.give_all([_by_running_statistics(call, call.real("eps"), result), None, None])


@translates("aten.layer_norm.default", "aten.native_layer_norm.default", keep=True)
def layer_norm(call: Call) -> None:
    """``torch.nn.functional.layer_norm`` over any of the last axes but all."""
    x, axes = call.value("input"), len(call.integers("normalized_shape"))
    if axes >= len(x.shape):
        raise Unsupported("it normalises over all axes: add a batch dimension")
    attributes = operators.LayerNorm(call.real("eps"), axes)
    _normalise(call, attributes, x)


@translates("aten.group_norm.default", "aten.native_group_norm.default", keep=True)
def group_norm(call: Call) -> None:
    """``torch.nn.functional.group_norm``."""
    name = "num_groups" if call.operator == "aten.group_norm.default" else "group"
    _normalise(call, operators.GroupNorm(call.real("eps"), call.integer(name)), call.value("input"))


@translates("aten.instance_norm.default", keep=True)
def instance_norm(call: Call) -> None:
    """``torch.nn.functional.instance_norm``: a group norm with a group for each channel."""
    x = call.value("input")
    if call.number("use_input_stats"):
        _normalise(call, operators.GroupNorm(call.real("eps"), x.shape[1]), x)
    else:
        call.give(_by_running_statistics(call, call.real("eps"), x.shape))


@translates("aten.rms_norm.default", keep=True)
def rms_norm(call: Call) -> None:
    """``torch.nn.functional.rms_norm``: x / sqrt(mean(x^2) + eps), times a weight."""
    x, axes = call.value("input"), len(call.integers("normalized_shape"))
    epsilon = call.real("eps") if call.has("eps") else torch.finfo(torch.float32).eps
    rank = len(x.shape)
    kept = (*x.shape[: rank - axes], *(1,) * axes)
    square = call.step(operators.Multiply(), x, x, shape=x.shape)
    reduce = operators.Reduce(operators.Reduction.Mean, tuple(range(rank - axes, rank)), True)
    mean = call.step(reduce, square, shape=kept)
    shifted = call.step(operators.Affine(1.0, epsilon), mean, shape=kept)
    inverse = call.step(operators.PowerScalar(-0.5), shifted, shape=kept)
    if not call.has("weight"):
        call.emit(operators.Multiply(), x, inverse)
    else:
        call.emit(
            operators.Multiply(), call.step(operators.Multiply(), x, inverse, shape=x.shape), call.value("weight")
        )


def _normalise(call: Call, attributes: operators.Attributes, x: Value) -> None:
    weights = call.weights("weight", "bias")
    if call.operator.startswith("aten.native_"):
        call.give_all([call.step(attributes, x, shape=call.result_shape(0), weights=weights), None, None])
    else:
        call.emit(attributes, x, weights=weights)


def _by_running_statistics(call: Call, epsilon: float, shape: tuple[int, ...]) -> Value:
    """``(x - mean) / sqrt(variance + eps) * weight + bias`` as ``x * scale + shift``, computed in float64."""
    mean, variance = (call.constant(name).to(torch.float64) for name in ("running_mean", "running_var"))
    scale = torch.rsqrt(variance + epsilon)
    if call.has("weight"):
        scale = scale * call.constant("weight").to(torch.float64)
    shift = -mean * scale
    if call.has("bias"):
        shift = shift + call.constant("bias").to(torch.float64)
    assert scale.numel() == prod(shape[1:2])
    weights = {
        "weight": call.new_weight(call.weight_name("weight", "scale"), scale).name,
        "bias": call.new_weight(call.weight_name("bias", "shift"), shift).name,
    }
    return call.step(operators.ChannelAffine(), call.value("input"), shape=shape, weights=weights)
