"""Moves along a graph from cut to cut, with the values that cross it: no operator runs twice, and no value is kept that
nothing reads any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dcmobile.calibration.inputs import Arrays
from dcmobile.calibration.parts import crossing, part, run
from dcmobile.encode import EncodedWeight
from dcmobile.graph import Graph


class Walk:
    """batches: the graph's inputs. threads: of the runtime."""

    def __init__(self, batches: Sequence[Arrays], threads: int) -> None:
        self.cut = 0
        self.values = batches
        self._threads = threads

    def move_to(self, cut: int, graph: Graph, encoded: Mapping[str, EncodedWeight]) -> None:
        """Run what lies before operator number ``cut`` and was not run yet, with the weights of this graph.

        graph: the same operators in every call; weights may differ. encoded: those that are encoded already.
        """
        wanted = crossing(graph, cut)
        missing = [name for name in wanted if name not in self.values[0]]
        made: Sequence[Arrays] = [{} for _ in self.values]
        if missing:
            made = run(part(graph, self.cut, cut, missing), self.values, encoded, self._threads)
        self.values = [
            {name: old[name] if name in old else new[name] for name in wanted}
            for old, new in zip(self.values, made, strict=True)
        ]
        self.cut = cut
