"""The delegate is loaded only beside the ExecuTorch that it was built for, and brings no other one along."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from executorch.runtime import Runtime

import dcmobile.executorch
from dcmobile import MachineError
from dcmobile.executorch import registration


def test_built_for_the_installed_version() -> None:
    assert dcmobile.executorch.built_for() == (version("executorch").partition("+")[0],)


def test_register_again_does_nothing() -> None:
    dcmobile.executorch.register()
    dcmobile.executorch.register()


def test_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "_loaded", None)
    monkeypatch.setattr(registration, "_executorch_version", lambda: "9.9.9")
    with pytest.raises(MachineError, match=r"ExecuTorch 9\.9\.9 is installed, .* has a delegate for ExecuTorch 1\."):
        dcmobile.executorch.register()


def test_built_without_executorch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registration, "_loaded", None)
    monkeypatch.setattr(registration, "_folder", lambda: tmp_path)
    with pytest.raises(MachineError, match="was built without ExecuTorch"):
        dcmobile.executorch.register()


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_one_libexecutorch_in_the_process() -> None:
    dcmobile.executorch.register()
    assert "DcmBackend" in Runtime.get().backend_registry.registered_backend_names
    mapped = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
    assert sum(path.endswith("/libexecutorch.so") for path in mapped) == 1
    assert sum(Path(path).name.startswith("libdcmobile_executorch-") for path in mapped) == 1


def test_the_delegate_is_loaded_before_executorchs_runtime() -> None:
    """``register`` needs no more of ExecuTorch than the library with its registry."""
    shown = _run(
        "import sys\n"
        "import dcmobile.executorch\n"
        "dcmobile.executorch.register()\n"
        "from executorch.extension.pybindings import _C\n"
        "print('DcmBackend' in _C._get_registered_backend_names(), 'executorch.runtime' in sys.modules)\n"
    )
    assert shown.split() == ["True", "False"]


def test_the_core_never_imports_executorch() -> None:
    shown = _run(
        "import sys, torch\n"
        "import dcmobile, dcmobile.compile, dcmobile.compressor, dcmobile.model, dcmobile.report, dcmobile.cli.main\n"
        "print(any(name.split('.')[0] == 'executorch' for name in sys.modules))\n"
    )
    assert shown.strip() == "False"
