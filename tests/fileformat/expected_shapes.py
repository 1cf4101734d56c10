"""Shapes of the values of a graph, by the plain reader's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from plain_graph import output_shapes
from plain_rules import Shape, WeightInfo
from plain_schema import NO_WEIGHT

from dcmobile.fileformat.operator_tables import weight_roles
from dcmobile.operators import Attributes


def expected_shapes(
    attributes: Attributes, inputs: Sequence[Shape], weights: Mapping[str, Shape] | None = None
) -> list[Shape]:
    """What the operator makes. weights: the shape of each, by role."""
    kind = type(attributes).__name__
    held = list((weights or {}).items())
    indices = dict.fromkeys(weight_roles(kind), NO_WEIGHT) | {role: index for index, (role, _) in enumerate(held)}
    return output_shapes(kind, asdict(attributes) | indices, inputs, [WeightInfo(shape, "Dense") for _, shape in held])
