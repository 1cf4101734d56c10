"""ExecuTorch with the XNNPACK delegate, fp32."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

from benchmarks.folder import NetworkFolder
from benchmarks.peers.peer import Peer, Run

#: ``executorch::extension::threadpool`` as compilers write it.
_POOL = "10executorch9extension10threadpool"


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
        """One method, on a thread pool of that size."""
        import torch
        from executorch.runtime import Runtime

        _resize_pool(threads)
        method = Runtime.get().load_program(self.files(folder)[0]).load_method("forward")
        inputs = [torch.from_numpy(folder.input())]

        def run() -> Any:
            return method.execute(inputs)[0].numpy()

        return run


def _resize_pool(threads: int) -> None:
    """ExecuTorch's pool has a thread for each processor of the machine, also of those that the process may not use, and
    Python has no setting for it; C++ has.
    """
    library = ctypes.CDLL("libexecutorch_threadpool.so")  # the one that the bindings have loaded
    pool = getattr(library, f"_ZN{_POOL}14get_threadpoolEv")
    pool.restype = ctypes.c_void_p
    resize = getattr(library, f"_ZN{_POOL}10ThreadPool24_unsafe_reset_threadpoolEj")
    resize.argtypes, resize.restype = (ctypes.c_void_p, ctypes.c_uint32), ctypes.c_bool
    if not resize(pool(), threads):
        raise RuntimeError("the thread pool cannot be resized")
