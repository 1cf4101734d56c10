"""Scaled dot-product attention."""

from __future__ import annotations

from math import sqrt

import torch

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import expand, reshape
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value


@translates("aten.scaled_dot_product_attention.default", keep=True)
def attention(call: Call) -> None:
    """``torch.nn.functional.scaled_dot_product_attention``; also what ``nn.MultiheadAttention`` becomes."""
    if call.real("dropout_p") != 0:
        raise Unsupported("it drops out at random: call .eval() and use a dropout_p of 0")
    q, k, v = call.value("query"), call.value("key"), call.value("value")
    if call.number("enable_gqa"):
        k, v = (_repeat_heads(call, x, q.shape[-3]) for x in (k, v))
    result = call.shape
    before = result[:-2] or (1,)
    q, k, v = (expand(call, x, (*before, *x.shape[-2:])) for x in (q, k, v))
    scale = call.real("scale") if call.has("scale") else 1 / sqrt(q.shape[-1])
    causal = bool(call.number("is_causal")) or _is_causal(call, q.shape[-2], k.shape[-2])
    inputs = (q, k, v) if causal or not call.has("attn_mask") else (q, k, v, _mask(call))
    attributes = operators.Attention(scale, causal)
    if len(result) > 2:
        call.emit(attributes, *inputs)
    else:
        call.give(reshape(call, call.step(attributes, *inputs, shape=(*before, *result[-2:])), result))


def _is_causal(call: Call, queries: int, keys: int) -> bool:
    """Whether the mask is a constant that leaves out exactly the keys after each query."""
    if not call.is_constant("attn_mask"):
        return False
    mask = call.constant("attn_mask")
    if mask.ndim < 2 or mask.numel() != queries * keys:
        return False
    kept = torch.ones(queries, keys, dtype=torch.bool).tril()
    causal = kept if mask.dtype == torch.bool else torch.where(kept, 0.0, -torch.inf)
    return bool((mask.reshape(queries, keys) == causal).all())


def _mask(call: Call) -> Value:
    """A constant mask as finite numbers to add, which is all that a file holds: the least one leaves a key out."""
    if not call.is_constant("attn_mask"):
        return call.value("attn_mask")
    mask = call.constant("attn_mask")
    least = torch.finfo(torch.float32).min
    added = torch.where(mask, 0.0, least) if mask.dtype == torch.bool else mask.clamp(min=least)
    if bool((added == least).all(-1).any()):
        raise Unsupported("its mask leaves a query without any key: let each query see one at least")
    return call.constant_value("mask", added)


def _repeat_heads(call: Call, x: Value, heads: int) -> Value:
    """Each head of [..., heads, tokens, features] several times, one after the other."""
    *before, own, tokens, features = x.shape
    repeated = expand(
        call, reshape(call, x, (*before, own, 1, tokens, features)), (*before, own, heads // own, tokens, features)
    )
    return reshape(call, repeated, (*before, heads, tokens, features))
