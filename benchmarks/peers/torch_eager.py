"""PyTorch itself, eager, in inference mode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.folder import NetworkFolder
from benchmarks.peers.peer import Peer, Run


class TorchEager(Peer):
    """The module as it is."""

    name = "torch"
    title = "PyTorch eager"

    def files(self, folder: NetworkFolder) -> list[Path]:
        """The pickled module."""
        return [folder.module]

    def import_runtime(self) -> str:
        """Torch, and the classes of the networks."""
        import torch

        import benchmarks.networks  # noqa: F401

        return torch.__version__

    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """Unpickle it."""
        import torch

        torch.set_num_threads(threads)
        module = torch.load(folder.module, weights_only=False)
        example = torch.from_numpy(folder.input())

        def run() -> Any:
            with torch.inference_mode():
                return module(example).numpy()

        return run
