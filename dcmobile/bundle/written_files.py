"""Writes several files below a folder, each whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dcmobile.errors import Code, FileError
from dcmobile.fileformat.atomic import check_target, write_atomically


def check_files(folder: Path, names: Mapping[str, object]) -> None:
    """Raise ``FileError`` where one of them could not be written, before anything is."""
    for path in (folder, *(folder / name for name in names)):
        for parent in path.parents:
            if parent.exists():
                if not parent.is_dir():
                    raise FileError(f"cannot write {path}: {parent} is not a folder", Code.FILE_IO)
                break
    if folder.exists() and not folder.is_dir():
        raise FileError(f"cannot write into {folder}: it is not a folder", Code.FILE_IO)
    for name in names:
        if (folder / name).parent.is_dir():
            check_target(folder / name)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """In their order; folders are made. A file that is as it should be already is left alone, with its time."""
    for name, data in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                continue
        except OSError as error:
            raise FileError(f"cannot write {path}: {error.strerror}", Code.FILE_IO) from None
        write_atomically(path, [data])
