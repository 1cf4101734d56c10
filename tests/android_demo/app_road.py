"""Runs the demo app's own classes on this machine's JVM, from a model in an APK to classes and reports."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from java_build import SDK, native_library
from java_tools import APP, compile_java, java_files
from PIL import Image

_DEMO = APP / "main/java/org/dcmobile/demo"


@dataclass(frozen=True)
class Road:
    """scores: (index, probability, label), best first. report: the JSON. compared: bytes of file and of memory."""

    scores: list[tuple[int, float, str]]
    report: dict[str, Any]
    compared: tuple[int, int]


def drive(apk: Path, asset: str, picture: Path, folder: Path) -> Road:
    """folder: for what is made on the way."""
    classes = folder / "classes"
    classes.mkdir()
    sources = java_files(*(_DEMO / name for name in ("picture", "classes", "measure")), Path(__file__).parent / "road")
    paths = os.pathsep.join(map(str, (SDK / "src/main/java", SDK / "src/desktop/java")))
    compile_java([*sources, _DEMO / "AssetNetwork.java"], classes, "--release", "8", "-sourcepath", paths)
    with Image.open(picture) as image:
        rgba = np.array(image.convert("RGBA"))
    pixels = folder / "pixels"
    pixels.write_bytes(struct.pack(">ii", rgba.shape[1], rgba.shape[0]) + rgba[..., [3, 0, 1, 2]].tobytes())
    offset, length = _place(apk, asset)
    flags = ["-Xcheck:jni", f"-Dorg.dcmobile.library={native_library()}"]
    flags += ["--add-opens", "java.base/java.io=ALL-UNNAMED"]  # for the stand-in of ParcelFileDescriptor
    arguments: list[str | Path] = [apk, str(offset), str(length), pixels, folder]
    done = subprocess.run(
        ["java", *flags, "-classpath", classes, "org.dcmobile.demo.Road", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *scores, compared = (line.split(" ", 3)[1:] for line in done.stdout.splitlines())
    return Road(
        [(int(index), float(probability), label) for index, probability, label in scores],
        json.loads((folder / "report.json").read_text()),
        (int(compared[0]), int(compared[1])),
    )


def _place(apk: Path, asset: str) -> tuple[int, int]:
    """Where a stored file lies in a zip: after its local header, whose name and extra field have their own lengths."""
    with zipfile.ZipFile(apk) as archive:
        info = archive.getinfo(asset)
    assert info.compress_type == zipfile.ZIP_STORED
    with apk.open("rb") as file:
        file.seek(info.header_offset + 26)
        name, extra = struct.unpack("<HH", file.read(4))
    return info.header_offset + 30 + name + extra, info.file_size
