"""libdcmobile.so for the ABIs of an app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dcmobile
from dcmobile.android.elf import ABIS, read_elf
from dcmobile.errors import CallError, Code, FileError

#: What Java's System.loadLibrary("dcmobile") looks for.
FILE_NAME = "libdcmobile.so"
_BUILDS = {"arm64-v8a": "build/android-arm64/libdcmobile.so"}
_PAGE = 0x4000  # Android 15 on has phones with pages of 16 KiB
_ENTRY_POINT = b"JNI_OnLoad\0"


@dataclass(frozen=True)
class NativeLibrary:
    """For one ABI."""

    abi: str
    path: Path
    data: bytes


def read_libraries(given: Sequence[str]) -> list[NativeLibrary]:
    """Of ``ABI=FILE`` each, in the order of Android's ABIs; without any, what ``scripts/build-android-so`` has built in
    this source tree.

    Raises ``CallError`` (an unknown ABI, one twice) and ``FileError`` (not there, or not a library for that ABI with
    the native methods of org.dcmobile, for any size of page).
    """
    named: dict[str, Path] = {}
    for text in given:
        abi, equals, file = text.partition("=")
        if not equals or abi not in ABIS:
            raise CallError(f"--library {text!r}: write ABI=FILE, the ABI one of {', '.join(ABIS)}", Code.CALL_ARGUMENT)
        if abi in named:
            raise CallError(f"--library has two files for {abi}", Code.CALL_ARGUMENT)
        named[abi] = Path(file)
    if not given:
        named = _built()
    return [_read(abi, named[abi]) for abi in ABIS if abi in named]


def _built() -> dict[str, Path]:
    root = Path(dcmobile.__file__).parents[1]
    found = {abi: root / path for abi, path in _BUILDS.items() if (root / path).is_file()}
    if not found:
        raise FileError(
            f"there is no {FILE_NAME} for Android: build one with scripts/build-android-so, name one with "
            "--library ABI=FILE, or leave it and the Java API out with --models-only",
            Code.FILE_IO,
        )
    return found


def _read(abi: str, path: Path) -> NativeLibrary:
    elf = read_elf(path)
    if elf is None or not elf.is_library:
        raise FileError(f"{path} is no shared library for Android", Code.FILE_FORMAT)
    if elf.abi != abi:
        raise FileError(f"{path} is for {elf.abi}, not for {abi}", Code.FILE_FORMAT)
    if elf.alignment < _PAGE and abi.endswith(("64", "v8a")):
        raise FileError(
            f"{path} is linked for pages of {elf.alignment} bytes: newer phones need -Wl,-z,max-page-size={_PAGE}",
            Code.FILE_FORMAT,
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}", Code.FILE_IO) from None
    if _ENTRY_POINT not in data:
        raise FileError(
            f"{path} has no {_ENTRY_POINT[:-1].decode()}: it is built without the Java API", Code.FILE_FORMAT
        )
    return NativeLibrary(abi, path, data)
