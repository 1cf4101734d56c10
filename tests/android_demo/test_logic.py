"""The demo app's logic, plain Java without Android, on this machine's JVM: JUnit with figures of the Python side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from java_tools import APP, JUNIT, compile_java, java_files, missing
from logic_cases import write_cases

import dcmobile
from dcmobile.zoo import trained

_LOGIC = [APP / "main/java/org/dcmobile/demo" / name for name in ("picture", "classes", "measure")]
_TESTS = APP / "test/java"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the cases, after the tests have run and left their reports in it."""
    absent = missing("javac", "java", *JUNIT)
    if absent:
        pytest.skip(f"the demo app's logic is not tested: no {', '.join(absent)} (openjdk-17-jdk-headless, junit4)")
    folder = tmp_path_factory.mktemp("cases")
    write_cases(folder)
    classes = tmp_path_factory.mktemp("classes")
    path = os.pathsep.join(str(each) for each in (classes, *JUNIT))
    compile_java(java_files(*_LOGIC, _TESTS), classes, "--release", "8", "-classpath", path)
    names = [
        str(file.relative_to(_TESTS).with_suffix("")).replace("/", ".")
        for file in java_files(_TESTS)
        if file.stem.endswith("Test")
    ]
    assert len(names) == 7
    done = subprocess.run(
        ["java", f"-Ddcmobile.cases={folder}", "-classpath", path, "org.junit.runner.JUnitCore", *names],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OK (" in done.stdout
    return folder


def test_logic_passes_its_junit_tests(cases: Path) -> None:
    assert len(list((cases / "preprocessing").iterdir())) == 44


def test_logic_knows_nothing_of_android() -> None:
    for file in java_files(*_LOGIC):
        for line in file.read_text().splitlines():
            assert not line.startswith(("import android", "import org.dcmobile.Model")), f"{file}: {line}"


def test_report_is_json_with_the_keys_of_dcmobile_bench(cases: Path, tmp_path: Path) -> None:
    from torch import nn, rand

    dcmobile.compress(nn.Linear(4, 3).eval(), tmp_path / "net.dcmodel", (rand(1, 4),), {"*": {"bits": 2}})
    program = Path(sys.executable).parent / "dcmobile-bench"
    flags = [f"--graph={tmp_path / 'net.dcmodel'}", "--num_runs=1", "--min_secs=0", "--warmup_min_secs=0"]
    flags += ["--report_peak_memory_footprint", "--json=-"]
    printed = subprocess.run([program, *flags], check=True, capture_output=True, text=True).stdout
    found = _keys(json.loads(printed)) - {"load_ms.context", "energy.unavailable"}
    theirs = {key for key in found if key.split(".")[0] != "placement"}
    unplugged = json.loads((cases / "reports/unplugged.json").read_text())
    assert theirs - _keys(unplugged) == set()
    assert _keys(unplugged) - theirs == {
        "energy.joules_per_run",
        "energy.source",
        "machine",
        "machine.model",
        "machine.android",
        "machine.abi",
        "machine.cores",
    }
    assert unplugged["machine"]["model"] == 'Maker "One" ü\n'
    assert unplugged["latency_ms"]["max"] == 2.0
    assert unplugged["energy"]["source"] == "charge counter"
    plugged = json.loads((cases / "reports/plugged.json").read_text())
    assert plugged["energy"] == {"unavailable": "the device is plugged in"}
    assert "warmup_ms" not in plugged


def _keys(value: dict[str, Any], before: str = "") -> set[str]:
    found = set()
    for key, inner in value.items():
        found.add(before + key)
        found |= _keys(inner, f"{before}{key}.") if isinstance(inner, dict) else set()
    return found


def test_the_sample_picture_is_there() -> None:
    assert trained.package_file("scikit-image==0.26.0", "skimage/data/chelsea.png").is_file()
