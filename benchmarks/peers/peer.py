"""What the benchmark needs to know of a runtime."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.folder import NetworkFolder

Run = Callable[[], npt.NDArray[np.float32]]
"""Runs the network once on the folder's input; the result is valid until the next call."""


class Peer(ABC):
    """A runtime. name: in reports. title: for people. precision: of its arithmetic or, for "fp16", of its weights.

    tolerance: an error at which it is not timed, because it computes something else.
    counts: whether this project's goals are ratios to it; they are to what computes with the fp32 weights it is given.
    """

    name: str
    title: str
    precision: str = "fp32"
    tolerance: float = 0.01
    counts: bool = True

    def python(self) -> Path:
        """The interpreter of the environment that it is installed in."""
        return Path(sys.executable)

    def convert(self, folder: NetworkFolder) -> None:
        """Make its files from the folder's module or ONNX file. What it raises is the reason that the report gives."""
        del folder

    @abstractmethod
    def files(self, folder: NetworkFolder) -> list[Path]:
        """What an application would ship."""

    @abstractmethod
    def import_runtime(self) -> str:
        """Import it and return its version."""

    @abstractmethod
    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """From files to ready."""
