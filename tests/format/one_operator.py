"""Runs a single operator of the plain reader, for tests that compare it with torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plain_graph import PlainOp, arity, output_shapes
from plain_operators import evaluate
from plain_rules import BATCH, Shape, WeightInfo
from plain_schema import OPERATORS

Floats = NDArray[np.float32]


def random_floats(*shape: int, seed: int = 0) -> Floats:
    return np.random.default_rng([seed, *shape]).standard_normal(shape, dtype=np.float32)


def operators(
    kind: str, inputs: Sequence[Floats], parameters: Sequence[Floats] = (), batch: bool = True, **given: Any
) -> list[Floats]:
    """What the operator makes of the inputs, whose first axis is the batch unless `batch` is False.

    `parameters` are the weights of the file, which the attributes name by their index. Also checks that the shape
    rules say what comes out.
    """
    unknown = given.keys() - {name for name, _, _ in OPERATORS[kind]}
    assert not unknown, unknown
    attributes = {name: given.get(name, () if scalar == "[u32]" else d) for name, scalar, d in OPERATORS[kind]}
    least, most = arity(kind, attributes)
    assert least <= len(inputs) <= most
    asked: list[Shape] = [(BATCH, *x.shape[1:]) if batch else x.shape for x in inputs]
    infos = [WeightInfo(p.shape, "Dense") for p in parameters]
    shapes = output_shapes(kind, attributes, asked, infos)
    made = evaluate(PlainOp(None, kind, attributes, tuple(range(len(inputs))), tuple(shapes)), inputs, parameters)
    for shape, result in zip(shapes, made, strict=True):
        assert result.dtype == np.float32
        assert result.shape == tuple(len(inputs[0]) if n == BATCH else n for n in shape)
    return made


def operator(kind: str, *inputs: Floats, parameters: Sequence[Floats] = (), batch: bool = True, **given: Any) -> Floats:
    """The same for an operator that makes one value."""
    (result,) = operators(kind, inputs, parameters, batch, **given)
    return result
