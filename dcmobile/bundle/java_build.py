"""Compiles the Java API and the generated class to class files for Android."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import dcmobile
from dcmobile.errors import Code, FileError, MachineError

# Android's tools take Java 8 everywhere.
_RELEASE = "8"
_FIRST_WITH_RELEASE = 9


def sdk_folder() -> Path:
    """The Java API's sources and rules: of this source tree, or as they are installed with dcmobile."""
    here = Path(dcmobile.__file__).parent
    for folder in (here.parent / "android_demo/sdk", Path(__file__).parent / "sdk"):
        if (folder / "src/main/java/org/dcmobile/Model.java").is_file():
            return folder
    raise FileError("the sources of org.dcmobile are not installed with dcmobile", Code.FILE_IO)


def consumer_rules() -> bytes:
    """What the shrinker of an app must know about org.dcmobile."""
    return (sdk_folder() / "consumer-rules.pro").read_bytes()


def compile_classes(sources: dict[str, str], with_api: bool) -> dict[str, bytes]:
    """Class files by their path in a jar, in order: of the sources (path, text), and of org.dcmobile with with_api.

    Android's own classes are not needed: those that the API uses are stood in for, and not part of what comes out.
    Raises ``MachineError`` where there is no JDK or it does not compile.
    """
    compiler = _compiler()
    sdk = sdk_folder()
    stand_ins, api = sdk / "src/desktop/java", sdk / "src/main/java"
    with tempfile.TemporaryDirectory(prefix="dcmobile-bundle-") as name:
        own, classes = Path(name, "src"), Path(name, "classes")
        for path, text in sources.items():
            (own / path).parent.mkdir(parents=True, exist_ok=True)
            (own / path).write_text(text, encoding="utf-8")
        _compile(compiler, classes, [*_sources(stand_ins).values(), *_sources(api).values(), *_sources(own).values()])
        wanted = {*_sources(own), *(_sources(api) if with_api else ())}
        found = {path.relative_to(classes).as_posix(): path.read_bytes() for path in classes.rglob("*.class")}
    # Outer$Inner.class comes of Outer.java.
    return {path: data for path, data in sorted(found.items()) if re.split(r"[$.]", path)[0] in wanted}


def _sources(folder: Path) -> dict[str, Path]:
    """Every class with a file of its own, ``org/dcmobile/Model``, in order."""
    found = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.java")}
    return dict(sorted(found.items()))


def _compile(compiler: tuple[str, int], target: Path, sources: list[Path]) -> None:
    program, version = compiler
    release = ["--release", _RELEASE] if version >= _FIRST_WITH_RELEASE else ["-source", _RELEASE, "-target", _RELEASE]
    target.mkdir()
    words = [program, *release, "-Xlint:-options", "-encoding", "UTF-8", "-proc:none", "-implicit:none", "-nowarn"]
    words += ["-g:source,lines", "-d", str(target), "-cp", str(target)]
    try:
        done = subprocess.run(
            [*words, *map(str, sources)], capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise MachineError(f"cannot run {program}: {error.strerror}", Code.MACHINE_UNSUPPORTED) from None
    if done.returncode != 0:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if "error" in line]
        said = lines[0] if lines else f"it ended with {done.returncode}"
        raise MachineError(f"javac {version} cannot compile the Java API: {said}", Code.MACHINE_UNSUPPORTED)


def _compiler() -> tuple[str, int]:
    """javac of JAVA_HOME, else in PATH, and the number of its Java."""
    home = os.environ.get("JAVA_HOME")
    found = (shutil.which("javac", path=str(Path(home, "bin"))) if home else None) or shutil.which("javac")
    if found is None:
        raise MachineError(
            "javac is not installed, or not in PATH or JAVA_HOME: an AAR needs a JDK of Java 8 or later (Debian: "
            "apt-get install default-jdk-headless); without one, bundle --into a folder",
            Code.MACHINE_UNSUPPORTED,
        )
    try:
        said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise MachineError(f"cannot run {found}: {error.strerror}", Code.MACHINE_UNSUPPORTED) from None
    version = re.search(r"javac (?:1\.)?(\d+)", said.stdout + said.stderr)
    if version is None or int(version[1]) < int(_RELEASE):
        raise MachineError(f"{found} is no javac of Java 8 or later", Code.MACHINE_UNSUPPORTED)
    return found, int(version[1])
