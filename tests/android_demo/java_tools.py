"""javac, java and the jars that the tests of the demo app need, and where they lie."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from java_build import JUNIT, REPOSITORY

__all__ = ["ANDROID_JAR", "APP", "DEMO", "FRAMEWORK", "JUNIT", "REPOSITORY", "compile_java", "java_files", "missing"]

DEMO = REPOSITORY / "android_demo"
APP = DEMO / "app" / "src"
#: What scripts/build-android-demo unpacks.
TOOLS = REPOSITORY / "build" / "android-demo" / "tools" / "usr" / "share" / "java"
ANDROID_JAR = TOOLS / "com.android.android-23.jar"
FRAMEWORK = Path("/usr/share/android-framework-res/framework-res.apk")


def missing(*wanted: str | Path) -> list[str]:
    """Of these commands and files."""
    return [
        str(each)
        for each in wanted
        if not (each.exists() if isinstance(each, Path) else shutil.which(each) is not None)
    ]


def java_files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*.java"))]


def compile_java(sources: Sequence[Path], to: Path, *options: str | Path) -> None:
    """Fails with what javac says, warnings included."""
    done = subprocess.run(
        ["javac", "-encoding", "UTF-8", "-Xlint:all,-options", "-Werror", "-d", to, *options, *sources],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
