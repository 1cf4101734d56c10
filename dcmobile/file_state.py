"""Is a file still the one that was loaded?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileState:
    """path: absolute. identity: device, inode, size and time of the last change."""

    path: Path
    identity: tuple[int, ...]

    @staticmethod
    def of(path: str | os.PathLike[str] | bytes) -> FileState:
        """The file as it is now. Raises ``OSError``."""
        absolute = Path(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 - resolve() would follow links
        return FileState(absolute, _identity(absolute.stat()))

    def is_of(self, descriptor: int) -> bool:
        """Whether the open file is this one, unchanged."""
        return _identity(os.fstat(descriptor)) == self.identity


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
