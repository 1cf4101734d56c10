"""Builds small networks by hand, with each weight in the encoding that the caller names."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from expected_shapes import expected_shapes
from random_graphs import random_sharing, shared_weight

from dcmobile.encode import EncodedWeight, Encoding
from dcmobile.encode.choose import candidates
from dcmobile.fileformat import Metadata, build_file
from dcmobile.graph import Graph, Op, Value, Weight
from dcmobile.operators import Attributes, Constant

Shape = tuple[int, ...]


class NetworkBuilder:
    """Operators in order; each is named after its place and reads the newest value unless told otherwise."""

    def __init__(self, seed: int, inputs: dict[str, Shape]) -> None:
        self._random = np.random.default_rng(seed)
        self._inputs = tuple(inputs)
        self._values = {name: Value(name, shape) for name, shape in inputs.items()}
        self._ops: list[Op] = []
        self._weights: dict[str, Weight] = {}
        self._encoded: dict[str, EncodedWeight] = {}

    def shared(
        self,
        name: str,
        shape: Shape,
        encoding: Encoding,
        density: float,
        centroids: int,
        half: bool = False,
        pairs: bool = False,
    ) -> str:
        """A weight of few values; ``half``: of binary16 centroids. pairs: gaps may be coded in pairs."""
        sharing = random_sharing(self._random, int(np.prod(shape)), density, centroids, half)
        return self.keep(shared_weight(name, shape, sharing), encoding, pairs)

    def dense(self, name: str, shape: Shape, half: bool = False) -> str:
        """A dense weight or bias of normal values, binary16 if ``half``."""
        values: npt.NDArray[np.float32] = (self._random.normal(size=shape) * 0.5).astype(np.float32)
        return self.keep(Weight(name, values.astype(np.float16) if half else values), Encoding.DENSE)

    def keep(self, weight: Weight, encoding: Encoding, pairs: bool = False) -> str:
        """A given weight. Returns its name."""
        (self._encoded[weight.name],) = (each for each in candidates(weight, pairs) if each.encoding is encoding)
        self._weights[weight.name] = weight
        return weight.name

    def add(self, attributes: Attributes, *inputs: str, **weights: str) -> str:
        """One operator that makes one value; weights by role. Returns the name of its result."""
        (result,) = self.add_several(attributes, *inputs, **weights)
        return result

    def add_several(self, attributes: Attributes, *inputs: str, **weights: str) -> tuple[str, ...]:
        """One operator. Returns the names of what it makes."""
        name = f"op{len(self._ops)}"
        reads = inputs if inputs or isinstance(attributes, Constant) else (list(self._values)[-1],)
        shapes = [self._values[value].shape for value in reads]
        held_shapes = {role: self._weights[held].values.shape for role, held in weights.items()}
        made = expected_shapes(attributes, shapes, held_shapes)
        results = (name, *(f"{name}.{number}" for number in range(1, len(made))))
        self._values |= {result: Value(result, shape) for result, shape in zip(results, made, strict=True)}
        self._ops.append(Op(name, attributes, reads, name, weights, more_outputs=results[1:]))
        return results

    def graph(self, *outputs: str) -> Graph:
        """The network; without ``outputs`` every value is one."""
        chosen = outputs or tuple(self._values)
        return Graph(self._inputs, tuple(self._ops), chosen, chosen, self._values, self._weights).check()

    def file(self, *outputs: str, metadata: Metadata | None = None, packed: bool = False) -> bytes:
        """The network as a file."""
        return bytes(build_file(self.graph(*outputs), self._encoded, metadata, packed).data)
