"""The examples of the README run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMPRESSION = (ROOT / "docs" / "compression.md").read_text()


def _example(name: str) -> str:
    page = COMPRESSION if name == "search" else README
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", page, re.DOTALL)
    assert found, f"there is no example {name!r}"
    return found[1]


@pytest.mark.parametrize("name", ["compress", "train", "search"])
def test_python_example(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _example(name)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "net.dcmodel").stat().st_size > 1000


def test_executorch_example(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _example("executorch")], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert 1000 < (tmp_path / "net.pte").stat().st_size < 40_000


def test_c_example(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _example("compress")], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "example.c").write_text(_example("c"))
    library = ROOT / "build" / "python"
    archives = [*library.rglob("libdcmobile_runtime.a")]
    assert archives, "the runtime's library is not built: run make setup"
    command = ["cc", "-std=c99", "-Wall", "-Werror", f"-I{ROOT}/runtime/include", "example.c"]
    subprocess.run(
        [*command, str(archives[0]), "-lstdc++", "-lpthread", "-lm", "-o", "example"], cwd=tmp_path, check=True
    )
    done = subprocess.run(["./example", "net.dcmodel"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("score of 0: ")
    refused = subprocess.run(["./example", "example.c"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "not a .dcmodel" in refused.stderr


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
