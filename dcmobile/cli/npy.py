"""One numpy array in a .npy file (numpy.lib.format, version 1.0 to 3.0), read with care and written whole.

Pickled arrays are refused: to read one is to run its code.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dcmobile.errors import Code, FileError
from dcmobile.fileformat.atomic import write_atomically

_MAGIC = b"\x93NUMPY"
_PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_READ_HEADER = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}


def read_npy(path: Path) -> npt.NDArray[Any]:
    """The array; read-only, of the dtype and shape that the file says.

    Raises ``FileError``: cannot be read, no .npy file, pickled objects, more or fewer bytes than the header says.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}", Code.FILE_IO) from None
    if not data.startswith(_MAGIC):
        raise FileError(f"{path} is not a .npy file{_what_else(data)}: write it with numpy.save", Code.FILE_FORMAT)
    stream = io.BytesIO(data)
    shape, fortran_order, dtype = _read_header(stream, path)
    if dtype.hasobject:
        raise FileError(f"{path} holds pickled Python objects, which are not read: save numbers only", Code.FILE_FORMAT)
    if any(size < 0 for size in shape):
        raise FileError(f"{path} is not a .npy file: its shape is {list(shape)}", Code.FILE_FORMAT)
    there, needed = len(data) - stream.tell(), int(np.prod(shape, dtype=object)) * dtype.itemsize
    if there != needed:
        raise FileError(
            f"{path} is damaged: {dtype} {list(shape)} takes {needed} bytes, the file has {there}", Code.FILE_FORMAT
        )
    array = np.frombuffer(data, dtype, offset=stream.tell()) if needed else np.empty(0, dtype)
    return array.reshape(shape, order="F" if fortran_order else "C")


def _read_header(stream: io.BytesIO, path: Path) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and dtype; the stream is left at the first element."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that Python 2 wrote, which are read all the same
            major, _ = np.lib.format.read_magic(stream)
            # Version 3.0 differs from 2.0 in the names of record fields only, which no input has.
            return _READ_HEADER[min(major, 2)](stream)
    except Exception:  # the header is Python text, and numpy lets out whatever its parser raises
        raise FileError(f"{path} is not a whole .npy file: its header is damaged", Code.FILE_FORMAT) from None


def write_npy(path: Path, array: npt.NDArray[Any]) -> None:
    """Write the array, C-contiguous, so that the file appears whole or not at all; into a device or pipe, directly.

    Raises ``FileError``.
    """
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    parts = (header.getvalue(), array.reshape(-1).view(np.uint8).data)
    if is_special(path):
        try:
            with path.open("wb") as file:
                file.writelines(parts)
        except OSError as error:
            raise FileError(f"cannot write {path}: {error.strerror}", Code.FILE_IO) from None
    else:
        write_atomically(path, parts)


def is_special(path: Path) -> bool:
    """Whether something is there that is neither a file nor a folder: a device, a pipe. It must not be replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _what_else(data: bytes) -> str:
    if data.startswith(b"PK"):
        return " but a zip file (.npz, or of torch.save)"
    if data.startswith(_PICKLE_STARTS):
        return " but a pickle, which is not read"
    return " (it is empty)" if not data else ""
