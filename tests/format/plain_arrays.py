"""What the functions that evaluate operators are given and give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from plain_rules import BATCH, Attributes, Shape
from plain_schema import NO_WEIGHT

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


class Several(list[Doubles]):
    """The values of an operator that makes more than one."""


@dataclass(frozen=True)
class Running:
    """An operator about to run: its attributes, what it reads, the weights of the file, the shapes that it makes."""

    attributes: Attributes
    inputs: Sequence[Doubles]
    weights: Sequence[Floats]
    shapes: Sequence[Shape]

    @property
    def x(self) -> Doubles:
        """The first input."""
        return self.inputs[0]

    @property
    def shape(self) -> Shape:
        """The shape of the first value, with as many samples as the first input has."""
        return tuple(len(self.x) if n == BATCH else n for n in self.shapes[0])

    def weight(self, role: str = "weight", otherwise: float = 0.0) -> Doubles:
        """The weight in a role, or the other number where there is none."""
        index = self.attributes[role]
        return np.array(otherwise) if index == NO_WEIGHT else self.weights[index].astype(np.float64)


Function = Callable[[Running], Doubles | Several]
