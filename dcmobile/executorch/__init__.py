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

from dcmobile.executorch.backend import DcmBackend
from dcmobile.executorch.partitioner import DcmPartitioner
from dcmobile.executorch.register import register

__all__ = ["DcmBackend", "DcmPartitioner", "register"]
