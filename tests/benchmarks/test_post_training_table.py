from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.compression import peers
from benchmarks.compression.document import replace_between
from benchmarks.compression.post_training import BEGIN, END, Row, table

PAGE = Path(__file__).parents[2] / "docs" / "compression.md"


def _row(network: str, method: str, asked: float) -> Row:
    return Row(network, method, asked, 8_000_000, 1_000_000, 18, 20, 0.946, 0.0377, 10.0)


def test_the_table_goes_between_the_marks_of_the_page(tmp_path: Path) -> None:
    rows = [
        _row("efficientnet_lite0", "measured", 6),
        _row("mobilenet_v2", "compensated", 8),
        _row("mobilenet_v2", "k-means", 8),
        _row("mobilenet_v2", "compensated", 6.5),
    ]
    lines = table(rows).splitlines()[2:]
    assert [line.split(" | ")[:3] for line in lines] == [
        ["| MobileNetV2", "6.5x", "compensated"],
        ["| MobileNetV2", "8x", "k-means"],
        ["| MobileNetV2", "8x", "compensated"],
        ["| EfficientNet-Lite0", "6x", "measured"],
    ]
    assert lines[0].endswith("| 8.00x | 18 | 20 | 94.6 % | 3.77 % |")
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    replace_between(page, BEGIN, END, table(rows))
    assert table(rows) in page.read_text()


def test_int8_of_the_peers_is_near_and_a_quarter() -> None:
    weights = {
        "a": np.random.default_rng(0).normal(size=(32, 16, 3, 3)).astype(np.float32),
        "b": np.zeros((3, 4), np.float32),
    }
    data, decoded = peers.int8(weights)
    largest = np.abs(weights["a"]).reshape(32, -1).max(1)
    error = np.abs(decoded["a"] - weights["a"]).reshape(32, -1).max(1)
    assert (error <= largest / 254 + 1e-6).all()
    np.testing.assert_array_equal(decoded["b"], 0)
    assert weights["a"].nbytes / 4 < len(data) < weights["a"].nbytes / 3
    sizes = [pack(data) for pack in peers.PACKERS.values()]
    assert sizes[0] == len(data)
    assert sizes[1] < len(data)
    assert sizes[2] < len(data)


def test_the_table_of_the_peers_goes_between_its_marks(tmp_path: Path) -> None:
    rows = [
        peers.Row("efficientnet_lite0", "int8", 8_000_000, 2_000_000, 17, 19, 0.99, 0.001),
        peers.Row("mobilenet_v2", "coremltools, 4 bits, xz", 8_000_000, 1_000_000, 9, 12, 0.5, 0.31),
        peers.Row("mobilenet_v2", "int8, gzip", 8_000_000, 1_900_000, 18, 20, 0.987, 0.002),
    ]
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    replace_between(page, peers.BEGIN, peers.END, peers.table(rows))
    lines = page.read_text().partition(peers.BEGIN)[2].partition(peers.END)[0].strip().splitlines()[2:]
    assert lines == [
        "| MobileNetV2 | int8, gzip | 4.21x | 18 | 20 | 98.7 % | 0.20 % |",
        "| MobileNetV2 | coremltools, 4 bits, xz | 8.00x | 9 | 12 | 50.0 % | 31.00 % |",
        "| EfficientNet-Lite0 | int8 | 4.00x | 17 | 19 | 99.0 % | 0.10 % |",
    ]
