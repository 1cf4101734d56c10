"""The passes in their order."""

from __future__ import annotations

from collections.abc import Callable, Collection

from dcmobile.graph import Graph
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.drop_no_ops import drop_no_ops
from dcmobile.passes.fold_batch_norm import fold_batch_norm
from dcmobile.passes.fold_padding import fold_padding
from dcmobile.passes.free_batch import free_batch
from dcmobile.passes.fuse_activation import fuse_activation
from dcmobile.passes.match_activation import match_activation
from dcmobile.passes.match_attention import match_attention
from dcmobile.passes.match_lrn import match_lrn
from dcmobile.passes.merge_affine import merge_affine
from dcmobile.passes.merge_shapes import merge_shapes

Pass = Callable[[Graph], Graph]

#: Run again and again, until nothing changes: what one drops, another no longer sees between two that belong together.
SIMPLIFYING: tuple[Pass, ...] = (drop_no_ops, merge_shapes, merge_affine, drop_dead_code)

#: Patterns of several operators, found in a simple graph. Padding that belongs to a pattern must still be there for it.
MATCHING: tuple[Pass, ...] = (match_lrn, match_activation, match_attention, fold_padding, drop_dead_code)

_MOST_ROUNDS = 10


def prepare(graph: Graph, fixed: Collection[str] = ()) -> Graph:
    """The captured graph made ready for pruning, sharing and encoding.

    fixed: names of weights whose values must stay as they are, because they are shared already.

    The batch comes first, since it adds changes of shape that the rest makes few of. Activations are fused last, into
    operators that are final.
    """
    graph = _simplified(free_batch(graph))
    for run in MATCHING:
        graph = run(graph)
    graph = fold_batch_norm(_simplified(graph), fixed)
    return drop_dead_code(fuse_activation(_simplified(graph)))


def _simplified(graph: Graph) -> Graph:
    for _ in range(_MOST_ROUNDS):
        before = graph.ops
        for run in SIMPLIFYING:
            graph = run(graph)
        if graph.ops == before:
            break
    return graph
