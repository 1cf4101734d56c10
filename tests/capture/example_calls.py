"""A small module for every form of every operator that is captured, with inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

Case = tuple[nn.Module, tuple[torch.Tensor, ...]]

_INFINITY = float("inf")


class Calls(nn.Module):
    """A model whose forward is a function of the test."""

    def __init__(self, forward: Callable[..., Any], **members: Any) -> None:
        super().__init__()
        self.function = forward
        for name, member in members.items():
            setattr(self, name, member)
        self.eval()

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.function(self, *inputs)


def random(*shape: int) -> torch.Tensor:
    return torch.randn(shape)


def _calls(forward: Callable[..., Any], *inputs: torch.Tensor, **members: Any) -> Case:
    return Calls(forward, **members), inputs


def _module(module: nn.Module, *shapes: tuple[int, ...]) -> Case:
    return module.eval(), tuple(random(*shape) for shape in shapes)


def _parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(shape) * 0.5)


def _trained_norm(norm: nn.Module) -> nn.Module:
    """With running statistics and weights that do something."""
    for name, tensor in (*norm.named_parameters(), *norm.named_buffers()):
        if tensor.is_floating_point():
            values = torch.rand_like(tensor) + 0.5
            tensor.data.copy_(values if name != "bias" else values - 1)
    return norm.eval()


def activations() -> dict[str, Case]:
    x = random(1, 3, 4, 4)
    by_call: dict[str, Callable[..., Any]] = {
        "clamp": lambda self, x: x.clamp(-0.3, 0.4),
        "clamp from below": lambda self, x: x.clamp(min=-0.1),
        "clamp from above": lambda self, x: torch.clamp_max(x, 0.2),
        "clamp from 0": lambda self, x: x.clamp(min=0),
        "clamp between tensors": lambda self, x: torch.clamp(x, x * 0.5, x.abs() * 0.5),
        "clamp from a tensor": lambda self, x: torch.clamp(x, min=x * 0.5),
        "clamp to a tensor": lambda self, x: torch.clamp(x, max=x * 0.5),
        "hardswish as in 2019": lambda self, x: x * F.relu6(x + 3) / 6,
        "elu, scaled": lambda self, x: F.elu(x, alpha=0.7),
        "softplus, beta": lambda self, x: F.softplus(x, beta=2.0),
    }
    modules: list[nn.Module] = [
        nn.ReLU(),
        nn.ReLU6(),
        nn.Hardtanh(-0.5, 0.7),
        nn.LeakyReLU(0.2),
        nn.PReLU(),
        nn.PReLU(3),
        nn.Hardswish(),
        nn.Hardsigmoid(),
        nn.Sigmoid(),
        nn.Tanh(),
        nn.SiLU(),
        nn.GELU(),
        nn.GELU("tanh"),
        nn.ELU(),
        nn.SELU(),
        nn.Softplus(),
        nn.Mish(),
        nn.LogSigmoid(),
        nn.GLU(3),
        nn.Softsign(),
    ]
    cases = {name: _calls(forward, x) for name, forward in by_call.items()}
    return cases | {repr(module): (module.eval(), (x,)) for module in modules}


def elementwise() -> dict[str, Case]:
    positive = torch.rand(1, 3, 5) + 0.1
    functions: dict[str, Callable[..., Any]] = {
        "exp": lambda self, x: x.exp(),
        "exp2": lambda self, x: x.exp2(),
        "expm1": lambda self, x: x.expm1(),
        "log": lambda self, x: x.log(),
        "log2": lambda self, x: x.log2() + x.log10() + x.log1p(),
        "sqrt": lambda self, x: x.sqrt(),
        "rsqrt": lambda self, x: x.rsqrt(),
        "reciprocal": lambda self, x: x.reciprocal(),
        "abs": lambda self, x: (x - 0.5).abs(),
        "neg": lambda self, x: -x,
        "square": lambda self, x: x.square() + (x - 0.5) ** 2,
        "power": lambda self, x: x**1.7,
        "cube": lambda self, x: (x - 0.5) ** 3,
        "root": lambda self, x: x**0.5,
        "power one": lambda self, x: (x**1).exp(),
        "number to the power": lambda self, x: 2.5**x,
    }
    return {name: _calls(forward, positive) for name, forward in functions.items()}


def arithmetic() -> dict[str, Case]:
    x, y, positive = random(1, 3, 4, 4), random(1, 3, 4, 4), torch.rand(1, 3, 4, 4) + 0.5
    channel, row = torch.rand(3, 1, 1) + 0.5, torch.rand(4) + 0.5
    two: dict[str, Callable[..., Any]] = {
        "add": lambda self, x, y: x + y,
        "add alpha": lambda self, x, y: torch.add(x, y, alpha=0.3),
        "subtract": lambda self, x, y: x - y,
        "subtract alpha": lambda self, x, y: torch.sub(x, y, alpha=-2.0),
        "rsub": lambda self, x, y: torch.rsub(x, y, alpha=2),
        "multiply": lambda self, x, y: x * y,
        "divide": lambda self, x, y: x / y,
        "broadcast": lambda self, x, y: x + y[:, :, :1] * x[:, :1] - y.mean((2, 3), keepdim=True),
        "minimum": lambda self, x, y: torch.minimum(x, y),
        "maximum": lambda self, x, y: torch.maximum(x, y),
        "power": lambda self, x, y: x.abs() ** y,
    }
    one: dict[str, Callable[..., Any]] = {
        "number": lambda self, x: (1 - 2 * (x + 0.5) / 3) * 0.7 - 0.1,
        "number over": lambda self, x: 2 / x,
        "number tensor": lambda self, x: x * torch.tensor(0.3) + torch.tensor([[2.0]]),
        "channels": lambda self, x: ((x - self.channel) / self.channel + self.channel) * self.channel,
        "from channels": lambda self, x: self.channel - x,
        "over channels": lambda self, x: self.channel / x,
        "row": lambda self, x: ((x - self.row) / self.row + self.row) * self.row,
        "same for all samples": lambda self, x: x + torch.ones_like(x) * self.row,
        "constant is larger": lambda self, x: x[:, :1, :1, :1] * self.channel + self.row,
        "where": lambda self, x: torch.where(self.row > 0.9, x, -x),
        "masked fill": lambda self, x: x.masked_fill(torch.ones(4, 4).tril() == 0, -3.0),
        "masked with minus infinity": lambda self, x: x.masked_fill(
            torch.ones(4, 4, dtype=torch.bool).triu(1), -_INFINITY
        ).softmax(-1),
        "plus minus infinity": lambda self, x: (x + torch.full((4, 4), -_INFINITY).triu(1)).softmax(-1),
        "lerp": lambda self, x: torch.lerp(x, x.square(), 0.3) + torch.addcmul(x, x, x, value=0.5),
    }
    cases = {name: _calls(forward, x, y) for name, forward in two.items()}
    return cases | {name: _calls(f, positive, channel=channel, row=row) for name, f in one.items()}


def convolutions() -> dict[str, Case]:
    return {
        "conv1d": _module(nn.Conv1d(4, 6, 3, 2, 1, 2, 2), (1, 4, 12)),
        "conv1d same": _module(nn.Conv1d(4, 6, 4, padding="same"), (1, 4, 12)),
        "conv1d valid": _module(nn.Conv1d(4, 6, 4, padding="valid", bias=False), (1, 4, 12)),
        "conv1d reflect": _module(nn.Conv1d(4, 6, 3, padding=1, padding_mode="reflect"), (1, 4, 12)),
        "conv2d": _module(nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2), (1, 4, 9, 8)),
        "conv2d depthwise": _module(nn.Conv2d(4, 8, 3, groups=4, bias=False), (1, 4, 9, 8)),
        "conv2d same": _module(nn.Conv2d(4, 6, (4, 3), padding="same", dilation=(1, 2)), (1, 4, 9, 8)),
        "conv2d weight norm": _calls(
            lambda self, x: F.conv2d(x, self.g * self.v / self.v.square().sum((1, 2, 3), keepdim=True).sqrt()),
            random(1, 2, 5, 5),
            g=_parameter(3, 1, 1, 1),
            v=_parameter(3, 2, 3, 3),
        ),
        "conv transpose 2d": _module(
            nn.ConvTranspose2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 0), 2, True, (1, 2)), (1, 4, 5, 4)
        ),
        "conv transpose 2d, plain": _module(nn.ConvTranspose2d(4, 2, 2, 2, bias=False), (1, 4, 5, 4)),
        "conv transpose 1d": _module(nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, 2), (1, 4, 5)),
    }


def products() -> dict[str, Case]:
    return {
        "linear": _module(nn.Linear(4, 3), (1, 4)),
        "linear over tokens": _module(nn.Linear(4, 3, bias=False), (1, 5, 4)),
        "linear of a computed weight": _calls(
            lambda self, x, w: F.linear(x, w[0], w[0, :, 0]), random(1, 4), random(1, 3, 4)
        ),
        "linear of a computed weight, no bias": _calls(
            lambda self, x, w: F.linear(x, w[0]), random(1, 4), random(1, 3, 4)
        ),
        "matmul by a constant": _calls(lambda self, x: x @ self.w, random(1, 5, 4), w=_parameter(4, 3)),
        "constant by matmul": _calls(lambda self, x: self.w @ x, random(1, 4, 5), w=_parameter(3, 4)),
        "matmul": _calls(lambda self, x, y: x @ y, random(1, 1, 3, 4), random(1, 5, 4, 2)),
        "matmul, fewer axes": _calls(lambda self, x: x @ x[:, 0].transpose(1, 2)[:1], random(1, 2, 3, 4)),
        "matrix by vector": _calls(lambda self, x: x @ x[0, 0], random(1, 3, 4)),
        "vector by matrix": _calls(lambda self, x: x[0, 0] @ x[0].t(), random(1, 3, 4)),
        "mm": _calls(lambda self, x: torch.mm(x, x.t()), random(3, 4)),
        "bmm": _calls(lambda self, x: torch.bmm(x, x.transpose(1, 2)), random(1, 3, 4)),
        "baddbmm": _calls(lambda self, x: torch.baddbmm(x, x, x, beta=0.5), random(1, 4, 4)),
        "addmm of constants": _calls(
            lambda self, x: torch.addmm(self.b, x, self.w), random(1, 3), w=_parameter(3, 5), b=_parameter(5)
        ),
        "addmm": _calls(lambda self, x: torch.addmm(x, x, x, alpha=0.5, beta=2), random(4, 4)),
        "addmm, scaled": _calls(
            lambda self, x: torch.addmm(self.b, x, self.w, alpha=2), random(1, 3), w=_parameter(3, 5), b=_parameter(5)
        ),
        "einsum": _calls(lambda self, x: torch.einsum("bij,bkj->bik", x, x), random(1, 3, 4)),
    }


def attentions() -> dict[str, Case]:
    q, k, v = random(1, 4, 3, 8), random(1, 4, 5, 8), random(1, 4, 5, 6)
    attend = F.scaled_dot_product_attention
    mask, kept = random(3, 5), random(3, 5) > -0.5
    kept[:, 0] = True
    return {
        "attention": _calls(lambda self, q, k, v: attend(q, k, v), q, k, v),
        "attention, scale": _calls(lambda self, q, k, v: attend(q, k, v, scale=0.3), q, k, v),
        "attention, causal": _calls(lambda self, q: attend(q, q, q, is_causal=True), q),
        "attention, mask": _calls(lambda self, q, k, v: attend(q, k, v, attn_mask=mask), q, k, v),
        "attention, bool mask": _calls(lambda self, q, k, v: attend(q, k, v, attn_mask=kept), q, k, v),
        "attention, computed mask": _calls(lambda self, q, k, v: attend(q, k, v, k.mean(-1)[:, :, None]), q, k, v),
        "attention, causal mask": _calls(
            lambda self, q: attend(q, q, q, attn_mask=torch.ones(3, 3, dtype=torch.bool).tril()), q
        ),
        "attention, causal mask of infinity": _calls(
            lambda self, q: attend(q, q, q, attn_mask=torch.full((3, 3), -_INFINITY).triu(1)), q
        ),
        "attention, mask with infinity": _calls(
            lambda self, q, k, v: attend(q, k, v, attn_mask=torch.where(kept, mask, -_INFINITY)), q, k, v
        ),
        "attention, grouped": _calls(lambda self, q, k: attend(q, k, k, enable_gqa=True), q, random(1, 2, 5, 8)),
        "attention, matrices": _calls(lambda self, q: attend(q[0, 0], q[0, 1], q[0, 2]), q),
        "attention, broadcast": _calls(lambda self, q, k: attend(q, k, k), q, random(1, 1, 5, 8)),
        "attention, constant query": _calls(
            lambda self, k: attend(self.q, k, k), random(1, 4, 5, 8), q=_parameter(1, 4, 2, 8)
        ),
        "multihead": _calls(
            lambda self, x: self.m(x, x, x, need_weights=False)[0],
            random(1, 5, 8),
            m=nn.MultiheadAttention(8, 2, batch_first=True),
        ),
        "multihead with weights": _calls(
            lambda self, x: self.m(x, x, x), random(1, 5, 8), m=nn.MultiheadAttention(8, 2, batch_first=True)
        ),
        "cross attention": _calls(
            lambda self, x, y: self.m(x, y, y, need_weights=False)[0],
            random(1, 5, 8),
            random(1, 3, 8),
            m=nn.MultiheadAttention(8, 2, batch_first=True),
        ),
        "transformer": _module(
            nn.TransformerEncoder(
                nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True), 2, enable_nested_tensor=False
            ),
            (1, 5, 8),
        ),
    }


def poolings() -> dict[str, Case]:
    picture, row = (1, 3, 9, 8), (1, 3, 11)
    return {
        "max 2d": _module(nn.MaxPool2d((3, 2), 2, 1, (2, 1), ceil_mode=True), picture),
        "max 2d, plain": _module(nn.MaxPool2d(2), picture),
        "max 2d, with indices": _calls(lambda self, x: F.max_pool2d_with_indices(x, (2, 2))[0], random(*picture)),
        "max 1d": _module(nn.MaxPool1d(3, 2, 1, 2), row),
        "max 1d, plain": _module(nn.MaxPool1d(2), row),
        "average 2d": _module(nn.AvgPool2d((3, 2), 2, 1), picture),
        "average 2d, padding left out": _module(nn.AvgPool2d(3, 2, 1, True, False), picture),
        "average 2d, divisor": _module(nn.AvgPool2d(2, divisor_override=3), picture),
        "average 2d, ceil": _module(nn.AvgPool2d(3, 2, 1, ceil_mode=True), picture),
        "average 1d": _module(nn.AvgPool1d(3, 2, 1), row),
        "adaptive average 2d": _module(nn.AdaptiveAvgPool2d((4, 3)), picture),
        "adaptive average 2d, one side": _module(nn.AdaptiveAvgPool2d((None, 3)), picture),
        "adaptive average 2d, all": _module(nn.AdaptiveAvgPool2d(1), picture),
        "adaptive average 1d": _module(nn.AdaptiveAvgPool1d(4), row),
        "adaptive max 2d": _module(nn.AdaptiveMaxPool2d((4, 3)), picture),
        "adaptive max 1d": _module(nn.AdaptiveMaxPool1d(4), row),
        "local response": _module(nn.LocalResponseNorm(5, 1e-2, 0.75, 2.0), (1, 8, 4, 4)),
        "local response over rows": _module(nn.LocalResponseNorm(4, 0.1, 0.5, 1.0), (1, 8, 4)),
    }


def normalisations() -> dict[str, Case]:
    picture = (1, 6, 4, 4)
    return {
        "batch norm 2d": _module(_trained_norm(nn.BatchNorm2d(6)), picture),
        "batch norm 2d, plain": _module(_trained_norm(nn.BatchNorm2d(6, affine=False)), picture),
        "batch norm 1d": _module(_trained_norm(nn.BatchNorm1d(6)), (1, 6)),
        "layer norm": _module(_trained_norm(nn.LayerNorm(6)), (1, 5, 6)),
        "layer norm, two axes": _module(_trained_norm(nn.LayerNorm((4, 6), bias=False)), (1, 5, 4, 6)),
        "layer norm, plain": _module(nn.LayerNorm(6, elementwise_affine=False), (1, 5, 6)),
        "group norm": _module(_trained_norm(nn.GroupNorm(3, 6)), picture),
        "group norm, plain": _module(nn.GroupNorm(2, 6, affine=False), (1, 6, 5)),
        "instance norm": _module(nn.InstanceNorm2d(6, affine=True), picture),
        "instance norm, running": _module(
            _trained_norm(nn.InstanceNorm2d(6, affine=True, track_running_stats=True)), picture
        ),
        "rms norm": _module(_trained_norm(nn.RMSNorm(6)), (1, 5, 6)),
        "rms norm, plain": _module(nn.RMSNorm(6, eps=1e-3, elementwise_affine=False), (1, 5, 6)),
        "normalize": _calls(lambda self, x: F.normalize(x), random(1, 6)),
        "cosine": _module(nn.CosineSimilarity(), (1, 6), (1, 6)),
    }


def reductions() -> dict[str, Case]:
    functions: dict[str, Callable[..., Any]] = {
        "mean": lambda self, x: x.mean((1, 3)),
        "mean, kept": lambda self, x: x.mean(-1, keepdim=True),
        "mean of all, kept": lambda self, x: x.mean((0, 1, 2, 3), keepdim=True),
        "sum": lambda self, x: x.sum(1),
        "amax": lambda self, x: x.amax((-1, -2)) + x.amin((-1, -2)),
        "max": lambda self, x: x.max(1)[0] + x.min(1, keepdim=True).values[:, 0],
        "var": lambda self, x: x.var((1, 3)),
        "std": lambda self, x: x.std(1, correction=0, keepdim=True),
        "norms": lambda self, x: x.norm(dim=1) + x.norm(p=1, dim=(1,)) + torch.linalg.vector_norm(x, _INFINITY, dim=1),
        "logsumexp": lambda self, x: x.logsumexp(1),
        "softmax": lambda self, x: x.softmax(-2),
        "softmax over all": lambda self, x: x.softmax(0),
        "log softmax": lambda self, x: (100 * x).log_softmax(1),
    }
    return {name: _calls(forward, random(1, 3, 4, 5)) for name, forward in functions.items()}


def shapes() -> dict[str, Case]:
    functions: dict[str, Callable[..., Any]] = {
        "flatten": lambda self, x: x.flatten(1),
        "view": lambda self, x: x.view(1, 2, 3, -1).reshape(-1, 6, 4, 1),
        "view without samples": lambda self, x: x.view(4, 6),
        "squeeze": lambda self, x: x[:, :1].squeeze(1).unsqueeze(-1).unsqueeze(1),
        "squeeze all": lambda self, x: x[:, :1].squeeze(),
        "unflatten": lambda self, x: x.unflatten(1, (2, 2)),
        "permute": lambda self, x: x.permute(0, 3, 1, 2),
        "transpose": lambda self, x: x.transpose(1, -1).exp() + x.transpose(1, 3),
        "matrix": lambda self, x: x[0, 0].t(),
        "expand": lambda self, x: x[:, :1].expand(-1, 4, -1, -1) + self.c.expand(1, 4, 2, 3),
        "expand to more axes": lambda self, x: x[:, 0, 0].expand(5, 1, 3),
        "repeat": lambda self, x: x.repeat(1, 3, 1, 2),
        "tile": lambda self, x: x[:, 0].tile(2, 1, 1, 2),
        "slice": lambda self, x: x[:, 1:, ::2, -2:],
        "select": lambda self, x: x[:, -1, ..., 0],
        "narrow": lambda self, x: x.narrow(1, 1, 2),
        "split": lambda self, x: x.split(3, 1)[1] + x.split([1, 3], 1)[0],
        "chunk": lambda self, x: x.chunk(2, 1)[1] + x.tensor_split(2, 1)[0],
        "unbind": lambda self, x: x.unbind(2)[1],
        "index": lambda self, x: x[:, [2, 1, 0, 0]],
        "index select": lambda self, x: x.index_select(1, torch.tensor([3, 0, 2])),
        "flip": lambda self, x: x.flip((1, 3)),
        "roll": lambda self, x: x.roll((1, -1), (1, 3)),
        "unfold": lambda self, x: x.unfold(1, 2, 1),
        "cat": lambda self, x: torch.cat([x, x * 2, torch.zeros(1, 1, 2, 3)], 1),
        "cat of one": lambda self, x: torch.cat([x * 2], 1),
        "stack": lambda self, x: torch.stack([x, -x], -1),
        "class token": lambda self, x: torch.cat([self.c.expand(1, -1, -1, -1), x], 1),
        "pad": lambda self, x: F.pad(x, (1, 2, 0, 1), value=0.5),
        "pad and cut": lambda self, x: F.pad(x, (-1, 2, 1, -1)),
        "pad nothing": lambda self, x: F.pad(x, (0, 0)).exp(),
        "pad reflect": lambda self, x: F.pad(x, (2, 1, 1, 0), mode="reflect"),
        "pad replicate": lambda self, x: F.pad(x, (2, 1, 1, 0), mode="replicate"),
        "pad circular": lambda self, x: F.pad(x, (2, 1, 1, 0), mode="circular"),
        "pixel shuffle": lambda self, x: F.pixel_shuffle(x, 2),
        "pixel unshuffle": lambda self, x: F.pixel_unshuffle(x[..., :2], 2),
        "channel shuffle": lambda self, x: F.channel_shuffle(x, 2),
        "no change": lambda self, x: F.dropout(x.float().contiguous().clone().detach(), 0.5, self.training).exp(),
    }
    cases = {name: _calls(forward, random(1, 4, 2, 3), c=_parameter(1, 1, 2, 3)) for name, forward in functions.items()}
    return cases | {
        "reflection pad 1d": _module(nn.ReflectionPad1d((1, 1)), (1, 3, 5)),
        "replication pad 2d": _module(nn.ReplicationPad2d((1, 1, 0, 3)), (1, 3, 5, 5)),
    }


def resizings() -> dict[str, Case]:
    picture, row = (1, 3, 4, 5), (1, 3, 5)
    return {
        "nearest": _module(nn.Upsample(scale_factor=2), picture),
        "nearest to a size": _module(nn.Upsample(size=(7, 3)), picture),
        "nearest, odd factor": _module(nn.Upsample(scale_factor=1.7), picture),
        "nearest, a little over 1 and 2": _module(nn.Upsample(scale_factor=(1.16, 2.16)), picture),
        "nearest exact": _module(nn.Upsample(scale_factor=3, mode="nearest-exact"), picture),
        "bilinear": _module(nn.Upsample(scale_factor=2, mode="bilinear"), picture),
        "bilinear, odd factor": _module(nn.Upsample(scale_factor=1.7, mode="bilinear"), picture),
        "bilinear, corners": _module(nn.Upsample(size=(7, 9), mode="bilinear", align_corners=True), picture),
        "bilinear, smaller": _module(nn.Upsample(size=(3, 2), mode="bilinear"), picture),
        "nearest row": _module(nn.Upsample(scale_factor=2), row),
        "linear row": _module(nn.Upsample(scale_factor=2, mode="linear"), row),
    }


def sequences() -> dict[str, Case]:
    tokens = torch.tensor([[1, 9, 0]])
    sequence, state = (1, 5, 4), (1, 1, 3)
    first = {"batch_first": True}
    return {
        "embedding": (nn.Embedding(10, 4).eval(), (tokens,)),
        "embedding, int32": (nn.Embedding(10, 4).eval(), (tokens.int(),)),
        "embedding of moved tokens": _calls(
            lambda self, x: self.e(torch.cat([x[:, 1:], x[:, :1]], 1).long().t()).transpose(0, 1),
            tokens.int(),
            e=nn.Embedding(10, 4),
        ),
        "embedding and positions": _calls(
            lambda self, x: self.e(x) + self.p(torch.arange(3)), tokens, e=nn.Embedding(10, 4), p=nn.Embedding(3, 4)
        ),
        "tokens as numbers": _calls(lambda self, x: self.e(x) * x.float()[:, :, None], tokens, e=nn.Embedding(10, 4)),
        "lstm": _calls(lambda self, x: self.m(x), random(*sequence), m=nn.LSTM(4, 3, 2, bidirectional=True, **first)),
        "lstm, no bias": _calls(lambda self, x: self.m(x), random(*sequence), m=nn.LSTM(4, 3, bias=False, **first)),
        "lstm, time first": _calls(lambda self, x: self.m(x)[0], random(*sequence), m=nn.LSTM(4, 3)),
        "lstm, state": _calls(
            lambda self, x, h, c: self.m(x, (h, c)),
            random(*sequence),
            random(*state),
            random(*state),
            m=nn.LSTM(4, 3, **first),
        ),
        "lstm, constant state": _calls(
            lambda self, x: self.m(x, (self.h, self.h))[0],
            random(1, 5, 4),
            m=nn.LSTM(4, 3, **first),
            h=_parameter(1, 1, 3),
        ),
        "gru": _calls(lambda self, x: self.m(x), random(*sequence), m=nn.GRU(4, 3, 2, bidirectional=True, **first)),
        "gru, state": _calls(
            lambda self, x, h: self.m(x, h), random(*sequence), random(*state), m=nn.GRU(4, 3, **first)
        ),
        "gru, no bias": _calls(lambda self, x: self.m(x)[0], random(*sequence), m=nn.GRU(4, 3, bias=False)),
        "rnn": _calls(lambda self, x: self.m(x)[0], random(*sequence), m=nn.RNN(4, 3, **first)),
        "lstm cell": _calls(lambda self, x: self.m(x), random(1, 4), m=nn.LSTMCell(4, 3)),
        "lstm cell, state": _calls(
            lambda self, x, h, c: self.m(x, (h, c)), random(1, 4), random(1, 3), random(1, 3), m=nn.LSTMCell(4, 3)
        ),
        "gru cell": _calls(lambda self, x, h: self.m(x, h), random(1, 4), random(1, 3), m=nn.GRUCell(4, 3)),
    }


def cases() -> dict[str, Case]:
    """All of them, by family and name; the same at each call."""
    families = (
        activations,
        elementwise,
        arithmetic,
        convolutions,
        products,
        attentions,
        poolings,
        normalisations,
        reductions,
        shapes,
        resizings,
        sequences,
    )
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(1)
        return {f"{family.__name__}: {name}": case for family in families for name, case in family().items()}
