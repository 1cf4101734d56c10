"""The passes in their order."""

from __future__ import annotations

from collections.abc import Callable

from dcmobile.graph import Graph
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.drop_no_ops import drop_no_ops
from dcmobile.passes.free_batch import free_batch
from dcmobile.passes.fuse_activation import fuse_activation

#: No-ops go first, so that a fusion sees neighbours; the batch is freed last, when every operator is final.
PASSES: tuple[Callable[[Graph], Graph], ...] = (drop_no_ops, drop_dead_code, fuse_activation, free_batch)


def prepare(graph: Graph) -> Graph:
    """The captured graph made ready for pruning, sharing and encoding."""
    for run in PASSES:
        graph = run(graph)
    return graph
