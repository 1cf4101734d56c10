"""Whether a file is a .dcmodel or a .pte of ExecuTorch."""

from __future__ import annotations

import re
from pathlib import Path

_PTE = re.compile(rb"ET\d\d")
_DCMODEL = b"DCM1"


def is_pte(path: Path) -> bool:
    """By its first bytes, or where they are neither's by its name. False for a file that cannot be read."""
    try:
        with path.open("rb") as file:
            kind = file.read(8)[4:]
    except OSError:
        return False
    return _PTE.fullmatch(kind) is not None or (path.suffix == ".pte" and kind != _DCMODEL)


def needs_executorch() -> None:
    """Raise ``MachineError`` with what to do, if ExecuTorch is not installed."""
    from importlib.util import find_spec

    from dcmobile.errors import Code, MachineError

    if find_spec("executorch") is None:
        raise MachineError(
            "a .pte needs ExecuTorch, which is not installed: pip install dcmobile[executorch]",
            Code.MACHINE_UNSUPPORTED,
        )
