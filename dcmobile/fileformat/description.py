"""What a file says about its scores, without its weights: for a model that is loaded already, so verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dcmobile.fileformat.schema_generated as schema_generated
from dcmobile.errors import Code, FileError
from dcmobile.file_state import FileState
from dcmobile.fileformat.container import open_container
from dcmobile.fileformat.metadata import Metadata, read_metadata
from dcmobile.fileformat.operator_tables import operator_table, values_made


@dataclass(frozen=True)
class FileDescription:
    """metadata: all of it. gives_probabilities: whether the first output's values are (docs/format.md, section 7.2)."""

    metadata: Metadata
    gives_probabilities: bool


def read_description(state: FileState) -> FileDescription:
    """Read the file. Raises ``FileError`` if it is not the one of ``state`` any more or cannot be read."""
    try:
        with state.path.open("rb") as file:
            same = state.is_of(file.fileno())
            data = file.read() if same else b""
    except OSError as error:
        raise FileError(f"cannot read {state.path}: {error.strerror}", Code.FILE_IO) from None
    if not same:
        raise FileError(f"{state.path} has changed since it was loaded: load it again", Code.FILE_IO)
    model, _payload = open_container(data)
    table = _maker(model, model.Outputs(0).Value())
    return FileDescription(read_metadata(model.Metadata()), table is not None and _gives_probabilities(table))


def _maker(model: Any, value: int) -> Any:
    """The table of the operator that makes the value; None for an input."""
    next_value = model.InputsLength()
    for index in range(model.OpsLength() if value >= next_value else 0):
        table = operator_table(model.Ops(index))
        next_value += values_made(type(table).__name__)
        if value < next_value:
            return table
    return None


def _gives_probabilities(table: Any) -> bool:
    if isinstance(table, schema_generated.Softmax | schema_generated.Sigmoid):
        return True
    activation = getattr(table, "Activation", None)
    return activation is not None and activation() == schema_generated.Activation.Sigmoid
