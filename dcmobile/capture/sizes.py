"""Sizes of an exported program that depend on its dynamic batch."""

from __future__ import annotations

from typing import Any

import torch


def static_size(size: Any) -> int | None:
    """The size as a number, with 1 for every symbol in it; None for what is no size."""
    if isinstance(size, torch.SymInt):
        expression = size.node.expr
        return int(expression.subs(dict.fromkeys(expression.free_symbols, 1)))
    return size if isinstance(size, int) and not isinstance(size, bool) else None
