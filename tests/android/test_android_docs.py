"""docs/android.md: its commands run as they stand, but for those that it says are not; its Java compiles and runs.

Where something is missing that a newcomer would have built (the library for Android, dcmobile-bench for arm64), this
machine's own takes its place.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from bundled_app import desktop_library, run_java
from command_line import environment
from console_page import prepare, without_numbers
from stand_in_phones import StandInPhones

import dcmobile
from dcmobile.bundle.native_library import read_libraries
from dcmobile.errors import FileError

_REPOSITORY = Path(__file__).parents[2]
_PAGE = (_REPOSITORY / "docs/android.md").read_text(encoding="utf-8")
_NATIVE_BENCH = Path(sys.executable).with_name("dcmobile-bench")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("javac") is None, reason="no javac: scripts/install-system-packages java"),
]

_MAIN = """\
import android.content.res.AssetManager;
import java.io.File;
import org.dcmobile.models.AppModels;
import org.example.DigitReader;

public final class Main {
    public static void main(String[] arguments) {
        AssetManager assets = new AssetManager(new File(arguments[0]));
        for (int i = 1; i < arguments.length; i += 3) {
            assets.addStored(arguments[i], Long.parseLong(arguments[i + 1]), Long.parseLong(arguments[i + 2]));
        }
        CHECK
        float[] pixels = new float[28 * 28];
        for (int i = 0; i < pixels.length; ++i) {
            pixels[i] = i % 7 / 7f;
        }
        try (DigitReader reader = new DigitReader(assets)) {
            System.out.println(reader.read(pixels));
        }
    }
}
"""


def _commands() -> list[tuple[str, str, str]]:
    """What a comment says of each command, the command, and the output that the page shows."""
    blocks = re.findall(r"(?:<!-- (.*?) -->\n)?```console\n\$ (.*)\n((?:.*\n)*?)```", _PAGE)
    assert len(blocks) == _PAGE.count("```console")
    return blocks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With what step 1 writes, and a command dcmobile."""
    return prepare(_PAGE, tmp_path_factory.mktemp("docs"))


def _in_place_of(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, bool]:
    """The command with this machine's own where something is not built; whether its output is the page's whole."""
    if command.startswith("dcmobile bundle") and "-o" in command:
        try:
            read_libraries([])
        except FileError:
            source = folder / "x.c"
            source.write_text("int JNI_OnLoad(void *vm, void *x) { return 0x10006; }\n")
            flags = ("-shared", "-fPIC", "-Wl,-z,max-page-size=16384")
            subprocess.run(["cc", *flags, "-o", folder / "x.so", source], check=True)
            return f"{command} --library x86_64=x.so", False
    if "--target adb" in command:
        (folder / "phones").mkdir()
        StandInPhones(folder / "phones", monkeypatch).add()
        return f"{command} --bench-binary {_NATIVE_BENCH} --runs 2 --seconds 0", False
    return command, True


def test_ten_steps(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.findall(r"^## (\d+)\. ", _PAGE, re.MULTILINE) == [str(number) for number in range(1, 11)]
    monkeypatch.setenv("PATH", f"{folder / 'bin'}", prepend=":")
    ran = 0
    for note, command, shown in _commands():
        if note.startswith("not run"):
            continue
        words, whole = _in_place_of(command, folder, monkeypatch)
        done = subprocess.run(
            words,
            shell=True,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=environment(),
        )
        assert done.returncode == 0, done.stdout
        found, wanted = without_numbers(done.stdout), without_numbers(shown)
        if whole:
            assert found == wanted, words
        elif wanted:
            assert found[:5] == wanted[:5], words  # up to what depends on the library
        ran += 1
    assert ran == 5
    _run_the_java(folder)


def _run_the_java(folder: Path) -> None:
    """Steps 7 and 8, with the AAR of step 5."""
    reader, check = re.findall(r"```java\n(.*?)```", _PAGE, re.DOTALL)
    sources = folder / "java"
    (sources / "org/example").mkdir(parents=True)
    (sources / "org/example/DigitReader.java").write_text(reader)
    (sources / "Main.java").write_text(_MAIN.replace("CHECK", check.strip()))
    with zipfile.ZipFile(folder / "app-models.aar") as file:
        shipped = file.read("assets/digits.dcmodel")
    assert shipped == (folder / "app/src/main/assets/digits.dcmodel").read_bytes()
    aar = folder / "app-models.aar"
    files = sorted(sources.rglob("*.java"))
    lines = run_java(aar, aar, folder, files, "Main", desktop_library())
    pixels = (np.arange(28 * 28, dtype=np.float32) % 7 / np.float32(7)).reshape(1, 1, 28, 28)
    with dcmobile.load(folder / "digits.dcmodel") as model:
        assert lines == [str(int(model(pixels).argmax()))]
