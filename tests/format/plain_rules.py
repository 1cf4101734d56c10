"""What the shape rules of section 3 of docs/format.md have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

from plain_flatbuffer import require
from plain_schema import NO_WEIGHT

BATCH = -1  # as a first dimension: the batch B, chosen by the caller
MAX_RANK = 8

Shape = tuple[int, ...]
Attributes = dict[str, Any]


@dataclass(frozen=True)
class WeightInfo:
    """What an operator asks of a weight."""

    shape: Shape
    encoding: str


@dataclass(frozen=True)
class Site:
    """An operator where it stands: its attributes, the shapes of what it reads, the weights of the file."""

    kind: str
    attributes: Attributes
    inputs: Sequence[Shape]
    weights: Sequence[WeightInfo]

    @property
    def x(self) -> Shape:
        """The shape of the first input."""
        return self.inputs[0]

    def read(self, *ranks: int) -> Shape:
        """The shape of the first input, which must have one of these ranks."""
        wanted = " or ".join(str(rank) for rank in ranks)
        require(len(self.x) in ranks, f"a {self.kind} reads a value of a rank other than {wanted}")
        return self.x

    def read_at_least(self, rank: int) -> Shape:
        """The shape of the first input, which must have this rank or more."""
        require(len(self.x) >= rank, f"a {self.kind} reads a value of rank below {rank}")
        return self.x

    def has(self, role: str) -> bool:
        """Whether the operator has a weight in this role."""
        index: int = self.attributes.get(role, NO_WEIGHT)
        return index != NO_WEIGHT

    def info(self, role: str) -> WeightInfo:
        """The weight in this role, which must exist."""
        index = self.attributes[role]
        purpose = "" if role == "weight" else f" for a {role}"
        require(index < len(self.weights), f"there is no weight {index}{purpose}")
        return self.weights[index]

    def weight(self, rank: int, role: str = "weight") -> Shape:
        """The shape of a weight, which must have this rank."""
        shape = self.info(role).shape
        require(len(shape) == rank, f"weight {self.attributes[role]} has rank {len(shape)}, its operator wants {rank}")
        return shape

    def dense(self, role: str, *shapes: Shape) -> None:
        """If there is such a weight, it must be dense and have one of the shapes."""
        if self.has(role):
            info = self.info(role)
            require(info.encoding == "Dense", f"the {role} {self.attributes[role]} is not a Dense weight")
            wanted = " or ".join(str(list(shape)) for shape in shapes)
            require(info.shape in shapes, f"the {role} {self.attributes[role]} has not the shape {wanted}")

    def axis(self, number: int) -> int:
        """An axis that an attribute names: one of the first input's, and not the batch."""
        least = 1 if has_batch(self.x) else 0
        require(least <= number < len(self.x), f"a {self.kind} over axis {number} reads {shape_text(self.x)}")
        return number

    def finite(self, *names: str) -> None:
        """These attributes must be finite."""
        for name in names:
            require(isfinite(self.attributes[name]), f"the {name} of a {self.kind} is not finite")


def has_batch(shape: Shape) -> bool:
    """Whether the first axis is the batch. No other axis ever is, so this tells it apart from a size."""
    return shape[:1] == (BATCH,)


def sample_size(shape: Shape) -> int:
    """Elements a sample; without a batch the whole value counts as one sample."""
    return prod(n for n in shape if n != BATCH)


def shape_text(shape: Shape) -> str:
    """For the text of an error."""
    return "[" + ", ".join("B" if n == BATCH else str(n) for n in shape) + "]"


def broadcast(a: Shape, b: Shape) -> Shape:
    """NumPy's rule; a batch stays in front and meets nothing but itself or an axis of 1."""
    text = f"{shape_text(a)} and {shape_text(b)} do not broadcast"
    for one, other in ((a, b), (b, a)):
        if has_batch(one):
            require(len(other) <= len(one), text)
            require(has_batch(other) or len(other) < len(one) or other[0] == 1, text)
    rank = max(len(a), len(b))
    result = []
    for m, n in zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True):
        require(m == n or m == 1 or n == 1, text)
        result.append(n if m == 1 else m)
    return tuple(result)


def check_value(shape: Shape) -> None:
    """What holds for every value."""
    require(1 <= len(shape) <= MAX_RANK, "a value has not 1 to 8 dimensions")
    require(sample_size(shape) < 2**31, "a value has 2^31 or more elements a sample")
