"""What the demo and the compression benchmark have in common: one network with one seed, in a process of its own."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class SeededJob:
    """The network's name, the seed, where results go, and whether to ignore what earlier runs left there."""

    network: str
    seed: int
    output: Path
    fresh: bool = False

    @property
    def file(self) -> Path:
        """The compressed network."""
        return self.output / f"seed{self.seed}" / f"{self.network}.dcmodel"

    def prepare(self, fingerprint: str) -> Path:
        """The folder of what training leaves, for one recipe; empty for a fresh job."""
        # One thread a job: jobs side by side use the cores better than threads that wait for each other.
        torch.set_num_threads(1)
        work = self.file.parent / f"{self.network}-{fingerprint}"
        if self.fresh:
            shutil.rmtree(work, ignore_errors=True)
        return work


def fingerprint_of(settings: object, sources: Iterable[Path]) -> str:
    """Changes with what training depends on: results of another recipe are never taken for this one's."""
    content = [repr(settings).encode(), *(path.read_bytes() for path in sources)]
    return hashlib.sha256(b"".join(content)).hexdigest()[:12]
