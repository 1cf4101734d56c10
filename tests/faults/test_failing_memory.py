"""No memory, at every moment at which the extension asks for some: an exception, and the process lives on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("shim") / "failing_memory.so"
    command = ["g++", "-std=c++17", "-shared", "-fPIC", "-o", str(library), str(HERE / "failing_memory.cc"), "-ldl"]
    subprocess.run(command, check=True)
    return library


def test_every_request_of_the_extension(shim: Path) -> None:
    file = HERE.parent / "golden" / "convolutional.dcmodel"
    done = subprocess.run(
        [sys.executable, HERE / "refused_memory.py", file],
        env={**os.environ, "LD_PRELOAD": str(shim)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    refusals = json.loads(done.stdout)
    assert refusals["load"][0] > 20
    assert refusals["context"][0] > 3
    assert refusals["batch"][0] > 3
    for name in ("encode", "encode shared", "symbols"):
        assert refusals[name][1] > 5, name
