"""The .dcmodel file (docs/format.md): from a graph and its encoded weights to bytes, and back."""

from dcmobile.fileformat.atomic import write_atomically
from dcmobile.fileformat.metadata import Metadata
from dcmobile.fileformat.reader import LoadedFile, read_bytes, read_file
from dcmobile.fileformat.writer import FileBytes, WrittenFile, build_file, write_file

__all__ = [
    "FileBytes",
    "LoadedFile",
    "Metadata",
    "WrittenFile",
    "build_file",
    "read_bytes",
    "read_file",
    "write_atomically",
    "write_file",
]
