"""ExecuTorch with this project's delegate: what it costs to be called through it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.folder import NetworkFolder
from benchmarks.peers.executorch_xnnpack import ExecutorchXnnpack


class ExecutorchDcmobile(ExecutorchXnnpack):
    """The network of the .dcmodel in a .pte, run by the same Python runtime as the .pte with XNNPACK."""

    name = "executorch_dcmobile"
    title = "ExecuTorch dcmobile"
    precision = "fp32, shared"
    counts = False

    def convert(self, folder: NetworkFolder) -> None:
        """It is made with the .dcmodel, when the codebooks are still at hand."""
        raise FileNotFoundError(f"{folder.delegated} was not made: remove {folder.path} and run again")

    def files(self, folder: NetworkFolder) -> list[Path]:
        """The program."""
        return [folder.delegated]

    def import_runtime(self) -> str:
        """Its Python bindings, with the delegate."""
        version = super().import_runtime()
        from dcmobile.executorch import register

        register()
        return version
