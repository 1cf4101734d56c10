"""Runs Java on the desktop against the classes of an AAR, with an archive in the place of the APK."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import java_build

_STAND_INS = java_build.SDK / "src/desktop/java"


def data_place(data: bytes | bytearray, info: zipfile.ZipInfo) -> int:
    """Where the data of an entry begin: after its local header, whose name and extra field have their lengths in it."""
    header = info.header_offset
    return header + 30 + sum(int.from_bytes(data[header + at : header + at + 2], "little") for at in (26, 28))


def desktop_library() -> Path:
    """The runtime with the native methods for this machine's Java."""
    given = os.environ.get("DCMOBILE_JNI_LIBRARY")
    return Path(given) if given else java_build.native_library()


def run_java(
    aar: Path,
    apk: Path,
    folder: Path,
    sources: Sequence[Path],
    main: str,
    native: Path | None,
) -> list[str]:
    """Compile the sources, run main and give the lines that it prints.

    Its arguments are apk, then name, offset and length of each asset that is stored in it.
    """
    with zipfile.ZipFile(aar) as file:
        (folder / "classes.jar").write_bytes(file.read("classes.jar"))
    classes = f"{folder / 'classes.jar'}{os.pathsep}{folder / 'classes'}"
    (folder / "classes").mkdir()
    options = ("--release", "8", "-Xlint:-options", "-encoding", "UTF-8", "-cp", classes, "-d", folder / "classes")
    subprocess.run(["javac", *options, *sorted(_STAND_INS.rglob("*.java")), *sources], check=True)
    data = apk.read_bytes()
    with zipfile.ZipFile(apk) as file:
        assets = [info for info in file.infolist() if info.filename.startswith("assets/")]
    words = [
        word
        for info in assets
        for word in (info.filename.removeprefix("assets/"), str(data_place(data, info)), str(info.file_size))
    ]
    java = ["java", "-Xcheck:jni", "--add-opens", "java.base/java.io=ALL-UNNAMED", "-cp", classes]
    java += [f"-Dorg.dcmobile.library={native}"] if native else []
    done = subprocess.run([*java, main, apk, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()
