"""MNN, fp32."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.folder import BUILD, NetworkFolder
from benchmarks.peers.peer import Peer, Run


class Mnn(Peer):
    """In an environment of its own, since importing its tools installs packages."""

    name = "mnn"
    title = "MNN"

    def python(self) -> Path:
        """Of build/bench/mnn."""
        return BUILD / "mnn" / "bin" / "python"

    def convert(self, folder: NetworkFolder) -> None:
        """From the ONNX file."""
        command = [sys.executable, "-m", "MNN.tools.mnnconvert", "-f", "ONNX"]
        command += ["--modelFile", str(folder.onnx), "--MNNModel", str(self.files(folder)[0])]
        done = subprocess.run(command, capture_output=True, text=True)
        if not self.files(folder)[0].exists():
            raise RuntimeError((done.stderr or done.stdout).strip().splitlines()[-1])

    def files(self, folder: NetworkFolder) -> list[Path]:
        """Graph and weights."""
        return [folder.path / "model.mnn"]

    def import_runtime(self) -> str:
        """MNN and its module interface."""
        from importlib.metadata import version

        import MNN
        import MNN.expr
        import MNN.nn  # noqa: F401

        return version("MNN")

    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """Precision "high" is fp32."""
        import MNN.expr
        import MNN.nn

        runtime = MNN.nn.create_runtime_manager(({"backend": "CPU", "numThread": threads, "precision": "high"},))
        net = MNN.nn.load_module_from_file(str(self.files(folder)[0]), ["x"], ["y"], runtime_manager=runtime)
        example = folder.input()
        value = MNN.expr.const(example, list(example.shape), MNN.expr.NCHW)

        def run(kept: Any = example) -> Any:
            return np.asarray(MNN.expr.convert(net.forward([value])[0], MNN.expr.NCHW).read())

        return run
