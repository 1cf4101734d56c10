"""Golden networks of the operators that came after the first seven. Attributes are numbers that binary32 holds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from evaluate_graph import evaluate
from golden_network import Floats, Golden
from network_builder import NetworkBuilder

from dcmobile import operators as o
from dcmobile.encode import Encoding
from dcmobile.graph import BATCH, Weight
from dcmobile.operators import Activation, Attributes, Interpolation, Padding, Reduction

Shape = tuple[int, ...]
EPSILON = 2.0**-16


def finished(build: NetworkBuilder, outputs: list[str], inputs: list[Floats]) -> Golden:
    """The network with the named outputs, run on these inputs."""
    results = evaluate(build.graph(*outputs), *map(torch.from_numpy, inputs), dtype=torch.float64)
    return Golden(build.file(*outputs), inputs, [result.numpy() for result in results])


def normal(random: np.random.Generator, *shape: int) -> Floats:
    return random.normal(size=shape).astype(np.float32)


def positive(random: np.random.Generator, *shape: int) -> Floats:
    return random.uniform(0.25, 2, shape).astype(np.float32)


def sparse(build: NetworkBuilder, name: str, shape: Shape, bias: int = 0) -> dict[str, str]:
    """A sparse shared weight and, unless 0, a bias of that many elements."""
    held = {"weight": build.shared(name, shape, Encoding.SPARSE_SHARED, density=0.5, centroids=12)}
    return held | {"bias": build.dense(f"{name}.bias", (bias,))} if bias else held


def constant(build: NetworkBuilder, name: str, shape: Shape) -> str:
    """A dense weight as a value. Returns the value's name."""
    return build.add(o.Constant(), weight=build.dense(name, shape))


def mobile() -> Golden:
    """A MobileNet's blocks, a decoder with every way to make a picture larger, and every pool."""
    build = NetworkBuilder(20, {"picture": (BATCH, 3, 17, 14)})
    padded = build.add(o.Pad((0, 0, 2, 1), (0, 0, 0, 1), Padding.Reflect))
    x = build.add(o.Conv2d(Activation.HardSwish, 2, 2), padded, **sparse(build, "stem", (8, 3, 3, 2), 8))
    around = {"pad_top": 1, "pad_left": 1, "pad_bottom": 1, "pad_right": 1}
    depthwise = o.Conv2d(Activation.Relu6, groups=8, **around)
    x = build.add(depthwise, weight=build.dense("depthwise", (8, 1, 3, 3)), bias=build.dense("depthwise.bias", (8,)))
    build.add(o.AdaptiveAveragePool2d(1, 1))
    build.add(o.Conv2d(Activation.Relu), **sparse(build, "squeeze", (4, 8, 1, 1), 4))
    gate = build.add(o.Conv2d(Activation.HardSigmoid), **sparse(build, "excite", (8, 4, 1, 1), 8))
    build.add(o.Multiply(), x, build.add(o.Expand((8, 9, 8)), gate))
    half = build.shared("project", (8, 8, 1, 1), Encoding.DENSE_SHARED, density=0.8, centroids=9, half=True)
    block = build.add(o.Add(), build.add(o.Conv2d(), weight=half), x)
    wide = {"pad_top": 2, "pad_left": 2, "pad_bottom": 2, "pad_right": 2, "dilation_w": 2}
    down = o.Conv2d(Activation.Silu, 2, 2, groups=8, **wide)
    build.add(down, block, **sparse(build, "down", (16, 1, 5, 3), 16))
    scale, shift = build.dense("norm.weight", (16,)), build.dense("norm.bias", (16,))
    build.add(o.ChannelAffine(Activation.Relu), weight=scale, bias=shift)
    deep = build.add(o.LocalResponseNorm(5, alpha=0.5, beta=0.75, k=2.0))

    up = o.ConvTranspose2d(Activation.HardSwish, 2, 2, pad_top=1, pad_left=1, pad_bottom=1, groups=2)
    large = build.add(up, deep, **sparse(build, "up", (16, 3, 3, 3), 6))
    dilated = o.ConvTranspose2d(stride_w=2, dilation_h=2)
    other = build.add(dilated, deep, **sparse(build, "up2", (16, 2, 3, 2)))
    bilinear, (height, width) = Interpolation.Bilinear, (9, 8)
    parts = [
        block,
        large,
        build.add(o.Resize2d(height, width), deep),
        build.add(o.Resize2d(height, width, scale_h=0.5, scale_w=0.625), deep),
        build.add(o.Resize2d(height, width, bilinear), deep),
        build.add(o.Resize2d(height, width, bilinear, scale_h=0.5, scale_w=0.4375), deep),
        build.add(o.Resize2d(height, width, bilinear, align_corners=True), deep),
    ]
    joined = build.add(o.Concat(1), *parts)
    channels = 8 + 6 + 5 * 16
    sloped = build.add(o.Prelu(), joined, weight=build.dense("slopes", (channels,)))
    build.add(o.Conv2d(), sloped, **sparse(build, "fuse", (4, channels, 1, 1), 4))
    scale, shift = build.dense("group.weight", (4,)), build.dense("group.bias", (4,))
    decoded = build.add(o.GroupNorm(EPSILON, 2), weight=scale, bias=shift)
    smaller = build.add(o.Resize2d(4, 3, bilinear), decoded)

    pools: list[Attributes] = [
        o.MaxPool2d(3, 2, 2, 2, 1, 1, 1, 1, dilation_w=2, ceil_mode=True),
        o.MaxPool2d(2, 3, 2, 2, 1, 1, 1, 1),
        o.AveragePool2d(3, 3, 2, 2, 1, 1, 1, 1, ceil_mode=True, count_include_pad=True),
        o.AveragePool2d(3, 2, 2, 2, 1, 1, 1, 1),
        o.AveragePool2d(2, 2, 2, 2, ceil_mode=True, divisor=3),
        o.AdaptiveMaxPool2d(4, 3),
        o.AdaptiveAveragePool2d(4, 3),
    ]
    pooled = [build.add(pool, decoded) for pool in pools]
    build.add(o.Prelu(), pooled[-2], weight=build.dense("slope", (1,)))
    build.add(o.Flatten(1, 3))
    features = build.add(o.Linear(Activation.Gelu), **sparse(build, "head", (20, 48), 20))
    build.add(o.Linear(), **sparse(build, "scores", (5, 20)))
    scores = build.add(o.Softmax(1))
    return finished(
        build, [scores, features, other, decoded, smaller, *pooled], [normal(np.random.default_rng(20), 2, 3, 17, 14)]
    )


def sequence() -> Golden:
    """Convolutions over time and recurrent layers, each with and without state, bias and reversal; a fixed batch."""
    inputs = {"x": (3, 11, 4), "h0": (3, 5), "c0": (3, 5)}
    build = NetworkBuilder(21, inputs)
    build.add(o.Transpose((0, 2, 1)), "x")
    build.add(o.Conv1d(Activation.Tanh, pad_left=2, pad_right=1), **sparse(build, "conv1", (6, 4, 3), 6))
    strided = o.Conv1d(stride=2, pad_left=1, dilation=3, groups=2)
    build.add(strided, weight=build.shared("conv2", (8, 3, 2), Encoding.DENSE_SHARED, 0.8, 9))
    steps = build.add(o.Transpose((0, 2, 1)))

    def cell(attributes: Attributes, name: str, gates: int, *reads: str, biases: tuple[str, ...] = ()) -> list[str]:
        held = {
            "weight": build.shared(f"{name}.weight", (gates * 5, 8), Encoding.SPARSE_SHARED, 0.4, 12),
            "recurrent": build.shared(f"{name}.recurrent", (gates * 5, 5), Encoding.DENSE_SHARED, 0.8, 7, half=True),
        }
        held |= {role: build.dense(f"{name}.{role}", (gates * 5,)) for role in biases}
        return list(build.add_several(attributes, *reads, **held))

    lstm = cell(o.Lstm(), "lstm", 4, steps, biases=("bias",))
    stateful = cell(o.Lstm(has_state=True, reverse=True), "lstm.state", 4, steps, "h0", "c0")
    backwards = cell(o.Lstm(reverse=True), "lstm.reverse", 4, steps, biases=("bias",))
    onwards = cell(o.Lstm(has_state=True), "lstm.next", 4, steps, lstm[1], lstm[2], biases=("bias",))
    gru = cell(o.Gru(reverse=True), "gru", 3, steps, biases=("bias", "recurrent_bias"))
    later = cell(o.Gru(has_state=True), "gru.state", 3, steps, "h0", biases=("recurrent_bias",))
    plain = cell(o.Gru(has_state=True, reverse=True), "gru.reverse", 3, steps, gru[1], biases=("bias",))
    bare = cell(o.Gru(), "gru.bare", 3, steps)
    both = build.add(o.Concat(2), lstm[0], stateful[0], backwards[0], onwards[0], gru[0], later[0], plain[0], bare[0])
    build.add(o.Slice(1, 3, 4), both)
    build.add(o.Flatten(1, 2))
    last = build.add(o.Linear(Activation.Sigmoid), **sparse(build, "last", (3, 40), 3))
    states = [name for made in (lstm, stateful, backwards, onwards, gru, later, plain, bare) for name in made[1:]]
    random = np.random.default_rng(21)
    return finished(build, [last, steps, both, *states], [normal(random, *shape) for shape in inputs.values()])


def transformer() -> Golden:
    """Tokens through self-attention, attention across, causal attention and attention by hand.

    The mask hides keys; in the last sample it hides all of them, where attention gives 0.
    """
    build = NetworkBuilder(22, {"tokens": (BATCH, 7), "mask": (BATCH, 1, 1, 7)})
    embedded = build.add(o.Embedding(), "tokens", **sparse(build, "embedding", (11, 8)))
    table = build.add(o.Constant(), weight=build.dense("positions", (1, 20, 8), half=True))
    x = build.add(o.Add(), embedded, build.add(o.Slice(1, 1, 14, 2), table))
    scale, shift = build.dense("norm.weight", (8,)), build.dense("norm.bias", (8,))
    x = build.add(o.LayerNorm(EPSILON), weight=scale, bias=shift)

    build.add(o.Linear(), x, **sparse(build, "qkv", (24, 8), 24))
    build.add(o.Reshape((7, 3, 2, 4)))
    heads = build.add(o.Transpose((0, 2, 3, 1, 4)))
    q, k, v = (build.add(o.Reshape((2, 7, 4)), build.add(o.Slice(1, i, i + 1), heads)) for i in range(3))
    masked = build.add(o.Attention(0.5), q, k, v, "mask")
    build.add(o.Transpose((0, 2, 1, 3)))
    build.add(o.Reshape((7, 8)))
    x = build.add(o.Add(), build.add(o.Linear(), **sparse(build, "proj", (8, 8), 8)), x)
    build.add(o.LayerNorm(EPSILON))
    build.add(o.Linear(), **sparse(build, "mlp1", (12, 8), 12))
    build.add(o.Gelu())
    x = build.add(o.Add(), build.add(o.Linear(), **sparse(build, "mlp2", (8, 12))), x)

    causal = build.add(o.Attention(0.25, causal=True), x, x, x)
    near = build.add(o.Attention(0.25, causal=True), x, x, x, constant(build, "bias by distance", (7, 7)))
    across = build.add(o.Attention(1.0), build.add(o.Slice(1, 0, 5, 2), x), x, near)
    build.add(o.LayerNorm(EPSILON), near, weight=build.dense("scale only", (8,)))
    build.add(o.Linear(), **sparse(build, "mlp3", (12, 8), 12))
    wide = build.add(o.Gelu(tanh_approximation=True))
    narrow = build.add(o.MatMul(), wide, constant(build, "matrix", (12, 6)))
    scores = build.add(o.MatMul(), narrow, build.add(o.Transpose((0, 2, 1)), narrow))
    build.add(o.MatMul(), build.add(o.Softmax(2), scores), narrow)
    build.add(o.LayerNorm(EPSILON, 2), bias=build.dense("shift only", (7, 6)))
    build.add(o.Reduce(Reduction.Mean, (1,)))
    pooled = build.add(o.Linear(Activation.Tanh), **sparse(build, "pooler", (4, 6), 4))

    tokens = np.random.default_rng(22).integers(0, 11, (3, 7)).astype(np.float32)
    tokens[0, :2] = 0, 10
    mask = np.zeros((3, 1, 1, 7), np.float32)
    mask[1, ..., 4:] = -np.inf
    mask[2] = -np.inf
    return finished(build, [pooled, masked, causal, near, across, scores], [tokens, mask])


def elementwise() -> Golden:
    """Every function of one element and of two, broadcast every way; normalisations by channel."""
    build = NetworkBuilder(23, {"x": (BATCH, 4, 5), "p": (BATCH, 4, 5), "row": (BATCH, 1, 5), "column": (BATCH, 4, 1)})
    of_any: list[Attributes] = [
        *(kind() for kind in (o.Relu, o.HardSwish, o.HardSigmoid, o.Sigmoid, o.Tanh, o.Silu, o.Exp, o.Abs)),
        o.Gelu(),
        o.Gelu(tanh_approximation=True),
        o.LeakyRelu(0.125),
        o.Clamp(-0.5, 0.75),
        o.Clamp(-math.inf, 0.25),
        o.Clamp(-0.25, math.inf),
        o.Affine(-1.5, 0.75),
        o.PowerScalar(2.0),
        o.PowerScalar(3.0),
        o.Softmax(1),
        o.Softmax(2),
        o.GroupNorm(EPSILON, 2),
        o.LocalResponseNorm(2, alpha=0.5, beta=0.5, k=1.0),
    ]
    of_positive: list[Attributes] = [o.Log(), o.Sqrt(), o.PowerScalar(-0.5), o.PowerScalar(1.5), o.PowerScalar(0.5)]
    outputs = [build.add(each, "x") for each in of_any] + [build.add(each, "p") for each in of_positive]
    outputs.append(build.add(o.Prelu(), "x", weight=build.dense("slopes", (4,))))
    outputs.append(build.add(o.Prelu(), "x", weight=build.dense("slope", (1,), half=True)))
    outputs.append(build.add(o.GroupNorm(EPSILON), "x", weight=build.dense("group.weight", (4,))))
    outputs.append(build.add(o.GroupNorm(EPSILON, 4), "x", bias=build.dense("group.bias", (4,))))

    random = np.random.default_rng(24)
    fixed = [
        build.add(o.Constant(), weight=build.keep(Weight(f"c{i}", positive(random, *shape)), Encoding.DENSE))
        for i, shape in enumerate([(5,), (4, 1), (1, 4, 5), (1,)])
    ]
    for attributes in (o.Add(), o.Subtract(), o.Multiply(), o.Minimum(), o.Maximum()):
        pairs = [("x", "p"), ("row", "column"), ("column", "x"), ("x", "row"), (fixed[0], "x"), ("x", fixed[1])]
        outputs.append(build.add(o.Concat(1), *(build.add(attributes, *pair) for pair in pairs)))
    of_fixed = [(fixed[0], "p"), ("p", fixed[1]), (fixed[2], "p"), ("p", fixed[3]), (fixed[1], "p")]
    for divide_or_power, pair in ((o.Divide(), ("x", "p")), (o.Power(), ("p", "x"))):
        outputs.append(build.add(o.Concat(1), *(build.add(divide_or_power, *each) for each in [pair, *of_fixed])))
    shapes = [(2, 4, 5), (2, 1, 5), (2, 4, 1)]
    x, row, column = (normal(random, *shape) for shape in shapes)
    return finished(build, outputs, [2 * x, positive(random, 2, 4, 5), row, column])


def shapes() -> Golden:
    """What moves, repeats, pads and sums elements, without a batch: the first axis is like the others."""
    build = NetworkBuilder(25, {"x": (2, 3, 4, 5), "rows": (4, 2)})
    pads = [
        o.Pad((1, 0, 2, 0), (0, 1, 0, 3), Padding.Constant, -1.5),
        o.Pad((1, 2, 0, 4), (1, 0, 3, 1), Padding.Reflect),
        o.Pad((2, 0, 1, 0), (0, 3, 0, 2), Padding.Replicate),
    ]
    axes: list[Shape] = [(1,), (2, 3), (1, 3), (1, 2, 3)]
    outputs = [build.add(pad, "x") for pad in pads]
    for reduction in Reduction:
        outputs += [build.add(o.Reduce(reduction, each), "x") for each in axes[:2]]
        kept = [build.add(o.Reduce(reduction, each, keep_axes=True), "x") for each in axes]
        outputs.append(build.add(o.Concat(1), *(build.add(o.Flatten(1, 3), each) for each in kept)))
    moved = build.add(o.Transpose((3, 1, 0, 2)), "x")
    flat = build.add(o.Reshape((6, 20)), moved)
    cut = build.add(o.Slice(0, 1, 6, 2), flat)
    outputs += [moved, flat, cut, build.add(o.Concat(0), cut, flat, cut), build.add(o.Softmax(0), "x")]
    first = build.add(o.Slice(1, 2, 3), "x")
    outputs += [build.add(o.Expand((2, 3, 4, 5)), first), build.add(o.Flatten(2, 3), first)]
    single = constant(build, "single", (1, 3, 1))
    outputs += [single, build.add(o.Expand((4, 3, 2)), single)]
    outputs.append(build.add(o.MatMul(), "x", constant(build, "right", (3, 5, 2))))
    outputs.append(build.add(o.MatMul(), constant(build, "left", (2, 1, 6, 4)), "x"))
    outputs.append(build.add(o.Attention(0.5, causal=True), *(constant(build, name, (2, 3, 4)) for name in "qkv")))
    outputs.append(build.add(o.Embedding(), "rows", weight=build.shared("e", (9, 3), Encoding.DENSE_SHARED, 0.9, 15)))
    random = np.random.default_rng(25)
    rows = random.integers(0, 9, (4, 2)).astype(np.float32)
    return finished(build, outputs, [normal(random, 2, 3, 4, 5), rows])


def activations() -> Golden:
    """Every activation fused into every operator that may have one."""
    build = NetworkBuilder(26, {"x": (BATCH, 4, 3, 4), "p": (BATCH, 4, 3, 4)})
    series = build.add(o.Reshape((4, 12)), "x")
    kinds: dict[Callable[[Activation], Attributes], tuple[tuple[str, ...], dict[str, str]]] = {
        o.Linear: (("x",), sparse(build, "linear", (5, 4), 5)),
        o.Conv1d: ((series,), sparse(build, "conv1d", (3, 4, 3), 3)),
        o.Conv2d: (("x",), sparse(build, "conv2d", (3, 4, 2, 2), 3)),
        o.ConvTranspose2d: (("x",), sparse(build, "transposed", (4, 3, 2, 2), 3)),
        o.ChannelAffine: (("x",), {"weight": build.dense("scale", (4,)), "bias": build.dense("shift", (4,))}),
        o.Add: (("x", "p"), {}),
        o.Subtract: (("x", "p"), {}),
        o.Multiply: (("x", "p"), {}),
        o.Divide: (("x", "p"), {}),
    }
    outputs = []
    for kind, (reads, held) in kinds.items():
        made = [build.add(kind(activation), *reads, **held) for activation in Activation]
        outputs.append(build.add(o.Concat(1), *made))
    random = np.random.default_rng(26)
    return finished(build, outputs, [3 * normal(random, 2, 4, 3, 4), positive(random, 2, 4, 3, 4)])


NETWORKS: tuple[Callable[[], Golden], ...] = (mobile, sequence, transformer, elementwise, shapes, activations)
