"""dcmobile as a delegate of ExecuTorch: any program of ``torch.export`` with compressed weights in a .pte.

    from executorch.exir import to_edge_transform_and_lower
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from dcmobile.executorch import DcmPartitioner

    program = torch.export.export(model.eval(), example_inputs)
    to_edge_transform_and_lower(program, partitioner=[DcmPartitioner(recipe), XnnpackPartitioner()]) \
        .to_executorch().save("model.pte")

Running it in C++ needs the delegate (docs/executorch.md), in Python ``register()`` first:

    import dcmobile.executorch
    from executorch.runtime import Runtime

    dcmobile.executorch.register()
    outputs = Runtime.get().load_program("model.pte").load_method("forward").execute(inputs)

Needs ``pip install dcmobile[executorch]``; nothing else of dcmobile imports ExecuTorch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcmobile.executorch.backend import DcmBackend
    from dcmobile.executorch.compress import PteReport, compress_to_pte
    from dcmobile.executorch.partitioner import DcmPartitioner
    from dcmobile.executorch.registration import built_for, register

__all__ = ["DcmBackend", "DcmPartitioner", "PteReport", "built_for", "compress_to_pte", "register"]

# Where the names live that are imported on first use: running a .pte needs nothing of what lowering imports.
_LAZY = {
    "DcmBackend": "backend",
    "DcmPartitioner": "partitioner",
    "PteReport": "compress",
    "built_for": "registration",
    "compress_to_pte": "compress",
    "register": "registration",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'dcmobile.executorch' has no attribute {name!r}")
    value = getattr(import_module(f"dcmobile.executorch.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
