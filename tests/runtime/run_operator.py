"""Runs a file of one operator, made by hand, through the C++ runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from random_graphs import random_sharing, shared_weight
from torch import Tensor

from dcmobile import _native
from dcmobile.fileformat import build_file
from dcmobile.fileformat.operator_tables import values_made
from dcmobile.graph import BATCH, Graph, Op, Value, Weight
from dcmobile.model import Model
from dcmobile.operators import Attributes, Constant

#: How ``layer_weight`` makes the weights of layers.
FORMS = ("dense", "sparse", "shared")


def random_tensor(seed: int, *shape: int) -> Tensor:
    """Normal values, the same for the same seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def layer_weight(form: str, seed: int, *shape: int) -> Weight:
    """A weight whose values all differ, one of few values and many zeros ("sparse"), or of few values and no zeros."""
    if form == "dense":
        return Weight("", random_tensor(seed, *shape).numpy() * np.float32(0.3))
    sharing = random_sharing(np.random.default_rng(seed), int(np.prod(shape)), 0.3 if form == "sparse" else 1.0, 16)
    return shared_weight("", shape, sharing)


def dense_weights(**tensors: Tensor) -> dict[str, Weight]:
    """Weights of these values, by role."""
    return {role: Weight(role, np.ascontiguousarray(tensor.detach().numpy())) for role, tensor in tensors.items()}


def open_operator(
    attributes: Attributes,
    *inputs: Tensor,
    weights: Mapping[str, Weight] | None = None,
    constants: Sequence[Tensor] = (),
    constants_first: bool = False,
    batch: bool = True,
    threads: int = 1,
) -> Model:
    """The operator as a model that takes inputs of these shapes and returns all that it makes.

    weights: by role, whatever their names. constants: further operands, which the file holds, after the inputs or
    before them. batch: the first axis of the inputs is the batch, chosen when the model runs.
    """
    shapes = [(BATCH, *each.shape[1:]) if batch else tuple(each.shape) for each in inputs]
    values = [Value(f"x{index}", shape) for index, shape in enumerate(shapes)]
    held = dense_weights(**{f"constant{index}": constant for index, constant in enumerate(constants)})
    ops = [Op("", Constant(), (), name, {"weight": name}) for name in held]
    given, fixed = tuple(value.name for value in values), tuple(held)
    values += [Value(name, weight.values.shape) for name, weight in held.items()]
    made = tuple(f"y{index}" for index in range(values_made(type(attributes).__name__)))
    values += [Value(name, ()) for name in made]  # the file does not hold their shapes
    held |= {role: replace(weight, name=role) for role, weight in (weights or {}).items()}
    reads = fixed + given if constants_first else given + fixed
    ops.append(Op("", attributes, reads, made[0], {role: role for role in weights or ()}, more_outputs=made[1:]))
    graph = Graph(given, tuple(ops), made, made, {value.name: value for value in values}, held)
    native = _native.Model.open_memory(np.frombuffer(build_file(graph).data, np.uint8), threads=threads)
    return Model(native, "in memory", threads)


def run_operator(
    attributes: Attributes,
    *inputs: Tensor,
    weights: Mapping[str, Weight] | None = None,
    constants: Sequence[Tensor] = (),
    constants_first: bool = False,
    batch: bool = True,
    threads: int = 1,
) -> list[Tensor]:
    """All that the operator makes of the inputs, in shapes that the runtime worked out. See ``open_operator``."""
    model = open_operator(
        attributes,
        *inputs,
        weights=weights,
        constants=constants,
        constants_first=constants_first,
        batch=batch,
        threads=threads,
    )
    results = model(*inputs)
    return list(results) if isinstance(results, tuple) else [results]


def assert_close(found: Tensor, expected: Tensor, tolerance: float = 1e-5) -> None:
    """Equal shapes, and no element further off than ``tolerance`` of the largest expected."""
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, rtol=0.0, atol=tolerance * max(expected.abs().max().item(), 1e-30))
