"""The recipe for a .pte of a given size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from torch.export import ExportedProgram

from dcmobile.budget.fit import fit
from dcmobile.budget.sensitivity import Choice
from dcmobile.calibration.inputs import CalibrationInputs
from dcmobile.compile import sensitivity
from dcmobile.errors import CallError, Code, UnsupportedOperatorError
from dcmobile.fileformat import Metadata
from dcmobile.graph_file import FilePath, Progress
from dcmobile.recipe import Recipe

#: Bytes of a .pte around the .dcmodel of a network with one input and one output.
_AROUND = 1024

T = TypeVar("T")


def lower_to_size(
    program: ExportedProgram,
    target_size: int,
    lower: Callable[[Recipe], tuple[bytes, T]],
    metadata: Metadata | Mapping[str, str] | None,
    calibration: CalibrationInputs | None,
    cache: FilePath | None,
    tell: Progress,
) -> tuple[tuple[bytes, T], float]:
    """What ``lower`` gives (a .pte and something else) with the recipe whose .pte has at most ``target_size`` bytes
    and whose outputs change least, and the predicted error of these.

    Raises ``CallError`` if the size cannot be reached, or if dcmobile does not take the program whole.
    """
    try:
        measured = sensitivity(program, calibration, cache=cache, metadata=metadata, progress=tell, compensate=False)
    except UnsupportedOperatorError as problem:
        raise CallError(
            f"a target size needs a network that dcmobile takes whole, for others take a recipe: {problem}",
            Code.CALL_ARGUMENT,
        ) from None
    tell("lower", 0, 1)

    def make(choice: Choice) -> tuple[int, tuple[bytes, T]]:
        lowered = lower(choice.recipe)
        return len(lowered[0]), lowered

    found = fit(replace(measured, structure_bytes=measured.structure_bytes + _AROUND), target_size, make)
    return found.made, found.choice.error
