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
    with tempfile.TemporaryDirectory(prefix="dcmobile-bundle-") as name:
        folder = Path(name)
        for path, text in sources.items():
            (folder / "src" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / path).write_text(text, encoding="utf-8")
        stand_ins, api, own = folder / "stand-ins", folder / "api", folder / "own"
        _compile(compiler, stand_ins, [], sorted((sdk / "src/desktop/java").rglob("*.java")))
        _compile(compiler, api, [stand_ins], sorted((sdk / "src/main/java").rglob("*.java")))
        if sources:
            _compile(compiler, own, [stand_ins, api], sorted((folder / "src").rglob("*.java")))
        found: dict[str, bytes] = {}
        for root in (api, own) if with_api else (own,):
            found |= {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.class")}
    return dict(sorted(found.items()))


def _compile(compiler: tuple[str, int], target: Path, classes: list[Path], sources: list[Path]) -> None:
    program, version = compiler
    release = ["--release", _RELEASE] if version >= _FIRST_WITH_RELEASE else ["-source", _RELEASE, "-target", _RELEASE]
    target.mkdir()
    words = [program, *release, "-Xlint:-options", "-encoding", "UTF-8", "-proc:none", "-implicit:none", "-nowarn"]
    words += ["-g:source,lines", "-d", str(target), "-cp", os.pathsep.join(map(str, classes)) or str(target)]
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
