"""Whether a file is a .dcmodel or a .pte of ExecuTorch, by its first bytes."""

from __future__ import annotations

import re
from pathlib import Path

_PTE = re.compile(rb"ET\d\d")


def is_pte(path: Path) -> bool:
    """Whether the file begins as a .pte does; false for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return _PTE.fullmatch(file.read(8)[4:]) is not None
    except OSError:
        return False


def needs_executorch() -> None:
    """Raise ``MachineError`` with what to do, if ExecuTorch is not installed."""
    from importlib.util import find_spec

    from dcmobile.errors import Code, MachineError

    if find_spec("executorch") is None:
        raise MachineError(
            "a .pte needs ExecuTorch, which is not installed: pip install dcmobile[executorch]",
            Code.MACHINE_UNSUPPORTED,
        )
