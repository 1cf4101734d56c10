"""What a file says about itself, for people (docs/format.md, section 7). None of it changes the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Metadata:
    """producer: name and version of the writer. labels: the classes, in order of the first output's elements.

    entries: free key-value pairs, written in the order of their keys; keys that start with ``dcmobile.`` are reserved.
    """

    producer: str = ""
    labels: tuple[str, ...] = ()
    entries: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.producer or self.labels or self.entries)
