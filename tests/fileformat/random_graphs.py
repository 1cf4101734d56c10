"""Small random networks of every operator, and what torch makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from expected_shapes import expected_shapes
from hypothesis import strategies as st

from dcmobile.graph import BATCH, Graph, Op, Sharing, Value, Weight
from dcmobile.operators import Activation, Add, Attributes, Conv2d, Flatten, Linear, MaxPool2d, Relu, Softmax

Floats = npt.NDArray[np.float32]


def random_sharing(
    random: np.random.Generator, size: int, density: float, centroids: int, half: bool = False
) -> Sharing:
    """Codes of the given density; some centroids may stay unused."""
    codes = np.where(random.random(size) < density, random.binomial(centroids - 1, 0.4, size) + 1, 0)
    values = (random.normal(size=centroids) * 0.5).astype(np.float32)
    return Sharing(codes.astype(np.uint16), values.astype(np.float16) if half else values)


def shared_weight(name: str, shape: tuple[int, ...], sharing: Sharing) -> Weight:
    table = np.concatenate([np.zeros(1, sharing.centroids.dtype), sharing.centroids])
    return Weight(name, table[sharing.codes].reshape(shape).astype(np.float32), sharing)


@st.composite
def weights(draw: st.DrawFn, name: str, shape: tuple[int, ...]) -> Weight:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    half = draw(st.booleans())
    if draw(st.integers(0, 4)) == 0:
        values = (random.normal(size=shape) * 0.5).astype(np.float32)
        return Weight(name, values.astype(np.float16) if half else values)
    density = draw(st.sampled_from([0.0, 0.01, 0.1, 0.4, 0.7, 1.0]))
    centroids = draw(st.sampled_from([1, 2, 5, 16, 200, 256]))
    return shared_weight(name, shape, random_sharing(random, int(np.prod(shape)), density, centroids, half))


class _Builder:
    """Grows a graph by one operator at a time, with random attributes that fit."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.values: dict[str, Value] = {}
        self.weights: dict[str, Weight] = {}
        self.ops: list[Op] = []

    def pick(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def add(self, attributes: Attributes, inputs: tuple[str, ...], roles: dict[str, tuple[int, ...]]) -> str:
        name = f"layer{len(self.ops)}"
        held = {role: f"{name}.{role}" for role in roles}
        for role, shape in roles.items():
            self.weights[held[role]] = self.draw(weights(held[role], shape))
        (shape,) = expected_shapes(attributes, [self.values[value].shape for value in inputs], roles)
        self.values[name] = Value(name, shape)
        self.ops.append(Op(name if self.pick(0, 3) else "", attributes, inputs, name, held))
        return name

    def activation(self) -> Activation:
        return self.draw(st.sampled_from(list(Activation)))

    def roles(self, weight: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        return {"weight": weight, "bias": weight[:1]} if self.pick(0, 1) else {"weight": weight}

    def linear(self, x: str) -> str:
        shape = self.values[x].shape
        out = self.draw(st.sampled_from([1, 3, 10, 64]))
        return self.add(Linear(self.activation()), (x,), self.roles((out, shape[-1])))

    def conv2d(self, x: str) -> str:
        _, channels, height, width = self.values[x].shape
        groups = self.draw(st.sampled_from([g for g in (1, 2, channels) if channels % g == 0]))
        out = groups * self.draw(st.sampled_from([1, 3, 8]))
        kernel = (self.pick(1, min(3, height)), self.pick(1, min(3, width)))
        attributes = Conv2d(
            activation=self.activation(),
            stride_h=self.pick(1, 2),
            stride_w=self.pick(1, 3),
            pad_top=self.pick(0, 2),
            pad_left=self.pick(0, 1),
            pad_bottom=self.pick(0, 1),
            pad_right=self.pick(0, 2),
            dilation_h=self.pick(1, 2) if height >= 5 else 1,
            groups=groups,
        )
        return self.add(attributes, (x,), self.roles((out, channels // groups, *kernel)))

    def max_pool2d(self, x: str) -> str:
        _, _, height, width = self.values[x].shape
        kernel_h, kernel_w = self.pick(1, min(3, height)), self.pick(1, min(3, width))
        pad_h, pad_w = self.pick(0, kernel_h // 2), self.pick(0, kernel_w // 2)
        attributes = MaxPool2d(
            kernel_h,
            kernel_w,
            stride_h=self.pick(1, 2),
            stride_w=self.pick(1, 2),
            pad_top=pad_h,
            pad_left=pad_w,
            pad_bottom=pad_h,
            pad_right=pad_w,
            ceil_mode=self.draw(st.booleans()),
        )
        return self.add(attributes, (x,), {})

    def add_values(self, x: str) -> str:
        alike = [name for name, value in self.values.items() if value.shape == self.values[x].shape]
        return self.add(Add(self.activation()), (x, self.draw(st.sampled_from(alike))), {})

    def step(self, x: str) -> str:
        rank = len(self.values[x].shape)
        choices = ["linear", "relu", "softmax", "add"]
        choices += ["conv", "conv", "pool"] if rank == 4 else []
        choices += ["flatten"] if rank > 2 else []
        match self.draw(st.sampled_from(choices)):
            case "linear":
                return self.linear(x)
            case "conv":
                return self.conv2d(x)
            case "pool":
                return self.max_pool2d(x)
            case "flatten":
                first = self.pick(1, rank - 2)
                return self.add(Flatten(first, self.pick(first, rank - 1)), (x,), {})
            case "relu":
                return self.add(Relu(), (x,), {})
            case "softmax":
                return self.add(Softmax(self.pick(1, rank - 1)), (x,), {})
        return self.add_values(x)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """One to five operators on one or two inputs, pictures or vectors, with a batch or without, with one output or
    more.
    """
    builder = _Builder(draw)
    batch = BATCH if draw(st.booleans()) else builder.pick(1, 3)
    shape: tuple[int, ...] = (batch, draw(st.sampled_from([1, 4, 20, 150])))
    if draw(st.booleans()):
        shape = (batch, draw(st.sampled_from([1, 2, 4, 6])), builder.pick(1, 9), builder.pick(1, 9))
    inputs = ("x", "second") if builder.pick(0, 3) == 0 else ("x",)
    for name in inputs:
        builder.values[name] = Value(name, shape)
    newest = inputs[-1]
    for _ in range(builder.pick(1, 5)):
        # Mostly a chain, now and then a branch.
        newest = builder.step(newest if builder.pick(0, 4) else draw(st.sampled_from(list(builder.values))))
    outputs = [newest]
    if builder.pick(0, 3) == 0:
        outputs.append(draw(st.sampled_from(list(builder.values))))
    names = tuple(f"output{index}" for index in range(len(outputs)))
    return Graph(inputs, tuple(builder.ops), tuple(outputs), names, builder.values, builder.weights).check()


def random_inputs(graph: Graph, random: np.random.Generator, batch: int) -> list[Floats]:
    shapes = [graph.values[name].shape for name in graph.inputs]
    return [
        random.normal(size=[batch if size == BATCH else size for size in shape]).astype(np.float32) for shape in shapes
    ]


def torch_results(graph: Graph, inputs: Sequence[Floats]) -> list[npt.NDArray[np.float64]]:
    """What torch computes, in float64, from the graph's values."""
    values = {name: torch.from_numpy(x).double() for name, x in zip(graph.inputs, inputs, strict=True)}
    for op in graph.ops:
        held = {role: torch.from_numpy(graph.weights[name].values).double() for role, name in op.weights.items()}
        values[op.output] = _evaluate(op.attributes, [values[name] for name in op.inputs], held)
    return [values[name].numpy() for name in graph.outputs]


def _evaluate(attributes: Attributes, inputs: Sequence[torch.Tensor], held: dict[str, torch.Tensor]) -> torch.Tensor:
    x = inputs[0]
    match attributes:
        case Linear():
            result = F.linear(x, held["weight"], held.get("bias"))
        case Conv2d() as conv:
            padded = F.pad(x, (conv.pad_left, conv.pad_right, conv.pad_top, conv.pad_bottom))
            strides, dilations = (conv.stride_h, conv.stride_w), (conv.dilation_h, conv.dilation_w)
            result = F.conv2d(padded, held["weight"], held.get("bias"), strides, 0, dilations, conv.groups)
        case MaxPool2d() as pool:
            result = F.max_pool2d(
                x,
                (pool.kernel_h, pool.kernel_w),
                (pool.stride_h, pool.stride_w),
                (pool.pad_top, pool.pad_left),
                (pool.dilation_h, pool.dilation_w),
                pool.ceil_mode,
            )
        case Flatten(first_axis=first, last_axis=last):
            result = x.flatten(first, last)
        case Add():
            result = x + inputs[1]
        case Softmax(axis=axis):
            result = x.softmax(axis)
        case _:
            assert attributes == Relu()
            result = x.relu()
    return _ACTIVATIONS[getattr(attributes, "activation", Activation.None_)](result)


_ACTIVATIONS: dict[Activation, Callable[[torch.Tensor], torch.Tensor]] = {
    Activation.None_: lambda x: x,
    Activation.Relu: torch.relu,
    Activation.Relu6: F.relu6,
    Activation.HardSwish: F.hardswish,
    Activation.HardSigmoid: F.hardsigmoid,
    Activation.Sigmoid: torch.sigmoid,
    Activation.Tanh: torch.tanh,
    Activation.Silu: F.silu,
    Activation.Gelu: F.gelu,
}
