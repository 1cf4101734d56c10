"""Builds the Java API, its native library for this machine and its tests, with a JDK and Debian's JUnit."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SDK = REPOSITORY / "android_demo" / "sdk"
JUNIT = [Path("/usr/share/java/junit4.jar"), Path("/usr/share/java/hamcrest.jar")]
MISSING = [
    *(tool for tool in ("java", "javac", "javadoc", "javap") if shutil.which(tool) is None),
    *(str(jar) for jar in JUNIT if not jar.exists()),
]
_CMAKE_FOLDER = Path(sys.executable).parent
_LIBRARIES = Path("runtime/bindings/jni")


def native_library(target: str = "dcmobile_jni") -> Path:
    """libdcmobile_jni.so of this tree. Where ``make test`` has built the runtime, nothing is compiled again.

    ``dcmobile_jni_signatures`` is the one that checks signatures.
    """
    library = _LIBRARIES / f"lib{target}.so"
    (REPOSITORY / "build").mkdir(exist_ok=True)
    with (REPOSITORY / "build" / ".java-lock").open("w") as lock:  # tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        shared = REPOSITORY / "build" / "native"
        if (shared / "CMakeCache.txt").exists() and _cmake("--build", shared, "--target", target) is None:
            return shared / library
        own = REPOSITORY / "build" / "java"
        for arguments in (
            (
                "-S",
                REPOSITORY,
                "-B",
                own,
                "-G",
                "Ninja",
                f"-DPython_EXECUTABLE={sys.executable}",
                "-DDCMOBILE_BUILD_JAVA=ON",
            ),
            ("--build", own, "-j", 2, "--target", target),
        ):
            failure = _cmake(*arguments)
            assert failure is None, failure
        return own / library


def compile_api(folder: Path) -> Path:
    """The classes of org.dcmobile, as an app gets them: nothing of Android's or androidx's is among them."""
    sources = (SDK / "src/main/java").rglob("*.java")
    _javac(folder, sources, "-implicit:none", "-sourcepath", SDK / "src/desktop/java")
    return folder


def compile_tests(folder: Path, api: Path) -> Path:
    """The tests, with stand-ins for the classes of Android that the API uses."""
    sources = [*(SDK / "src/test/java").rglob("*.java"), *(SDK / "src/desktop/java/android").rglob("*.java")]
    _javac(folder, sources, "-classpath", class_path(api, *JUNIT))
    return folder


def class_path(*entries: Path) -> str:
    return os.pathsep.join(map(str, entries))


def _javac(folder: Path, sources: Iterable[Path], *options: object) -> None:
    # Java 8, as Android's older tools take it. Newer JDKs call that obsolete, which is an "option" warning.
    fixed = ("--release", "8", "-encoding", "UTF-8", "-Xlint:all,-options", "-Werror", "-d", folder)
    command = ["javac", *map(str, (*fixed, *options, *sorted(sources)))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _cmake(*arguments: object) -> str | None:
    """None, or what went wrong."""
    environment = {**os.environ, "PATH": f"{_CMAKE_FOLDER}{os.pathsep}{os.environ['PATH']}"}
    command = ["cmake", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
