"""Loading the delegate into this process, for ExecuTorch's Python runtime."""

from __future__ import annotations

import ctypes
import sys
from importlib import import_module
from pathlib import Path

from dcmobile import _native
from dcmobile.errors import Code, MachineError

_PREFIX = "libdcmobile_executorch-"
_SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"

_loaded: ctypes.CDLL | None = None


def register() -> None:
    """Let ``executorch.runtime`` run programs with dcmobile's delegate. Calling it again does nothing.

    ExecuTorch promises no binary compatibility between versions, so the delegate must have been built for the one that
    is installed. Raises ``MachineError`` if it was not, or if ExecuTorch is missing.
    """
    global _loaded
    if _loaded is not None:
        return
    version = _executorch_version()
    library = _library(version)
    import_module("executorch.extension.pybindings._C")  # loads libexecutorch.so, whose registry the delegate enters
    try:
        loaded = ctypes.CDLL(str(library))
    except OSError as error:
        raise MachineError(f"cannot load the ExecuTorch delegate: {error}", Code.MACHINE_UNSUPPORTED) from None
    if loaded.dcmobile_executorch_register() != 0:
        raise MachineError(
            "ExecuTorch has another delegate that is called DcmBackend in this process", Code.MACHINE_UNSUPPORTED
        )
    _loaded = loaded


def built_for() -> tuple[str, ...]:
    """The versions of ExecuTorch that this installation of dcmobile has a delegate for."""
    names = sorted(file.name for file in _folder().glob(f"{_PREFIX}*{_SUFFIX}"))
    return tuple(name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for name in names)


def _folder() -> Path:
    """Beside the extension module; of an editable installation, that is not where the Python files are."""
    return Path(_native.__file__).parent / "executorch"


def _library(version: str) -> Path:
    library = _folder() / f"{_PREFIX}{version}{_SUFFIX}"
    if library.is_file():
        return library
    built = built_for()
    has = f"has a delegate for ExecuTorch {', '.join(built)}" if built else "was built without ExecuTorch"
    raise MachineError(
        f"ExecuTorch {version} is installed, but this dcmobile {has}: build it again beside it, with "
        "pip install --no-build-isolation --force-reinstall --no-deps (docs/executorch.md)",
        Code.MACHINE_UNSUPPORTED,
    )


def _executorch_version() -> str:
    try:
        found: str = import_module("executorch.version").__version__
    except ImportError as error:
        raise MachineError(
            f"ExecuTorch is not installed ({error}): pip install dcmobile[executorch]", Code.MACHINE_UNSUPPORTED
        ) from None
    return found.partition("+")[0]
