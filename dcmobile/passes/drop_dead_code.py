"""Drops operators whose result nothing needs."""

from __future__ import annotations

from dcmobile.graph import Graph, Op


def drop_dead_code(graph: Graph) -> Graph:
    """The graph with only what the outputs depend on. Inputs stay: they are the caller's interface."""
    needed = set(graph.outputs)
    kept: list[Op] = []
    for op in reversed(graph.ops):
        if not needed.isdisjoint(op.outputs):
            kept.append(op)
            needed.update(op.inputs)
    return graph.replace_ops(kept[::-1])
