"""examples/executorch, built as an app would build it: against the installed CMake package and ExecuTorch's wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from programs import export, lower, run, save
from torch import nn

from dcmobile.executorch import DcmPartitioner

_ROOT = Path(__file__).parents[2]
_TOOLS = Path(sys.executable).parent


def _cmake(*arguments: object) -> None:
    environment = {**os.environ, "PATH": f"{_TOOLS}{os.pathsep}{os.environ['PATH']}"}
    command = ["cmake", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"


def _executorch() -> Path:
    spec = find_spec("executorch")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example. Where ``make test`` has built the libraries, only the example itself is compiled."""
    folder = tmp_path_factory.mktemp("app")
    libraries = _ROOT / "build" / "native"
    if not (libraries / "CMakeCache.txt").exists():
        libraries = folder / "libraries"
        _cmake("-S", _ROOT, "-B", libraries, "-G", "Ninja", f"-DPython_EXECUTABLE={sys.executable}")
    _cmake("--build", libraries, "-j", 2, "--target", "dcmobile_executorch")
    _cmake("--install", libraries, "--prefix", folder / "installed", "--component", "development")
    app = folder / "example"
    prefixes = f"-DCMAKE_PREFIX_PATH={folder / 'installed'};{_executorch()}"
    _cmake("-S", _ROOT / "examples" / "executorch", "-B", app, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", prefixes)
    _cmake("--build", app)
    return app / "run_pte"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[float]]:
    """A .pte with a dynamic batch, three samples for it, and what comes out."""
    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("network")
    model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(216, 4))
    lowered = lower(export(model, (torch.randn(2, 1, 8, 8),), dynamic=True), DcmPartitioner({"*": {"bits": 4}}))
    samples = torch.randn(3, 1, 8, 8)
    samples.numpy().tofile(folder / "x.f32")
    path = save(lowered, folder / "net.pte")
    return path, folder / "x.f32", run(path, samples)[0].flatten().tolist()


def _call(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(each) for each in arguments], capture_output=True, text=True, check=False)


def _floats(text: str) -> list[float]:
    return [float(np.float32(word)) for word in text.split()]


@pytest.mark.slow
def test_the_example_runs_without_python(program: Path, network: tuple[Path, Path, list[float]]) -> None:
    path, samples, expected = network
    for options in ([], ["threads=1"], ["threads=5", "device=cpu"]):
        done = _call(program, path, samples, *options)
        assert done.returncode == 0, done.stderr
        assert _floats(done.stdout) == expected
    generic = _call(program, path, samples, "isa=generic")
    assert np.allclose(_floats(generic.stdout), expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("device=gpu", "Error::InvalidArgument (0x12)"),
        ("threads=0", "Error::InvalidArgument (0x12)"),
        ("isa=pentium", "Error::DelegateInvalidCompatibility (0x30)"),
    ],
)
def test_options_that_cannot_be(option: str, said: str, program: Path, network: tuple[Path, Path, list[float]]) -> None:
    done = _call(program, *network[:2], option)
    assert done.returncode == 1
    assert f"cannot load the method: {said}" in done.stderr


@pytest.mark.slow
def test_a_hostile_network(program: Path, network: tuple[Path, Path, list[float]], tmp_path: Path) -> None:
    whole = network[0].read_bytes()
    start = whole.index(b"DCM1") - 4
    damaged = tmp_path / "net.pte"
    damaged.write_bytes(whole[: start + 8] + b"\xff" * 64 + whole[start + 72 :])
    done = _call(program, damaged, network[1])
    assert done.returncode == 1
    assert "cannot load the method: Error::InvalidProgram (0x23)" in done.stderr
