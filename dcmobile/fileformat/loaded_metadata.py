"""What a file says of itself, without its weights: for a model that is loaded already, so verified."""

from __future__ import annotations

from dcmobile.errors import Code, FileError
from dcmobile.file_state import FileState
from dcmobile.fileformat.container import open_container
from dcmobile.fileformat.metadata import Metadata, read_metadata


def read_loaded_metadata(state: FileState) -> Metadata:
    """Read the file. Raises ``FileError`` if it is not the one of ``state`` any more or cannot be read."""
    try:
        with state.path.open("rb") as file:
            same = state.is_of(file.fileno())
            data = file.read() if same else b""
    except OSError as error:
        raise FileError(f"cannot read {state.path}: {error.strerror}", Code.FILE_IO) from None
    if not same:
        raise FileError(f"{state.path} has changed since it was loaded: load it again", Code.FILE_IO)
    return read_metadata(open_container(data)[0].Metadata())
