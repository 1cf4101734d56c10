"""ncnn, through its own converter pnnx, which halves the weights to fp16."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.folder import NetworkFolder
from benchmarks.peers.peer import Peer, Run


class Ncnn(Peer):
    """Takes one sample: it has no batch."""

    name = "ncnn"
    title = "ncnn"
    precision = "fp16 weights"

    def convert(self, folder: NetworkFolder) -> None:
        """Trace, then pnnx."""
        import torch

        module = torch.load(folder.module, weights_only=False)
        example = torch.from_numpy(folder.input())
        if example.shape[0] != 1:
            raise ValueError("ncnn has no batch dimension")
        traced = folder.path / "traced.pt"
        torch.jit.trace(module, example).save(str(traced))  # type: ignore[no-untyped-call]
        shape = ",".join(map(str, example.shape))
        parameter, weights = self.files(folder)
        command = [str(Path(sys.executable).parent / "pnnx"), traced.name, f"inputshape=[{shape}]"]
        command += [f"ncnnparam={parameter.name}", f"ncnnbin={weights.name}"]
        subprocess.run(command, cwd=folder.path, check=True, stdout=subprocess.DEVNULL)
        for name in ("traced*", "*_pnnx.py", "*_ncnn.py"):
            for left_over in folder.path.glob(name):
                left_over.unlink()

    def files(self, folder: NetworkFolder) -> list[Path]:
        """Graph and weights."""
        return [folder.path / "ncnn.param", folder.path / "ncnn.bin"]

    def import_runtime(self) -> str:
        """Ncnn."""
        import ncnn

        version: str = ncnn.__version__
        return version

    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """Default options: Winograd, packing and fp16 storage as it picks them."""
        import ncnn

        net = ncnn.Net()
        net.opt.num_threads = threads
        parameter, weights = self.files(folder)
        if net.load_param(str(parameter)) != 0 or net.load_model(str(weights)) != 0:
            raise RuntimeError("ncnn cannot load its own files")
        values = folder.input()[0]
        sample = ncnn.Mat(values)

        def run(kept: Any = values) -> Any:
            extractor = net.create_extractor()
            extractor.input("in0", sample)
            code, output = extractor.extract("out0")
            if code != 0:
                raise RuntimeError(f"ncnn stopped with code {code}")
            return np.asarray(output)

        return run
