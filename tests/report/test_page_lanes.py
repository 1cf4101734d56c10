from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcmobile.report.page.lanes import MAX_LANES, PITCH, LaneRow, Node, lanes


def _ends(row: LaneRow) -> tuple[list[int], list[int]]:
    """Where a row's lines enter at the top and leave at the bottom, in pixels."""
    lines = re.findall(r"M(\d+) (\d+)(?:V(\d+)|C\d+ \d+ \d+ \d+ (\d+) (\d+))", row.passing + row.joining)
    top = [int(x) for x, y, *_ in lines if y == "0"]
    bottom = [int(to_x or x) for x, _, straight, to_x, to_y in lines if (straight or to_y) == "100"]
    return top, bottom


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    nodes = [Node((), (0,))]
    made = 1
    for _ in range(draw(st.integers(0, 25))):
        reads = draw(st.lists(st.integers(0, made - 1), max_size=4))
        makes = tuple(range(made, made + draw(st.integers(1, 3))))
        made += len(makes)
        nodes.append(Node(tuple(reads), makes))
    return [*nodes, *(Node((value,), ()) for value in draw(st.lists(st.integers(0, made - 1), min_size=1, max_size=3)))]


@given(graphs())
def test_lanes_join_from_row_to_row(nodes: list[Node]) -> None:
    drawn = lanes(nodes)
    assert len(drawn.rows) == len(nodes)
    assert drawn.complete
    leaving: set[int] = set()
    for row, node in zip(drawn.rows, nodes, strict=True):
        top, bottom = _ends(row)
        assert set(top) == leaving
        assert len(set(bottom)) == len(bottom)  # two values never share a lane
        assert (row.dot is None) == (not row.joining)
        assert row.joining or not node.reads
        leaving = set(bottom)
        assert all(0 < x < drawn.width for x in (*top, *bottom))
    assert not leaving


def test_a_chain_is_one_straight_lane_and_a_residual_branch_leaves_it() -> None:
    chain = lanes([Node((), (0,)), Node((0,), (1,)), Node((1,), (2,)), Node((2,), ())])
    assert chain.width == PITCH
    assert [row.dot for row in chain.rows] == [5, 5, 5, 5]
    assert [row.joining for row in chain.rows] == ["M5 50V100", "M5 0V50M5 50V100", "M5 0V50M5 50V100", "M5 0V50"]
    branch = lanes([Node((), (0,)), Node((0,), (1,)), Node((1,), (2,)), Node((0, 2), (3,)), Node((3,), ())])
    assert [row.dot for row in branch.rows] == [5, 14, 14, 5, 5]
    assert branch.rows[2].passing == "M5 0V100"


@pytest.mark.parametrize("count", [MAX_LANES, MAX_LANES + 8])
def test_more_values_than_lanes_are_left_out(count: int) -> None:
    nodes = [*(Node((), (value,)) for value in range(count)), Node(tuple(range(count)), (count,)), Node((count,), ())]
    drawn = lanes(nodes)
    assert drawn.width == MAX_LANES * PITCH
    assert drawn.complete == (count <= MAX_LANES)
    assert drawn.rows[-1].dot == drawn.rows[-2].dot == 5
