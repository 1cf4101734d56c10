from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcmobile.report.page.charts import WIDTH, axis, columns, positions, stacked_columns, stems


@given(st.floats(1e-6, 1e15))
def test_an_axis_has_a_few_round_marks_within(largest: float) -> None:
    found = axis(largest)
    assert found.top == largest
    assert found.height(largest) == pytest.approx(100)
    assert 1 <= len(found.ticks) <= 4
    assert all(0 <= tick.at < 100 for tick in found.ticks)
    assert len({tick.text for tick in found.ticks}) == len(found.ticks)
    assert all(left.at > right.at for left, right in pairwise(found.ticks))


def test_marks_say_amounts() -> None:
    assert [tick.text for tick in axis(25_088, "B").ticks] == ["10 kB", "20 kB"]
    assert [tick.text for tick in axis(100, "%", 2).ticks] == ["50 %", "100 %"]
    assert [tick.at for tick in axis(100, "%", 2).ticks] == [50, 0]
    assert [tick.text for tick in axis(4_500_000, "").ticks] == ["2 M", "4 M"]
    assert axis(0).top == 1


def test_parts_are_stacked_to_their_sum() -> None:
    first, second, nothing = stacked_columns([[1, 3, 0], [2, 0, 0]], axis(4))
    assert first == "M6 100V75H494V100zM506 100V50H994V100z"
    assert second == "M6 75V0H494V75z"
    assert nothing == ""
    assert columns([], axis(1)) == ""
    assert columns([4], axis(4)) == "M6 100V0H994V100z"


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40, unique=True))
def test_stems_stand_where_the_numbers_are(values: list[float]) -> None:
    places = positions(values)
    assert all(0 <= place <= WIDTH for place in places)
    for (value, place), (other, other_place) in pairwise(sorted(zip(values, places, strict=True))):
        assert value < other
        assert place <= other_place
    path = stems(places, [1.0] * len(values), axis(1))
    assert len(re.findall(r"M[\d.]+ 100V0", path)) == len(values)
