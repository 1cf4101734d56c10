"""Shape rules of the operators that slide no window: section 3 of docs/format.md."""

from collections.abc import Callable
from itertools import pairwise
from math import inf, prod

from plain_flatbuffer import require
from plain_rules import BATCH, Shape, Site, broadcast, has_batch, sample_size, shape_text


def _linear(site: Site) -> Shape:
    out, features = site.weight(2)
    site.dense("bias", (out,))
    x = site.read_at_least(2)
    require(x[-1] == features, f"a Linear of {features} features reads {x[-1]}")
    return (*x[:-1], out)


# --- Functions of one element, and of two ---


def _same(site: Site) -> Shape:
    return site.x


def _clamp(site: Site) -> Shape:
    require(site.attributes["low"] <= site.attributes["high"], "low is not at most high in a Clamp")
    return site.x


def _leaky_relu(site: Site) -> Shape:
    site.finite("slope")
    return site.x


def _prelu(site: Site) -> Shape:
    site.dense("weight", (1,), site.x[1:2] or (1,))
    return site.x


def _affine(site: Site) -> Shape:
    site.finite("scale", "shift")
    return site.x


def _power_scalar(site: Site) -> Shape:
    site.finite("exponent")
    return site.x


def _broadcast(site: Site) -> Shape:
    return broadcast(*site.inputs)


# --- Sums ---


def _softmax(site: Site) -> Shape:
    site.axis(site.attributes["axis"])
    return site.x


def _reduce(site: Site) -> Shape:
    axes = site.attributes["axes"]
    require(all(a < b for a, b in pairwise(axes)), "the axes of a Reduce are not ascending")
    for axis in axes:
        site.axis(axis)
    kept = site.attributes["keep_axes"]
    return tuple(1 if i in axes else n for i, n in enumerate(site.x) if kept or i not in axes)


def _matmul(site: Site) -> Shape:
    a, b = site.inputs
    require(len(a) >= 2 and len(b) >= 2, "a MatMul reads a value of rank below 2")
    require(not (BATCH in a[-2:] or BATCH in b[-2:]), "a MatMul mixes samples")
    require(a[-1] == b[-2], f"a MatMul reads {shape_text(a)} and {shape_text(b)}")
    return (*broadcast(a[:-2], b[:-2]), a[-2], b[-1])


def _attention(site: Site) -> Shape:
    q, k, v = site.inputs[:3]
    site.finite("scale")
    text = "an Attention reads " + ", ".join(shape_text(shape) for shape in site.inputs)
    require(min(len(q), len(k), len(v)) >= 3, text)
    require(q[:-2] == k[:-2] == v[:-2] and q[-1] == k[-1] and k[-2] == v[-2], text)
    scores = (*q[:-1], k[-2])
    for mask in site.inputs[3:]:
        require(broadcast(mask, scores) == scores, text)
    return (*q[:-1], v[-1])


# --- Normalisation ---


def _check_epsilon(site: Site) -> None:
    require(0 <= site.attributes["epsilon"] < inf, f"the epsilon of a {site.kind} is negative or not finite")


def _layer_norm(site: Site) -> Shape:
    axes = site.attributes["axes"]
    require(1 <= axes < len(site.x), f"a LayerNorm over {axes} axes reads {shape_text(site.x)}")
    _check_epsilon(site)
    site.dense("weight", site.x[-axes:])
    site.dense("bias", site.x[-axes:])
    return site.x


def _group_norm(site: Site) -> Shape:
    channels, groups = site.read_at_least(2)[1], site.attributes["groups"]
    require(groups >= 1 and channels % groups == 0, "groups does not divide the channels")
    _check_epsilon(site)
    site.dense("weight", (channels,))
    site.dense("bias", (channels,))
    return site.x


def _channel_affine(site: Site) -> Shape:
    channels = site.read_at_least(2)[1]
    for role in ("weight", "bias"):
        require(site.has(role), f"a ChannelAffine has no {role}")
        site.dense(role, (channels,))
    return site.x


def _local_response_norm(site: Site) -> Shape:
    site.read_at_least(2)
    require(site.attributes["size"] >= 1, "the size of a LocalResponseNorm is 0")
    site.finite("alpha", "beta", "k")
    return site.x


# --- Shape ---


def _constant(site: Site) -> Shape:
    info = site.info("weight")
    site.dense("weight", info.shape)
    return info.shape


def _flatten(site: Site) -> Shape:
    first, last = site.attributes["first_axis"], site.attributes["last_axis"]
    require(1 <= first <= last < len(site.x), f"a Flatten of the axes {first} to {last} reads rank {len(site.x)}")
    return (*site.x[:first], prod(site.x[first : last + 1]), *site.x[last + 1 :])


def _after_batch(site: Site) -> Shape:
    """The attribute `shape`, which is that of a sample where there is a batch."""
    shape = tuple(site.attributes["shape"])
    require(all(n >= 1 for n in shape), f"the shape of a {site.kind} has a dimension of 0")
    return (BATCH, *shape) if has_batch(site.x) else shape


def _reshape(site: Site) -> Shape:
    shape = _after_batch(site)
    require(sample_size(shape) == sample_size(site.x), f"a Reshape to {shape_text(shape)} reads {shape_text(site.x)}")
    return shape


def _expand(site: Site) -> Shape:
    shape = _after_batch(site)
    fits = len(shape) == len(site.x) and all(n in (1, m) for n, m in zip(site.x, shape, strict=True))
    require(fits, f"an Expand to {shape_text(shape)} reads {shape_text(site.x)}")
    return shape


def _transpose(site: Site) -> Shape:
    permutation = site.attributes["permutation"]
    require(sorted(permutation) == list(range(len(site.x))), "the permutation of a Transpose is none")
    require(not has_batch(site.x) or permutation[0] == 0, "a Transpose moves the batch")
    return tuple(site.x[i] for i in permutation)


def _concat(site: Site) -> Shape:
    axis = site.axis(site.attributes["axis"])
    for shape in site.inputs:
        alike = len(shape) == len(site.x) and has_batch(shape) == has_batch(site.x)
        alike = alike and all(m == n for i, (m, n) in enumerate(zip(shape, site.x, strict=True)) if i != axis)
        require(alike, f"a Concat reads {shape_text(site.x)} and {shape_text(shape)}")
    return (*site.x[:axis], sum(shape[axis] for shape in site.inputs), *site.x[axis + 1 :])


def _slice(site: Site) -> Shape:
    axis = site.axis(site.attributes["axis"])
    start, end, step = (site.attributes[name] for name in ("start", "end", "step"))
    size = site.x[axis]
    require(start < end <= size and step >= 1, f"a Slice {start}:{end}:{step} reads an axis of {size}")
    return (*site.x[:axis], -(-(end - start) // step), *site.x[axis + 1 :])


def _pad(site: Site) -> Shape:
    before, after = site.attributes["before"], site.attributes["after"]
    require(len(before) == len(after) == len(site.x), "a Pad has not one number an axis")
    if has_batch(site.x):
        require(before[0] == after[0] == 0, "a Pad pads the batch")
    if site.attributes["mode"] == 1:
        fits = all(max(p, q) < n or n == BATCH for n, p, q in zip(site.x, before, after, strict=True))
        require(fits, "a Pad reflects more than the axis has")
    return tuple(n if n == BATCH else n + p + q for n, p, q in zip(site.x, before, after, strict=True))


def _resize2d(site: Site) -> Shape:
    n, channels, *_ = site.read(4)
    height, width = site.attributes["out_h"], site.attributes["out_w"]
    require(height >= 1 and width >= 1, "a Resize2d makes a picture without rows or columns")
    for name in ("scale_h", "scale_w"):
        require(0 <= site.attributes[name] < inf, f"the {name} of a Resize2d is negative or not finite")
    return (n, channels, height, width)


# --- Sequences ---


def _embedding(site: Site) -> Shape:
    return (*site.x, site.weight(2)[1])


def _recurrent(site: Site, gates: int, states: int) -> list[Shape]:
    n, steps, features = site.read(3)
    rows, weight_features = site.weight(2)
    hidden, rest = divmod(rows, gates)
    require(rest == 0 and weight_features == features, f"the weight of a {site.kind} does not fit {features} features")
    require(site.weight(2, "recurrent") == (rows, hidden), f"the recurrent weight of a {site.kind} has a wrong shape")
    site.dense("bias", (rows,))
    site.dense("recurrent_bias", (rows,))
    for state in site.inputs[1:]:
        require(state == (n, hidden), f"a state of a {site.kind} has the shape {shape_text(state)}")
    return [(n, steps, hidden)] + [(n, hidden)] * states


def _lstm(site: Site) -> list[Shape]:
    return _recurrent(site, gates=4, states=2)


def _gru(site: Site) -> list[Shape]:
    return _recurrent(site, gates=3, states=1)


_UNCHANGED = ("Relu", "HardSwish", "HardSigmoid", "Sigmoid", "Tanh", "Silu", "Gelu", "Exp", "Log", "Sqrt", "Abs")
_BROADCAST = ("Add", "Subtract", "Multiply", "Divide", "Minimum", "Maximum", "Power")

RULES: dict[str, Callable[[Site], Shape]] = {
    "Linear": _linear,
    **dict.fromkeys(_UNCHANGED, _same),
    "Clamp": _clamp,
    "LeakyRelu": _leaky_relu,
    "Prelu": _prelu,
    "Affine": _affine,
    "PowerScalar": _power_scalar,
    **dict.fromkeys(_BROADCAST, _broadcast),
    "Softmax": _softmax,
    "Reduce": _reduce,
    "MatMul": _matmul,
    "Attention": _attention,
    "LayerNorm": _layer_norm,
    "GroupNorm": _group_norm,
    "ChannelAffine": _channel_affine,
    "LocalResponseNorm": _local_response_norm,
    "Constant": _constant,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Concat": _concat,
    "Slice": _slice,
    "Expand": _expand,
    "Pad": _pad,
    "Resize2d": _resize2d,
    "Embedding": _embedding,
}

# Those that make more than one value.
SEVERAL: dict[str, Callable[[Site], list[Shape]]] = {"Lstm": _lstm, "Gru": _gru}
