"""Where a node of an exported program comes from in the user's code, for error messages and the names of operators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import fx

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')
_TORCH = Path(torch.__file__).parent.as_posix()


@dataclass(frozen=True)
class Origin:
    """module: path of the innermost module, e.g. ``features.0``; "" for the model. source: ``file.py:line``, or ""."""

    module: str
    source: str

    def __str__(self) -> str:
        place = f"module {self.module!r}" if self.module else "the model's forward"
        return f"{place}, {self.source}" if self.source else place


def origin_of(node: fx.Node) -> Origin:
    """The innermost module of the node and the innermost line that is not PyTorch's own.

    ``nn_module_stack`` maps a key a call to (path, class), outermost first. A program that went through a file has the
    paths of the machine that made it, so any installed ``torch`` counts as PyTorch's own.
    """
    stack = node.meta.get("nn_module_stack") or {}
    module = list(stack.values())[-1][0] if stack else ""
    frames = [(m["file"], m["line"]) for m in _FRAME.finditer(node.meta.get("stack_trace") or "")]
    own = [(file, line) for file, line in frames if not _is_torch(file)]
    source = f"{own[-1][0]}:{own[-1][1]}" if own else ""
    return Origin(module, source)


def _is_torch(file: str) -> bool:
    path = file.replace("\\", "/")
    return path.startswith(_TORCH) or "/site-packages/torch/" in path
