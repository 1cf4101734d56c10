"""What ``dcmobile run`` says of the tensors that went in and came out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dcmobile.report.printable import printable
from dcmobile.report.quantities import shape_text

if TYPE_CHECKING:
    from dcmobile.model import TensorInfo


def run_lines(
    kind: str,
    tensors: Sequence[TensorInfo],
    shapes: Sequence[tuple[int, ...]],
    places: dict[str, Path],
    preposition: str,
) -> list[str]:
    """E.g. ``input  x 1x784 from x.npy``."""
    lines = []
    for tensor, shape in zip(tensors, shapes, strict=True):
        place = f" {preposition} {places[tensor.name]}" if tensor.name in places else ""
        lines.append(printable(f"{kind:6} {tensor.name} {shape_text(shape)}{place}"))
    return lines
