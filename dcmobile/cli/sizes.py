"""Sizes of files as people write them."""

from __future__ import annotations

import re
from typing import Any

import click

#: 1 MB is 10^6 bytes, as on a shop's shelf and in ``ls --si``; 1 MiB is 2^20.
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


class Size(click.ParamType[int]):
    """``2MB``, ``1.5 MiB``, ``900kB`` or ``120000``: whole bytes, at least 1."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes; part of one is dropped."""
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)\s*", str(value), re.ASCII | re.IGNORECASE)
        unit = _UNITS.get(found[2].lower()) if found else None
        if found is None or unit is None:
            self.fail(f"{value!r} is no size: write 2MB, 1.5MiB, 900kB or 120000 (bytes)", param, ctx)
        whole, _, fraction = found[1].partition(".")  # exact, where a float would round
        parts: int = 10 ** len(fraction)
        size = int(whole or "0") * unit + int(fraction or "0") * unit // parts
        if size < 1:
            self.fail(f"{value!r} is no size: it must be 1 byte or more", param, ctx)
        return size
