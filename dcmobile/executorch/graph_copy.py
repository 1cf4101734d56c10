"""A copy of an exported program's graph that may be changed."""

from __future__ import annotations

from collections.abc import Mapping

from torch import fx


def copied_graph(graph: fx.Graph) -> tuple[fx.Graph, Mapping[fx.Node, fx.Node]]:
    """The copy, and the copy of each node but the output. Names and what nodes know of their origin stay the same.

    torch.fx alone would rename a placeholder that is called like a Python builtin, such as ``input``, and the program's
    signature goes by names.
    """
    made = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    last = made.output(made.graph_copy(graph, copies))
    last.meta = dict(graph.output_node().meta)
    for old, new in copies.items():
        new.meta = dict(old.meta)
        new.name = old.name
        if old.op == "placeholder":
            new.target = old.target
    return made, copies
