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
from dcmobile.operators import Attributes

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
        self, name: str, shape: Shape, encoding: Encoding, density: float, centroids: int, half: bool = False
    ) -> str:
        """A weight of few values; ``half``: of binary16 centroids."""
        sharing = random_sharing(self._random, int(np.prod(shape)), density, centroids, half)
        return self.keep(shared_weight(name, shape, sharing), encoding)

    def dense(self, name: str, shape: Shape, half: bool = False) -> str:
        """A dense weight or bias of normal values, binary16 if ``half``."""
        values: npt.NDArray[np.float32] = (self._random.normal(size=shape) * 0.5).astype(np.float32)
        return self.keep(Weight(name, values.astype(np.float16) if half else values), Encoding.DENSE)

    def keep(self, weight: Weight, encoding: Encoding) -> str:
        """A given weight. Returns its name."""
        (self._encoded[weight.name],) = (each for each in candidates(weight) if each.encoding is encoding)
        self._weights[weight.name] = weight
        return weight.name

    def add(self, attributes: Attributes, *inputs: str, weight: str = "", bias: str = "") -> str:
        """One operator; weight and bias by name. Returns the name of its result."""
        name = f"op{len(self._ops)}"
        reads = inputs or (list(self._values)[-1],)
        roles = {role: held for role, held in (("weight", weight), ("bias", bias)) if held}
        shapes = [self._values[value].shape for value in reads]
        held_shapes = {role: self._weights[held].values.shape for role, held in roles.items()}
        (shape,) = expected_shapes(attributes, shapes, held_shapes)
        self._values[name] = Value(name, shape)
        self._ops.append(Op(name, attributes, reads, name, roles))
        return name

    def graph(self, *outputs: str) -> Graph:
        """The network; without ``outputs`` every value is one."""
        chosen = outputs or tuple(self._values)
        return Graph(self._inputs, tuple(self._ops), chosen, chosen, self._values, self._weights).check()

    def file(self, *outputs: str, metadata: Metadata | None = None) -> bytes:
        """The network as a file."""
        return bytes(build_file(self.graph(*outputs), self._encoded, metadata).data)
