"""The page as people get it: in a browser, at a desk and on a phone, by day and by night."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from chromium import CONTRASTS, chromium, opened
from playwright.sync_api import Browser
from small_network import hostile_file, shared, small_file

from dcmobile.fileformat import Metadata, build_file
from dcmobile.graph import BATCH, Graph, Op, Value, Weight
from dcmobile.operators import Activation, Add, Conv2d, Flatten, Linear
from dcmobile.report import FileReport, file_report
from dcmobile.report.page.render import html_page
from dcmobile.report.quantities import bits_text, bytes_text, percent_text, ratio_text, shape_text

BLOCKS = 60


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def _deep_file(folder: Path) -> Path:
    """A residual network of 121 layers with long names, a thousand labels, and codebooks of 200 values."""
    centroids = np.linspace(-0.4, 0.5, 200).astype(np.float32)
    weights: list[Weight] = []
    ops: list[Op] = []
    shapes: dict[str, tuple[int, ...]] = {"image": (BATCH, 8, 6, 6)}
    newest = "image"
    for block in range(BLOCKS):
        path = f"features.stage{block // 10}.unit{block:02}.bottleneck"
        for index, activation in enumerate((Activation.Relu, Activation.None_)):
            name, value = f"{path}.convolution{index}", f"v{block}.{index}"
            weights += [
                shared(f"{name}.weight", (8, 8, 3, 3), 0.3 if block % 2 else 1.0, centroids, 2 * block + index),
                Weight(f"{name}.bias", np.ones(8, np.float32)),
            ]
            attributes = Conv2d(activation, pad_top=1, pad_left=1, pad_bottom=1, pad_right=1)
            roles = {"weight": f"{name}.weight", "bias": f"{name}.bias"}
            ops.append(Op(name, attributes, (f"v{block}.0" if index else newest,), value, roles))
            shapes[value] = (BATCH, 8, 6, 6)
        ops.append(Op(path, Add(Activation.Relu), (newest, f"v{block}.1"), f"sum{block}"))
        newest = f"sum{block}"
        shapes[newest] = (BATCH, 8, 6, 6)
    weights.append(shared("classifier.weight", (1000, 288), 0.05, centroids, 1000))
    ops += [
        Op("flatten", Flatten(last_axis=3), (newest,), "flat"),
        Op("classifier", Linear(), ("flat",), "scores", {"weight": "classifier.weight"}),
    ]
    shapes |= {"flat": (BATCH, 288), "scores": (BATCH, 1000)}
    values = {name: Value(name, shape) for name, shape in shapes.items()}
    graph = Graph(("image",), tuple(ops), ("scores",), ("scores",), values, {each.name: each for each in weights})
    path_of_file = folder / "deep.dcmodel"
    labels = tuple(f"class {number}" for number in range(1000))
    path_of_file.write_bytes(build_file(graph.check(), metadata=Metadata("a test", labels)).data)
    return path_of_file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module", params=["small", "deep", "hostile"])
def shown(request: pytest.FixtureRequest, folder: Path) -> tuple[FileReport, Path]:
    """A report and its page."""
    report = file_report({"small": small_file, "deep": _deep_file, "hostile": hostile_file}[request.param](folder))
    return report, _write(report, folder / f"{request.param}.html")


@pytest.fixture(scope="module")
def deep(folder: Path) -> tuple[FileReport, Path]:
    report = file_report(_deep_file(folder))
    return report, _write(report, folder / "deep.html")


def _write(report: FileReport, path: Path) -> Path:
    path.write_text(html_page(report), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_opens_whole_and_alone(browser: Browser, shown: tuple[FileReport, Path], width: int, dark: bool) -> None:
    """No request but for the page, nothing on the console, nothing wider than the window, every text to be read."""
    report, path = shown
    with opened(browser, path, width, dark) as found:
        page = found.page
        page.evaluate("document.querySelectorAll('details').forEach((each, index) => { each.open = index % 40 < 3; })")
        page.locator("details[open] .plots[role=slider]").first.wait_for()
        assert found.width() == width
        assert found.requests == [path.as_uri()]
        assert (found.complaints, found.dialogs) == ([], [])
        assert page.title().endswith(f"{report.file_bytes:,} bytes, {ratio_text(report.ratio)} smaller")
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 100
        assert min(contrasts)[0] >= 4.5, min(contrasts)
        brightness = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        assert (max(brightness) < 60) == dark


def test_numbers_are_those_of_the_report(browser: Browser, shown: tuple[FileReport, Path]) -> None:
    report, path = shown
    with opened(browser, path) as found:
        page = found.page
        assert page.text_content("#file-bytes") == bytes_text(report.file_bytes)
        assert page.text_content("#dense-bytes") == bytes_text(report.dense_bytes)
        assert page.text_content("#ratio") == ratio_text(report.ratio)
        parts = dict(
            page.eval_on_selector_all(
                ".parts tr[data-part]", "rows => rows.map(row => [row.dataset.part, row.cells[1].textContent])"
            )
        )
        assert parts == {part: bytes_text(size) for part, size in report.parts.items() if size}
        rows = page.eval_on_selector_all(
            "#layer-table tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
        assert len(rows) == len(report.layers)
        for row, layer in zip(rows, report.layers, strict=True):
            numbers = layer.statistics
            assert row[1:4] == [layer.name, shape_text(layer.shape), bytes_text(layer.bytes)]
            assert row[5:8] == [ratio_text(layer.ratio), percent_text(layer.density), bits_text(layer.bits_per_weight)]
            if numbers.code_symbols:
                assert row[9:12] == [
                    str(layer.code_bits),
                    f"{numbers.code_entropy_bits / numbers.code_symbols:.2f}",
                    f"{numbers.code_coded_bits / numbers.code_symbols:.2f}",
                ]
            assert layer.first_use is not None
            assert row[15] == report.operators[layer.first_use].kernel
        operators = page.eval_on_selector_all(
            "#graph-table tr.operator",
            """rows => rows.map(row => ["th", ".reads", ".result", ".kernel code", ".kernel"]
              .map(each => row.querySelector(each).textContent))""",
        )
        for number, (row, operator) in enumerate(zip(operators, report.operators, strict=True), 1):
            assert row[0] == f"{number} {operator.name}"
            assert all(name in row[1] for name in operator.inputs)
            assert row[2:4] == [shape_text(operator.shape), operator.kernel]
            assert operator.other_kernel in row[4]
            assert ("about" in row[4]) == bool(operator.other_kernel)


def test_charts_are_drawn_to_scale(browser: Browser, deep: tuple[FileReport, Path]) -> None:
    """The largest layer's stack fills the plot, and its parts stand in proportion."""
    report, path = deep
    largest = max(report.layers, key=lambda layer: layer.bytes)
    with opened(browser, path) as found:
        boxes = found.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll(".plot.tall path")].map(path => {
              const last = path.getAttribute("d").split("M").pop(); // the largest layer is the last
              const [base, top] = [/ ([\\d.]+)V/, /V([\\d.]+)H/].map(each => Number(last.match(each)[1]));
              return [path.getAttribute("class"), base - top];
            }))"""
        )
        assert largest is report.layers[-1]
        for part in ("codes", "gaps"):
            assert boxes[f"part-{part}"] == pytest.approx(100 * largest.parts[part] / largest.bytes, abs=0.2)
        bar = found.page.eval_on_selector_all(
            ".partbar rect", "all => all.map(each => each.getBoundingClientRect().width)"
        )
        sizes = [size for size in report.parts.values() if size]
        assert [width / sum(bar) for width in bar] == pytest.approx([size / sum(sizes) for size in sizes], abs=2e-3)


def test_charts_read_out_by_pointer_and_keys(browser: Browser, deep: tuple[FileReport, Path]) -> None:
    report, path = deep
    layer = report.layers[-1]  # sparse: gaps and codes
    with opened(browser, path, fragment="#layer-121") as found:
        page = found.page
        assert page.eval_on_selector_all("details[open]", "all => all.map(each => each.id)") == ["layer-121"]
        codebook, gaps = page.query_selector_all("#layer-121 .chart")
        plots, reading = gaps.query_selector(".plots"), gaps.query_selector(".reading")
        assert plots is not None
        assert reading is not None
        plots.focus()
        page.keyboard.press("ArrowRight")
        assert reading.text_content() == f"gap 0: {layer.counts.gaps[0]:,} times"
        assert plots.get_attribute("aria-valuetext") == reading.text_content()
        page.keyboard.press("End")
        assert reading.text_content() == f"gap skip: {layer.counts.gaps[-1]:,} times"
        field, reading = codebook.query_selector(".field"), codebook.query_selector(".reading")
        assert field is not None
        assert reading is not None
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.985 * box["width"], box["y"] + 5)
        assert reading.text_content() == f"centroid 0.5: {layer.counts.weights[-1]:,} weights"
        page.mouse.move(0, 0)
        assert reading.text_content() == ""
        assert found.complaints == []


def test_the_table_sorts(browser: Browser, deep: tuple[FileReport, Path]) -> None:
    report, path = deep
    first = "#layer-table tbody tr:first-child"
    with opened(browser, path) as found:
        page = found.page
        page.click("#layer-table th:nth-child(4) button")
        assert page.get_attribute("#layer-table th:nth-child(4)", "aria-sort") == "descending"
        assert page.text_content(f"{first} th") == "classifier"
        page.keyboard.press("Enter")
        assert page.text_content(f"{first} td:nth-child(4)") == bytes_text(min(row.bytes for row in report.layers))
        page.click("#layer-table th:first-child button")
        numbers = page.eval_on_selector_all(
            "#layer-table tbody tr td:first-child", "all => all.map(e => e.textContent)"
        )
        assert numbers == [str(number) for number in range(1, len(report.layers) + 1)]


def test_wide_tables_scroll_in_their_own_box_and_the_graph_fits_a_phone(
    browser: Browser, deep: tuple[FileReport, Path]
) -> None:
    _, path = deep
    with opened(browser, path, 360) as found:
        page = found.page
        box = "document.getElementById('layer-table').parentElement"
        assert page.evaluate(f"{box}.scrollWidth > {box}.clientWidth && {box}.tabIndex === 0")
        edges = page.eval_on_selector_all(
            "#graph-table tbody tr > *, .parts tbody tr > td, summary > *, h1, h2, dd, nav a",
            "all => all.map(each => each.getBoundingClientRect().right)",
        )
        assert max(edges) <= 360
        overlaps = page.eval_on_selector_all(
            "#graph-table tbody tr",
            """rows => rows.filter(row => row.querySelector(".lanes").getBoundingClientRect().right >
              row.querySelector("th").getBoundingClientRect().left).length""",
        )
        assert overlaps == 0


def test_lanes_join_on_the_screen(browser: Browser, deep: tuple[FileReport, Path]) -> None:
    """Each row's picture begins where the one above ends, whatever the rows' heights."""
    _, path = deep
    with opened(browser, path) as found:
        boxes = found.page.eval_on_selector_all(
            "#graph-table .drawn", "all => all.map(each => each.getBoundingClientRect()).map(b => [b.top, b.bottom])"
        )
        assert len(boxes) == 3 * BLOCKS + 4
        assert len({round(bottom - top) for top, bottom in boxes}) > 1
        assert max(abs(above[1] - below[0]) for above, below in pairwise(boxes)) <= 1.5


def test_names_of_the_file_do_nothing(browser: Browser, folder: Path) -> None:
    report = file_report(hostile_file(folder))
    with opened(browser, _write(report, folder / "inert.html")) as found:
        page = found.page
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        page.locator(".plots[role=slider]").nth(3).wait_for()  # all charts of the page
        page.focus("figure.chart .plots")
        page.keyboard.press("ArrowRight")
        assert "</script><img src=x onerror=alert(1)>" in (page.text_content("figure.chart .reading") or "")
        assert page.evaluate("[document.images.length, document.scripts.length]") == [0, 1]
        assert page.locator("[onerror], [onload]").count() == 0
        assert page.text_content("#layer-1 .name") == "</script><img src=x onerror=alert(1)>"
        assert (found.dialogs, found.complaints, len(found.requests)) == ([], [], 1)


def test_the_policy_holds(browser: Browser, folder: Path) -> None:
    """Even if a name did become markup, it could not run, load or send anything."""
    page_text = html_page(file_report(small_file(folder)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        attack = f'<img src="{address}" onerror="alert(1)"><script>alert(2)</script><b id="red" style="color:red">b</b>'
        path = folder / "attacked.html"
        path.write_text(page_text.replace("<main>", f"<main>{attack}"), encoding="utf-8")
        with opened(browser, path) as found:
            found.page.wait_for_selector("#layer-table button")  # our own script runs
            assert found.page.evaluate("getComputedStyle(document.getElementById('red')).color") != "rgb(255, 0, 0)"
            assert found.dialogs == []
            for directive in ("default-src", "script-src", "style-src"):
                assert any("Content Security Policy" in line and directive in line for line in found.complaints)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_deep_network_gives_a_page_that_opens_fast(browser: Browser, deep: tuple[FileReport, Path]) -> None:
    report, path = deep
    assert len(report.layers) == 2 * BLOCKS + 1
    assert path.stat().st_size < 1_500_000
    with opened(browser, path) as found:
        timing = found.page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        assert timing < 5_000  # milliseconds; 0.2 s on a quiet core
