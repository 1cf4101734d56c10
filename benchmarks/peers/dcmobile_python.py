"""This project through its Python package: what it costs to be called like the others."""

from __future__ import annotations

from pathlib import Path

from benchmarks.folder import NetworkFolder
from benchmarks.peers.peer import Peer, Run


class DcmobilePython(Peer):
    """The same runtime as dcmobile-bench times."""

    name = "dcmobile_python"
    title = "dcmobile, from Python"
    precision = "fp32, shared"
    counts = False

    def files(self, folder: NetworkFolder) -> list[Path]:
        """The compressed network."""
        return [folder.dcmodel]

    def import_runtime(self) -> str:
        """Without torch, which only the compiler needs."""
        import dcmobile.model  # noqa: F401

        return ""

    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """Map, verify, decode, plan."""
        from dcmobile.model import load

        model = load(folder.dcmodel, threads=threads)
        example = folder.input()
        return lambda: model(example)
