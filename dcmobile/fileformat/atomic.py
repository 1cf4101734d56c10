"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from dcmobile.errors import Code, FileError

Buffer = bytes | bytearray | memoryview

# A signal or a quota may cut a write short anyway; pieces keep one call from blocking Ctrl-C for long.
_PIECE = 16 << 20


def write_atomically(path: str | os.PathLike[str], parts: Iterable[Buffer]) -> None:
    """Write the parts, one after the other, to a file that appears at ``path`` only when all of it is on the disk.

    A temporary file in the same folder is written, flushed to the disk and renamed over ``path``; then the folder is
    flushed. Whatever happens before the rename, an exception or a crash, the old file at ``path`` stays as it was;
    after an exception the temporary file is gone too. An existing file's permissions are kept, a new one gets the usual
    ones (0666 less the umask). A symbolic link is followed. Raises ``FileError`` with code FILE_IO: no such folder, no
    permission, disk full, path is a folder.
    """
    target = check_target(path)
    try:
        _write(target, parts)
    except OSError as error:
        raise FileError(f"cannot write {path}: {reason(error, target)}", Code.FILE_IO) from error


def check_target(path: str | os.PathLike[str]) -> Path:
    """Where ``write_atomically`` would put the file. Raises ``FileError`` if there is something that a file must not
    replace (a folder, a device), or no folder to put it in.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise FileError(f"cannot write {path}: it is a folder", Code.FILE_IO)
    if target.exists() and not target.is_file():
        raise FileError(f"cannot write {path}: it is not a regular file", Code.FILE_IO)
    if not target.parent.exists():
        raise FileError(f"cannot write {path}: the folder {target.parent} does not exist", Code.FILE_IO)
    if not target.parent.is_dir():
        raise FileError(f"cannot write {path}: {target.parent} is not a folder", Code.FILE_IO)
    return target


def _write(target: Path, parts: Iterable[Buffer]) -> None:
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file, target.stat().st_mode & 0o777)
            for part in parts:
                _write_all(file, memoryview(part).cast("B"))
            os.fsync(file)
        finally:
            os.close(file)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _flush_folder(target.parent)


def _write_all(file: int, data: memoryview) -> None:
    while data.nbytes:
        data = data[os.write(file, data[:_PIECE]) :]


def _flush_folder(folder: Path) -> None:
    # The new name is there already; a file system that cannot flush folders is no reason to report failure.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reason(error: OSError, target: Path) -> str:
    """Why the file cannot be written, for people."""
    if error.errno == errno.ENOENT:
        return f"the folder {target.parent} does not exist"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission in the folder {target.parent}"
    if error.errno == errno.EROFS:
        return "the file system is read-only"
    return error.strerror or str(error)
