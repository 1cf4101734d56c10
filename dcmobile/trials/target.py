"""What a search is for."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from dcmobile.byte_size import parse_size
from dcmobile.errors import CallError, Code


@dataclass(frozen=True)
class Target:
    """One of the two. size: bytes of the file at most, for the least error. rise: how much greater than the
    uncompressed network's the error may be, for the smallest file.
    """

    size: int | None = None
    rise: float | None = None

    @staticmethod
    def parse(given: str | int) -> Target:
        """From bytes, from a size such as ``30 KB``, or from ``max_error=0.5``. Raises ``CallError``."""
        if isinstance(given, int) and not isinstance(given, bool):
            return Target(size=parse_size(str(given)))
        if not isinstance(given, str):
            raise CallError(f"a target is a text or bytes, not {type(given).__name__}", Code.CALL_ARGUMENT)
        found = re.fullmatch(r"\s*max_error\s*=\s*(\S+)\s*", given)
        if found is None:
            try:
                return Target(size=parse_size(given))
            except CallError:
                raise CallError(
                    f"{given!r} is no target: write a size (30 KB, 2MB, 120000) or max_error=0.0", Code.CALL_VALUE
                ) from None
        try:
            rise = float(found[1])
        except ValueError:
            rise = math.nan
        if not 0 <= rise < math.inf:
            raise CallError(f"{given!r} is no target: the error is a number, 0 or more", Code.CALL_VALUE)
        return Target(rise=rise)
