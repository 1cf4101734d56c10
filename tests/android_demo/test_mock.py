"""The mocks of the demo app's screens are drawn from its real layouts, whose views they fill: no other, and all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from contents import Contents
from figures import Figures, percentile
from java_tools import APP
from layout_to_html import Renderer
from resources import Resources

from dcmobile.classify import Score

_SCREENS = ("classify", "compare", "benchmark")
_REPORT: dict[str, Any] = {
    "file_bytes": 2_000_000,
    "load_ms": {"map": 0.1, "verify": 0.2, "decode": 3.0, "plan": 0.4, "open": 3.8},
    "memory_bytes": {"weights": 3_000_000, "arena": 4_000_000, "peak_rss": 12_345_678},
}
_SCORES = [Score(f"class <{number}>", 0.9**number / 10, number) for number in range(5)]
_FIGURES = Figures(
    names=("a.dcmodel", "b.dcmodel"),
    reports=(_REPORT, _REPORT | {"file_bytes": 13_000_000}),
    pairs=([1_000_000, 2_000_000], [3_000_000, 4_000_000]),
    best=(_SCORES, _SCORES),
    prepare_ns=5_000_000,
    run_ns=6_000_000,
    every_run=[7_000_000, 8_000_000, 9_000_000],
    first_run=10_000_000,
)


def _pages() -> Iterator[tuple[str, dict[str, dict[str, Any]], str]]:
    for night in (False, True):
        for landscape in (False, True):
            for screen in _SCREENS:
                resources = Resources(night, landscape)
                content = Contents(resources, _FIGURES, "data:,").of(screen)
                yield screen, content, Renderer(resources, content).layout("main")


def test_each_screen_shows_its_figures() -> None:
    expected = {
        "classify": ("class &lt;0&gt;", "10.0 %", "6.00 ms for the network", "MobileNetV2, 2.00 MB"),
        "compare": ("6.50× smaller", "3.00 ms", "7.00 MB"),
        "benchmark": ("median of 3 runs", "8.00 ms", "Decode 3.00 ms", "12.3 MB", "Not measured"),
    }
    pages = list(_pages())
    assert len(pages) == 12
    for screen, _, page in pages:
        for text in expected[screen]:
            assert text in page, (screen, text)
        assert page.count("<div") == page.count("</div>")
        assert "@" not in re.sub(r"<[^>]*>", "", page)  # no reference is left unresolved


def test_what_is_filled_exists() -> None:
    ids = {
        match
        for path in (APP / "main/res/layout").glob("*.xml")
        for match in re.findall(r"@\+id/(\w+)", path.read_text())
    }
    for _, content, _ in _pages():
        for name in content:
            assert set(name.split("/")) <= ids, name


def test_every_text_that_code_sets_is_set_in_the_mock() -> None:
    for screen, _, page in _pages():
        empty = re.findall(r'<div style="[^"]*font-size[^"]*"></div>', page)
        assert empty == [], screen


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.9, 4), (0.99, 4), (0.25, 1)])
def test_percentiles_are_those_of_the_app(share: float, expected: int) -> None:
    assert percentile([4, 3, 2, 1], share) == expected
