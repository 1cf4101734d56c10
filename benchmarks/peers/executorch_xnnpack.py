"""ExecuTorch with the XNNPACK delegate, fp32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.folder import NetworkFolder
from benchmarks.peers.peer import Peer, Run


class ExecutorchXnnpack(Peer):
    """Its Python package imports torch, which is most of the memory of its process."""

    name = "executorch"
    title = "ExecuTorch XNNPACK"

    def convert(self, folder: NetworkFolder) -> None:
        """Lower the module."""
        import torch
        from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
        from executorch.exir import to_edge_transform_and_lower

        module = torch.load(folder.module, weights_only=False)
        exported = torch.export.export(module, (torch.from_numpy(folder.input()),))
        program = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()]).to_executorch()
        self.files(folder)[0].write_bytes(program.buffer)

    def files(self, folder: NetworkFolder) -> list[Path]:
        """The program."""
        return [folder.path / "model.pte"]

    def import_runtime(self) -> str:
        """Its Python bindings."""
        from importlib.metadata import version

        import executorch.runtime  # noqa: F401

        return version("executorch")

    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """One method. The number of threads is that of the processors that the process may use: it has no setting."""
        import torch
        from executorch.runtime import Runtime

        del threads
        method = Runtime.get().load_program(self.files(folder)[0]).load_method("forward")
        inputs = [torch.from_numpy(folder.input())]

        def run() -> Any:
            return method.execute(inputs)[0].numpy()

        return run
