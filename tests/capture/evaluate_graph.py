"""What a graph computes: each operator as docs/format.md says, in plain torch.

An independent reference for captures and passes; it shares no code with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from dcmobile import operators as o
from dcmobile.graph import BATCH, Graph, Op
from dcmobile.operators import Activation, Interpolation, Padding, Reduction

Tensors = tuple[torch.Tensor, ...]

_ACTIVATIONS: dict[Activation, Callable[[torch.Tensor], torch.Tensor]] = {
    Activation.None_: lambda x: x,
    Activation.Relu: F.relu,
    Activation.Relu6: F.relu6,
    Activation.HardSwish: F.hardswish,
    Activation.HardSigmoid: F.hardsigmoid,
    Activation.Sigmoid: torch.sigmoid,
    Activation.Tanh: torch.tanh,
    Activation.Silu: F.silu,
    Activation.Gelu: F.gelu,
}

_UNARY: dict[type[o.Attributes], Callable[[torch.Tensor], torch.Tensor]] = {
    o.Relu: F.relu,
    o.HardSwish: F.hardswish,
    o.HardSigmoid: F.hardsigmoid,
    o.Sigmoid: torch.sigmoid,
    o.Tanh: torch.tanh,
    o.Silu: F.silu,
    o.Exp: torch.exp,
    o.Log: torch.log,
    o.Sqrt: torch.sqrt,
    o.Abs: torch.abs,
}

_BINARY: dict[type[o.Attributes], Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    o.Add: torch.add,
    o.Subtract: torch.sub,
    o.Multiply: torch.mul,
    o.Divide: torch.div,
    o.Minimum: torch.minimum,
    o.Maximum: torch.maximum,
    o.Power: torch.pow,
    o.MatMul: torch.matmul,
}

_REDUCTIONS: dict[Reduction, Callable[..., torch.Tensor]] = {
    Reduction.Mean: torch.mean,
    Reduction.Sum: torch.sum,
    Reduction.Max: torch.amax,
    Reduction.Min: torch.amin,
}


def evaluate(graph: Graph, *inputs: torch.Tensor, dtype: torch.dtype = torch.float32) -> Tensors:
    """The outputs for these inputs, computed in ``dtype``; every value's shape is compared with the graph's."""
    values: dict[str, torch.Tensor] = dict(zip(graph.inputs, inputs, strict=True))
    batch = next((x.shape[0] for n, x in values.items() if graph.values[n].shape[0] == BATCH), 0)
    with torch.no_grad():
        for name, x in list(values.items()):
            values[name] = x.to(dtype)
            _check(graph, name, x, batch)
        for op in graph.ops:
            weights = {
                role: torch.from_numpy(graph.weights[name].values).to(dtype) for role, name in op.weights.items()
            }
            has_batch = bool(op.inputs) and graph.values[op.inputs[0]].shape[0] == BATCH
            made = _run(op, [values[name] for name in op.inputs], weights, batch if has_batch else 0)
            assert len(made) == len(op.outputs), op
            for name, value in zip(op.outputs, made, strict=True):
                _check(graph, name, value, batch)
                assert value.dtype == dtype, op
                values[name] = value
    return tuple(values[name] for name in graph.outputs)


def _check(graph: Graph, name: str, value: torch.Tensor, batch: int) -> None:
    shape = graph.values[name].shape
    assert tuple(value.shape) == tuple(batch if size == BATCH else size for size in shape), (name, shape, value.shape)
    assert BATCH not in shape[1:]


def _run(op: Op, xs: Sequence[torch.Tensor], w: dict[str, torch.Tensor], batch: int) -> Tensors:
    made = _operator(op.attributes, xs, w, batch)
    activation = getattr(op.attributes, "activation", Activation.None_)
    results = made if isinstance(made, tuple) else (made,)
    return tuple(_ACTIVATIONS[activation](result) for result in results)


def _operator(a: Any, xs: Sequence[torch.Tensor], w: dict[str, torch.Tensor], batch: int) -> torch.Tensor | Tensors:
    if type(a) in _UNARY:
        return _UNARY[type(a)](xs[0])
    if type(a) in _BINARY:
        return _BINARY[type(a)](xs[0], xs[1])
    if isinstance(a, o.Constant):
        return w["weight"]
    x = xs[0]
    whole = (lambda shape: (batch, *shape)) if batch else tuple
    match a:
        case o.Linear():
            assert x.ndim >= 2
            return F.linear(x, w["weight"], w.get("bias"))
        case o.Conv1d():
            padded = F.pad(x, (a.pad_left, a.pad_right))
            return F.conv1d(padded, w["weight"], w.get("bias"), a.stride, 0, a.dilation, a.groups)
        case o.Conv2d():
            padded = F.pad(x, (a.pad_left, a.pad_right, a.pad_top, a.pad_bottom))
            stride, dilation = (a.stride_h, a.stride_w), (a.dilation_h, a.dilation_w)
            return F.conv2d(padded, w["weight"], w.get("bias"), stride, 0, dilation, a.groups)
        case o.ConvTranspose2d():
            stride, dilation = (a.stride_h, a.stride_w), (a.dilation_h, a.dilation_w)
            y = F.conv_transpose2d(x, w["weight"], None, stride, 0, 0, a.groups, dilation)
            y = y[:, :, a.pad_top : y.shape[2] - a.pad_bottom, a.pad_left : y.shape[3] - a.pad_right]
            return y + w["bias"].reshape(1, -1, 1, 1) if "bias" in w else y
        case o.MaxPool2d():
            assert (a.pad_top, a.pad_left) == (a.pad_bottom, a.pad_right)
            kernel, stride = (a.kernel_h, a.kernel_w), (a.stride_h, a.stride_w)
            dilation, padding = (a.dilation_h, a.dilation_w), (a.pad_top, a.pad_left)
            return F.max_pool2d(x, kernel, stride, padding, dilation, a.ceil_mode)
        case o.AveragePool2d():
            assert (a.pad_top, a.pad_left) == (a.pad_bottom, a.pad_right)
            kernel, stride = (a.kernel_h, a.kernel_w), (a.stride_h, a.stride_w)
            padding = (a.pad_top, a.pad_left)
            return F.avg_pool2d(x, kernel, stride, padding, a.ceil_mode, a.count_include_pad, a.divisor or None)
        case o.AdaptiveAveragePool2d():
            return F.adaptive_avg_pool2d(x, (a.out_h, a.out_w))
        case o.AdaptiveMaxPool2d():
            return F.adaptive_max_pool2d(x, (a.out_h, a.out_w))
        case o.Clamp():
            assert a.low <= a.high
            return x.clamp(a.low, a.high)
        case o.LeakyRelu():
            return torch.where(x >= 0, x, a.slope * x)
        case o.Prelu():
            assert w["weight"].ndim == 1
            return F.prelu(x, w["weight"])
        case o.Gelu():
            return F.gelu(x, approximate="tanh" if a.tanh_approximation else "none")
        case o.Affine():
            return a.scale * x + a.shift
        case o.PowerScalar():
            return x**a.exponent
        case o.Reduce():
            assert a.axes == tuple(sorted(a.axes))
            assert not (batch and 0 in a.axes)
            return _REDUCTIONS[a.reduction](x, dim=a.axes, keepdim=a.keep_axes) if a.axes else x
        case o.Softmax():
            assert not (batch and a.axis == 0)
            return x.softmax(a.axis)
        case o.Attention():
            return _attention(a, *xs)
        case o.LayerNorm():
            assert 1 <= a.axes < x.ndim
            return F.layer_norm(x, x.shape[-a.axes :], w.get("weight"), w.get("bias"), a.epsilon)
        case o.GroupNorm():
            return F.group_norm(x, a.groups, w.get("weight"), w.get("bias"), a.epsilon)
        case o.ChannelAffine():
            along = (1, -1, *(1,) * (x.ndim - 2))
            return x * w["weight"].reshape(along) + w["bias"].reshape(along)
        case o.LocalResponseNorm():
            return F.local_response_norm(x, a.size, a.alpha, a.beta, a.k)
        case o.Flatten():
            assert 1 <= a.first_axis <= a.last_axis < x.ndim
            return x.flatten(a.first_axis, a.last_axis)
        case o.Reshape():
            return x.reshape(whole(a.shape))
        case o.Expand():
            assert len(whole(a.shape)) == x.ndim
            return x.expand(whole(a.shape))
        case o.Transpose():
            assert not batch or a.permutation[0] == 0
            return x.permute(a.permutation)
        case o.Concat():
            return torch.cat(list(xs), a.axis)
        case o.Slice():
            assert 0 <= a.start < a.end <= x.shape[a.axis]
            assert not (batch and a.axis == 0)
            return x[(slice(None),) * a.axis + (slice(a.start, a.end, a.step),)]
        case o.Pad():
            return _pad(a, x)
        case o.Resize2d():
            return _resize(a, x)
        case o.Embedding():
            assert bool((x == x.round()).all())
            return F.embedding(x.long(), w["weight"])
        case o.Lstm():
            return _lstm(a, xs, w)
        case o.Gru():
            return _gru(a, xs, w)
    raise AssertionError(f"no reference for {a}")


def _attention(a: o.Attention, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *mask: torch.Tensor) -> torch.Tensor:
    assert q.ndim >= 3
    assert q.shape[:-2] == k.shape[:-2] == v.shape[:-2]
    scores = a.scale * (q @ k.transpose(-1, -2))
    if a.causal:
        after = torch.arange(k.shape[-2]) > torch.arange(q.shape[-2])[:, None]
        scores = scores.masked_fill(after, -torch.inf)
    if mask:
        scores = scores + mask[0]
    blind = (scores == -torch.inf).all(-1, keepdim=True)  # sees no key
    return scores.softmax(-1).masked_fill(blind, 0) @ v


def _pad(a: o.Pad, x: torch.Tensor) -> torch.Tensor:
    assert len(a.before) == len(a.after) == x.ndim
    for axis, (before, after) in enumerate(zip(a.before, a.after, strict=True)):
        size = x.shape[axis]
        index = torch.arange(-before, size + after)
        if a.mode == Padding.Reflect:
            assert max(before, after) < size
            index = size - 1 - (size - 1 - index.abs()).abs()
        outside = (index < 0) | (index >= size)
        x = x.index_select(axis, index.clamp(0, size - 1))
        if a.mode == Padding.Constant:
            along = [1] * x.ndim
            along[axis] = -1
            x = x.masked_fill(outside.reshape(along), a.value)
    return x


def _resize(a: o.Resize2d, x: torch.Tensor) -> torch.Tensor:
    for axis, out, scale in ((2, a.out_h, a.scale_h), (3, a.out_w, a.scale_w)):
        n = x.shape[axis]
        step = torch.tensor(scale if scale else n / out, dtype=torch.float32)
        index = torch.arange(out, dtype=torch.float32)
        if a.interpolation == Interpolation.Nearest:
            x = x.index_select(axis, (index * step).floor().long().clamp(max=n - 1))
            continue
        if a.align_corners:
            position = index * ((n - 1) / (out - 1) if out > 1 else 0.0)
        else:
            position = ((index + 0.5) * step - 0.5).clamp(min=0)
        low = position.floor().long().clamp(max=n - 1)
        high = (low + 1).clamp(max=n - 1)
        along = [1] * x.ndim
        along[axis] = -1
        share = (position - low).reshape(along).to(x.dtype)
        x = x.index_select(axis, low) * (1 - share) + x.index_select(axis, high) * share
    return x


def _lstm(a: o.Lstm, xs: Sequence[torch.Tensor], w: dict[str, torch.Tensor]) -> Tensors:
    x = xs[0]
    hidden = w["recurrent"].shape[1]
    h, c = (xs[1], xs[2]) if a.has_state else (x.new_zeros(x.shape[0], hidden), x.new_zeros(x.shape[0], hidden))
    steps = list(range(x.shape[1]))
    y: list[torch.Tensor] = [h] * len(steps)
    for t in reversed(steps) if a.reverse else steps:
        gates = x[:, t] @ w["weight"].T + h @ w["recurrent"].T + w.get("bias", torch.zeros(1))
        i, f, g, out = gates.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = out.sigmoid() * c.tanh()
        y[t] = h
    return torch.stack(y, 1), h, c


def _gru(a: o.Gru, xs: Sequence[torch.Tensor], w: dict[str, torch.Tensor]) -> Tensors:
    x = xs[0]
    h = xs[1] if a.has_state else x.new_zeros(x.shape[0], w["recurrent"].shape[1])
    steps = list(range(x.shape[1]))
    y: list[torch.Tensor] = [h] * len(steps)
    for t in reversed(steps) if a.reverse else steps:
        of_x = (x[:, t] @ w["weight"].T + w.get("bias", torch.zeros(1))).chunk(3, 1)
        of_h = (h @ w["recurrent"].T + w.get("recurrent_bias", torch.zeros(1))).chunk(3, 1)
        r, z = ((p + q).sigmoid() for p, q in zip(of_x[:2], of_h[:2], strict=True))
        n = (of_x[2] + r * of_h[2]).tanh()
        h = (1 - z) * n + z * h
        y[t] = h
    return torch.stack(y, 1), h
