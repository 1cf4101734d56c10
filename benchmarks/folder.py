"""Where the files of one network lie, for all runtimes. Imports nothing heavy: workers of every peer use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

BUILD = Path(__file__).resolve().parent.parent / "build" / "bench"


@dataclass(frozen=True)
class NetworkFolder:
    """Files of one network, in ``path``. Input and expected output are one batch, float32."""

    path: Path

    @property
    def name(self) -> str:
        """Of the network."""
        return self.path.name

    @property
    def module(self) -> Path:
        """The torch module with the shared weights spelled out, pickled."""
        return self.path / "module.pt"

    @property
    def dcmodel(self) -> Path:
        """The compressed network. Written last: where it is, the other files are too."""
        return self.path / "model.dcmodel"

    @property
    def delegated(self) -> Path:
        """The compressed network as a delegate in an ExecuTorch program; missing where ExecuTorch is not installed."""
        return self.path / "delegated.pte"

    @property
    def onnx(self) -> Path:
        """The module, exported."""
        return self.path / "model.onnx"

    @property
    def input_values(self) -> Path:
        """The input as raw float32."""
        return self.path / "input.f32"

    def input(self) -> npt.NDArray[np.float32]:
        """One batch. A runtime that shares the array's memory needs it kept."""
        return np.ascontiguousarray(np.load(self.path / "input.npy"))

    def expected(self) -> npt.NDArray[np.float32]:
        """What torch makes of it."""
        values: npt.NDArray[np.float32] = np.load(self.path / "expected.npy")
        return values


def network_folder(name: str) -> NetworkFolder:
    """The folder of a network; it may not exist yet."""
    return NetworkFolder(BUILD / "models" / name)


def relative_error(output: npt.NDArray[np.float32], expected: npt.NDArray[np.float32]) -> float:
    """The largest difference over the largest absolute value expected."""
    return float(np.abs(output.reshape(expected.shape) - expected).max() / np.abs(expected).max())
