"""Sizes of files as people write them."""

from __future__ import annotations

import re

from dcmobile.errors import CallError, Code

#: 1 MB is 10^6 bytes, as on a shop's shelf and in ``ls --si``; 1 MiB is 2^20.
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def parse_size(text: str) -> int:
    """The bytes of ``2MB``, ``1.5 MiB``, ``900kB`` or ``120000``: whole ones, at least 1; part of one is dropped.

    Raises ``CallError``.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)\s*", text, re.ASCII | re.IGNORECASE)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise CallError(f"{text!r} is no size: write 2MB, 1.5MiB, 900kB or 120000 (bytes)", Code.CALL_VALUE)
    whole, _, fraction = found[1].partition(".")  # exact, where a float would round
    parts: int = 10 ** len(fraction)
    size = int(whole or "0") * unit + int(fraction or "0") * unit // parts
    if size < 1:
        raise CallError(f"{text!r} is no size: it must be 1 byte or more", Code.CALL_VALUE)
    return size
