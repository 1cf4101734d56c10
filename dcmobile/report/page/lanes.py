"""The graph as lanes beside the list of its operators: a value runs from where it is made to where it is last read.

One row for each input, operator and output of the network, in order of execution. A row's picture is a path in its own
small box, so that rows of any height join: the box is stretched, and a lane leaves it at the bottom where it enters the
next one at the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Values that are alive at once beyond so many have no lane: the rows name what they read in any case.
MAX_LANES = 32
#: Pixels from lane to lane. The box is 100 high, whatever it is stretched to.
PITCH = 9
_MIDDLE = 50


@dataclass(frozen=True)
class Node:
    """One row. reads, makes: numbers of values."""

    reads: tuple[int, ...]
    makes: tuple[int, ...]


@dataclass(frozen=True)
class LaneRow:
    """passing: path of the lanes that run through. joining: of those that this row reads or makes. dot: where its node
    is, in pixels from the left; None where it has no lane.
    """

    passing: str
    joining: str
    dot: int | None


@dataclass(frozen=True)
class Lanes:
    """rows: as many as nodes. width: of every box, in pixels. complete: every value has a lane."""

    rows: tuple[LaneRow, ...]
    width: int
    complete: bool


def lanes(nodes: Sequence[Node]) -> Lanes:
    """Lay the values out. Every value that a node reads must be made by a node before it."""
    last_read = {value: row for row, node in enumerate(nodes) for value in node.reads}
    lane_of: dict[int, int] = {}  # of the values alive
    taken: set[int] = set()
    rows: list[LaneRow] = []
    widest, complete = 0, True
    for row, node in enumerate(nodes):
        before = dict(lane_of)
        for value in dict.fromkeys(node.reads):
            if last_read[value] == row and value in lane_of:
                taken.discard(lane_of.pop(value))
        passing = "".join(f"M{_x(lane)} 0V100" for lane in lane_of.values())
        for value in node.makes:
            free = next((lane for lane in range(MAX_LANES) if lane not in taken), None)
            if free is None:
                complete = complete and value not in last_read
            elif value in last_read:
                lane_of[value] = free
                taken.add(free)
        own = [lane_of[value] for value in node.makes if value in lane_of]
        from_lanes = [before[value] for value in dict.fromkeys(node.reads) if value in before]
        dot = own[0] if own else min(from_lanes, default=None)
        if dot is not None:
            joining = "".join(_curve(lane, 0, dot, _MIDDLE) for lane in from_lanes)
            joining += "".join(_curve(dot, _MIDDLE, lane, 100) for lane in own)
        widest = max(widest, *(lane + 1 for lane in (*lane_of.values(), 0 if dot is None else dot)))
        rows.append(LaneRow(passing, joining if dot is not None else "", None if dot is None else _x(dot)))
    return Lanes(tuple(rows), widest * PITCH, complete)


def _x(lane: int) -> int:
    return lane * PITCH + PITCH // 2 + 1


def _curve(lane: int, top: int, other: int, bottom: int) -> str:
    if lane == other:
        return f"M{_x(lane)} {top}V{bottom}"
    bend = (top + bottom) // 2
    return f"M{_x(lane)} {top}C{_x(lane)} {bend} {_x(other)} {bend} {_x(other)} {bottom}"
