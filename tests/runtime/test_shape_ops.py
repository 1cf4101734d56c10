"""Operators that move elements, sums along axes and matrix products of the runtime against torch."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from run_operator import assert_close
from run_operator import run_operator as run_operators

from dcmobile.operators import (
    Concat,
    Expand,
    Flatten,
    MatMul,
    Pad,
    Padding,
    Reduce,
    Reduction,
    Reshape,
    Slice,
    Transpose,
)

Shape = tuple[int, ...]
SHAPES: list[Shape] = [
    (1,),
    (7,),
    (3, 5),
    (1, 1, 9),
    (2, 3, 4),
    (2, 3, 4, 5),
    (3, 1, 2, 4, 1, 3),
    (2, 1, 3, 1, 2, 2, 1, 2),
]
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def random_tensor(shape: Shape, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def run_operator(*arguments: Any, **named: Any) -> torch.Tensor:
    """The one value that an operator makes."""
    (result,) = run_operators(*arguments, **named)
    return result


def free_axes(shape: Shape, batch: bool) -> range:
    """Those that an operator may touch."""
    return range(1 if batch else 0, len(shape))


# --- One input ---


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("shape", "new"),
    [
        ((1, 12), (1, 3, 4)),
        ((2, 12), (2, 3, 4)),
        ((2, 3, 4), (2, 12)),
        ((2, 3, 4), (2, 4, 1, 3)),
        ((5, 1, 1), (5,)),
        ((3,), (3, 1, 1, 1, 1, 1, 1, 1)),
        ((2, 64, 3, 3), (2, 8, 8, 9)),
    ],
)
def test_reshape(shape: Shape, new: Shape, batch: bool) -> None:
    x = random_tensor(shape)
    assert torch.equal(run_operator(Reshape(new[1:] if batch else new), x, batch=batch), x.reshape(new))


def test_reshape_across_the_first_axis() -> None:
    x = random_tensor((4, 6))
    assert torch.equal(run_operator(Reshape((3, 8)), x, batch=False), x.reshape(3, 8))


@each_shape
def test_flatten(shape: Shape) -> None:
    x = random_tensor(shape)
    for first, last in itertools.combinations_with_replacement(free_axes(shape, True), 2):
        assert torch.equal(run_operator(Flatten(first, last), x), x.flatten(first, last))


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("shape", [(7,), (3, 5), (1, 6, 1), (2, 3, 4), (2, 3, 4, 5), (2, 3, 1, 4, 2)], ids=str)
def test_transpose(shape: Shape, batch: bool) -> None:
    x = random_tensor(shape)
    for permutation in itertools.permutations(free_axes(shape, batch)):
        order = (0, *permutation) if batch else permutation
        assert torch.equal(run_operator(Transpose(order), x, batch=batch), x.permute(order))


@pytest.mark.parametrize("batch", [False, True])
@each_shape
def test_slice(shape: Shape, batch: bool) -> None:
    x = random_tensor(shape)
    for axis in free_axes(shape, batch):
        size = shape[axis]
        for start, end, step in [(0, size, 1), (0, size, 2), (size - 1, size, 1), (size // 2, size, 3), (0, 1, size)]:
            found = run_operator(Slice(axis, start, end, step), x, batch=batch, threads=2)
            assert torch.equal(found, x[(slice(None),) * axis + (slice(start, end, step),)])


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("shape", "new"),
    [
        ((2, 1), (2, 5)),
        ((2, 3, 1), (2, 3, 4)),
        ((2, 1, 3), (2, 4, 3)),
        ((2, 1, 3, 1), (2, 5, 3, 6)),
        ((2, 1, 1), (2, 1, 1)),
        ((3, 1, 2, 1, 3, 1, 2, 1), (3, 2, 2, 3, 3, 2, 2, 2)),
    ],
)
def test_expand(shape: Shape, new: Shape, batch: bool) -> None:
    x = random_tensor(shape)
    assert torch.equal(run_operator(Expand(new[1:] if batch else new), x, batch=batch, threads=2), x.expand(new))


def test_expand_of_the_first_axis() -> None:
    x = random_tensor((1, 3))
    assert torch.equal(run_operator(Expand((4, 3)), x, batch=False), x.expand(4, 3))


# Before and after along the last axes, the first of these first, of a tensor of two more axes.
PADS = [((1,), (0,)), ((0,), (2,)), ((2, 1), (0, 3)), ((3, 3), (2, 2)), ((1, 2, 3), (3, 2, 1))]


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(("before", "after"), PADS)
@pytest.mark.parametrize(
    ("mode", "name"), [(Padding.Constant, "constant"), (Padding.Reflect, "reflect"), (Padding.Replicate, "replicate")]
)
def test_pad(before: Shape, after: Shape, mode: Padding, name: str, batch: bool) -> None:
    x = random_tensor((2, 3, *(5, 4, 6)[: len(before)]))
    pairs = [amount for pair in zip(reversed(before), reversed(after), strict=True) for amount in pair]
    value = -1.5 if mode == Padding.Constant else 0.0
    expected = F.pad(x, pairs, mode.name.lower(), value if mode == Padding.Constant else None)
    attributes = Pad((0, 0, *before), (0, 0, *after), mode, value)
    assert torch.equal(run_operator(attributes, x, batch=batch, threads=2), expected)


def test_pad_of_every_axis() -> None:
    x = random_tensor((2, 3, 4))
    attributes = Pad((1, 0, 2), (0, 3, 1), Padding.Constant, 0.25)
    assert torch.equal(run_operator(attributes, x, batch=False), F.pad(x, (2, 1, 0, 3, 1, 0), value=0.25))


REDUCTIONS = {
    Reduction.Mean: torch.mean,
    Reduction.Sum: torch.sum,
    Reduction.Max: torch.amax,
    Reduction.Min: torch.amin,
}


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("reduction", list(REDUCTIONS))
@pytest.mark.parametrize("shape", [(7,), (3, 5), (1, 6, 1), (2, 3, 4), (2, 3, 4, 5), (2, 3, 1, 4, 2)], ids=str)
def test_reduce(shape: Shape, reduction: Reduction, batch: bool) -> None:
    x = random_tensor(shape)
    axes = free_axes(shape, batch)
    for count in range(1, len(axes) + 1):
        for chosen in itertools.combinations(axes, count):
            for keep in (False, True):
                if count == len(shape) and not keep:
                    continue  # nothing would be left
                found = run_operator(Reduce(reduction, chosen, keep), x, batch=batch, threads=2)
                assert_close(found, REDUCTIONS[reduction](x, chosen, keep))  # type: ignore[operator]


def test_reduce_of_many_elements() -> None:
    x = random_tensor((2, 3, 400, 500)) + 5
    assert_close(run_operator(Reduce(Reduction.Mean, (2, 3)), x), x.double().mean((2, 3)).float(), 1e-6)
    assert_close(run_operator(Reduce(Reduction.Sum, (1,)), x, threads=2), x.double().sum(1).float(), 1e-6)


# --- Several inputs ---


@pytest.mark.parametrize("batch", [False, True])
@each_shape
def test_concat(shape: Shape, batch: bool) -> None:
    for axis in free_axes(shape, batch):
        for sizes in [(2,), (1, 1), (3, 1, 2), (1, 4, 1, 1, 2)]:
            tensors = [
                random_tensor((*shape[:axis], size, *shape[axis + 1 :]), seed) for seed, size in enumerate(sizes)
            ]
            assert torch.equal(run_operator(Concat(axis), *tensors, batch=batch, threads=2), torch.cat(tensors, axis))


PRODUCTS = [
    ((2, 1, 1), (2, 1, 1)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 3, 7, 4), (2, 3, 4, 9)),
    ((2, 1, 7, 4), (2, 3, 4, 1)),
    ((2, 3, 1, 17), (2, 1, 17, 33)),
    ((2, 2, 1, 2, 3), (2, 1, 3, 3, 2)),
    ((2, 20, 65), (2, 65, 300)),
]


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(("a", "b"), PRODUCTS)
def test_mat_mul(a: Shape, b: Shape, batch: bool) -> None:
    x, y = random_tensor(a, 1), random_tensor(b, 2)
    assert_close(run_operator(MatMul(), x, y, batch=batch, threads=2), x @ y)


@pytest.mark.parametrize(
    ("a", "b"), [((3, 4), (4, 5)), ((4, 6), (3, 6, 2)), ((2, 3, 5, 6), (6, 2)), ((2, 1, 3, 4), (5, 4, 3))]
)
def test_mat_mul_of_different_ranks(a: Shape, b: Shape) -> None:
    x, y = random_tensor(a, 1), random_tensor(b, 2)
    assert_close(run_operator(MatMul(), x, y, batch=False), x @ y)


@pytest.mark.parametrize(
    ("x_shape", "constant"), [((3, 4, 5), (5, 6)), ((3, 4, 5), (1, 5, 6)), ((2, 3, 4, 5), (3, 5, 2))]
)
def test_mat_mul_with_a_constant(x_shape: Shape, constant: Shape) -> None:
    x, c = random_tensor(x_shape, 1), random_tensor(constant, 2)
    assert_close(run_operator(MatMul(), x, constants=[c]), x @ c)
    assert_close(run_operator(MatMul(), x.mT.contiguous(), constants=[c.mT], constants_first=True), c.mT @ x.mT)


@each_shape
def test_constant(shape: Shape) -> None:
    # An output must depend on an input, so the constant is seen through a Concat.
    x, c = random_tensor(shape, 1), random_tensor(shape, 2)
    assert torch.equal(run_operator(Concat(0), x, constants=[c], batch=False), torch.cat([x, c]))
