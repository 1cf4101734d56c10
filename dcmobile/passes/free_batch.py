"""Decides whether the first dimension is a batch that the caller may choose.

The meaning of a free batch (docs/format.md, section 3): a run of B samples gives what B runs of one sample each would
give, stacked along axis 0. That holds when every input shares the leading size, and every operator keeps axis 0 and
treats each index of it without regard to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dcmobile.errors import ModelError
from dcmobile.graph import BATCH, Graph, Op
from dcmobile.operators import Add, Attributes, Conv2d, Flatten, Linear, MaxPool2d, Relu, Softmax


def _always(op: Op, graph: Graph) -> bool:
    return True


#: For each operator: does it treat axis 0 sample by sample? One that is missing here is taken not to.
SAMPLE_BY_SAMPLE: Mapping[type[Attributes], Callable[[Op, Graph], bool]] = {
    Linear: lambda op, graph: len(graph.values[op.inputs[0]].shape) >= 2,  # axis 0 is not the one that is summed over
    Conv2d: _always,
    MaxPool2d: _always,
    Relu: _always,
    Flatten: lambda op, graph: isinstance(op.attributes, Flatten) and op.attributes.first_axis >= 1,
    Add: _always,
    Softmax: lambda op, graph: isinstance(op.attributes, Softmax) and op.attributes.axis >= 1,
}


def free_batch(graph: Graph) -> Graph:
    """The graph with ``BATCH`` for the first dimension of every value, or as it is where the batch cannot be free.

    Raises ``ModelError`` if the program was exported with a dynamic batch and the batch cannot be free.
    """
    obstacle = _obstacle(graph)
    if obstacle is None:
        values = {name: replace(value, shape=(BATCH, *value.shape[1:])) for name, value in graph.values.items()}
        return replace(graph, values=values).check()
    if any(BATCH in value.shape for value in graph.values.values()):
        raise ModelError(
            f"the first dimension is dynamic in the exported program, but {obstacle}: export it with a fixed size"
        )
    return graph


def _obstacle(graph: Graph) -> str | None:
    sizes = {graph.values[name].shape[0] for name in graph.inputs}
    if len(sizes) != 1:
        return "the inputs differ in it"
    for op in graph.ops:
        rule = SAMPLE_BY_SAMPLE.get(type(op.attributes))
        if rule is None or not rule(op, graph):
            place = f" {op.name!r}" if op.name else ""
            return f"{op.kind}{place} does not treat it sample by sample"
    if {graph.values[op.output].shape[0] for op in graph.ops} - sizes:
        return "an operator changes it"
    return None
