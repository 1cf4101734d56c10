"""The page as text; test_page_in_chromium.py opens it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from small_network import hostile_file, small_file

from dcmobile.fileformat import build_file
from dcmobile.graph import BATCH, Graph, Op, Sharing, Value, Weight
from dcmobile.operators import Linear, Relu
from dcmobile.report import file_report
from dcmobile.report.page.render import html_page


class _Outline(HTMLParser):
    """Elements, attributes and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.inline: dict[str, str] = {}
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("style", "script") and self.tags[-1] not in self.inline:
            self.inline[self.tags[-1]] = data
        else:
            self.words += data

    def values(self, attribute: str) -> list[str]:
        return [value for _, name, value in self.attributes if name == attribute]


@pytest.fixture(params=["small", "hostile"])
def outline(request: pytest.FixtureRequest, tmp_path: Path) -> _Outline:
    file = {"small": small_file, "hostile": hostile_file}[request.param](tmp_path)
    return _Outline(html_page(file_report(file)))


def test_the_page_refers_to_nothing_outside(outline: _Outline) -> None:
    assert not set(outline.tags) & {"link", "img", "iframe", "object", "embed", "base", "form", "audio", "video"}
    names = {name for _, name, _ in outline.attributes}
    assert not names & {"src", "srcset", "action", "style", "background", "poster", "xlink:href"}
    assert not {name for name in names if name.startswith("on")}
    assert all(address.startswith("#") for address in outline.values("href"))
    assert {address[1:] for address in outline.values("href")} <= set(outline.values("id"))
    assert not re.search(r"url\(|@import|@font-face|https?:", outline.inline["style"])
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|eval|innerHTML", outline.inline["script"])


def test_the_policy_allows_the_inline_style_and_script_by_hash_and_nothing_else(outline: _Outline) -> None:
    assert (outline.tags.count("style"), outline.tags.count("script")) == (1, 1)
    hashes = {
        tag: base64.b64encode(hashlib.sha256(outline.inline[tag].encode()).digest()).decode()
        for tag in ("style", "script")
    }
    policies = [value for value in outline.values("content") if "default-src" in value]
    assert policies == [
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    ]


def test_ids_are_unique_and_headings_in_order(outline: _Outline) -> None:
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    assert [tag for tag in outline.tags if re.fullmatch(r"h[1-6]", tag)] == ["h1", *["h2"] * 5]


def test_names_of_the_file_stay_text(tmp_path: Path) -> None:
    page = html_page(file_report(hostile_file(tmp_path)))
    assert "<img" not in page
    assert page.count("<script") == page.count("</script") == 1
    words = _Outline(page).words
    assert "</script><img src=x onerror=alert(1)>" in words
    assert "</title><script>alert(2)</script>" in words
    assert "'\"><svg onload=alert(3)>" in words
    assert "{{ 7 * 7 }}{% for %}" in words
    assert "\\u202ereversed\\x1b[2J\\n" in words
    assert not set(page) & set("\u202e\x1b\x00")


def test_networks_with_little_to_show(tmp_path: Path) -> None:
    """No weights at all; a layer of zeros, whose codebook is empty."""
    path = tmp_path / "net.dcmodel"
    values = {name: Value(name, (BATCH, 4)) for name in ("x", "y")}
    path.write_bytes(build_file(Graph(("x",), (Op("", Relu(), ("x",), "y"),), ("y",), ("y",), values, {})).data)
    outline = _Outline(html_page(file_report(path)))
    assert [tag for tag in outline.tags if re.fullmatch(r"h[1-6]", tag)] == ["h1", *["h2"] * 3]
    assert "#layers" not in outline.values("href")

    zeros = Weight("w", np.zeros((4, 4), np.float32), Sharing(np.zeros(16, np.uint16), np.ones(1, np.float32)))
    op = Op("fc", Linear(), ("x",), "y", {"weight": "w"})
    path.write_bytes(build_file(Graph(("x",), (op,), ("y",), ("y",), values, {"w": zeros})).data)
    page = html_page(file_report(path))
    assert "0 of 16 weights" in page
    assert page.count("<figure") == 2  # the file and the layers: no histograms


def test_the_same_report_gives_the_same_page(tmp_path: Path) -> None:
    report = file_report(small_file(tmp_path))
    assert html_page(report) == html_page(report)
