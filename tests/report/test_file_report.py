from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console, RenderableType
from small_network import small_file, small_graph

from dcmobile import report
from dcmobile.encode import Encoding, WeightBytes, WeightStatistics
from dcmobile.errors import FileError
from dcmobile.fileformat import Metadata, build_file
from dcmobile.graph import BATCH, Graph, Op, Value, Weight
from dcmobile.operators import Lstm, Reshape
from dcmobile.report.file_tables import file_tables
from dcmobile.report.layer_table import layer_table, parts_table, symbol_table


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return small_file(tmp_path)


def test_every_byte_is_counted_once(file: Path) -> None:
    found = report.file_report(file)
    assert sum(found.parts.values()) == found.file_bytes == file.stat().st_size
    assert sum(row.bytes for row in found.layers) + found.bytes.structure + found.bytes.padding == found.file_bytes
    assert all(size >= 0 for size in found.parts.values())
    assert found.parts["structure"] + found.parts["metadata"] == found.bytes.structure
    assert found.parts["dense"] == 2 * 24 * 4
    assert found.parts["biases"] == 24 * 4 + 24 * 2 + 24 * 4


def test_layers_are_the_weights_in_order(file: Path) -> None:
    a, b, c = report.file_report(file).layers
    assert [(row.name, row.operator, row.shape) for row in (a, b, c)] == [
        ("a", "Linear", (24, 16)),
        ("b", "Linear", (24, 24)),
        ("c", "Linear", (2, 24)),
    ]
    assert [row.encoding for row in (a, b, c)] == ["SparseShared", "DenseShared", "Dense"]
    assert a.density == pytest.approx(38 / 384)
    assert (a.centroids, a.code_bits) == (3, 2)
    assert 2 <= a.gap_bits <= 8
    assert (b.centroids, b.code_bits, b.gap_bits, b.density) == (16, 4, 0, 1.0)
    assert (b.bias_elements, b.bias_bytes) == (48, 24 * 2 + 24 * 4)  # of both operators that use the weight
    assert (c.centroids, c.code_bits, c.gap_bits) == (0, 0, 0)
    assert [row.dense_bytes for row in (a, b, c)] == [4 * (384 + 24), 4 * (576 + 48), 4 * 48]


def test_bits_per_weight(file: Path) -> None:
    a, b, c = report.file_report(file).layers
    numbers = a.statistics
    assert a.bits_per_weight == (numbers.code_coded_bits + numbers.gap_coded_bits) / 38
    assert b.bits_per_weight == b.statistics.code_coded_bits / 576
    assert 3.9 < (b.bits_per_weight or 0) < 4.2  # 16 values, nearly even
    assert c.bits_per_weight == 32


def test_operators_name_what_they_read(file: Path) -> None:
    rows = report.file_report(file).operators
    assert [(row.name, row.inputs, row.shape) for row in rows] == [
        ("a", ("x",), (-1, 24)),
        ("b", ("a",), (-1, 24)),
        ("operator2", ("b",), (-1, 24)),
        ("c", ("operator2",), (-1, 2)),
    ]
    assert [row.attributes for row in rows] == ["activation=Relu", "", "", ""]
    assert all(row.kernel and row.reason for row in rows)
    assert rows[0].macs == 38


def test_results_have_numbers_where_names_are_not_unique(tmp_path: Path) -> None:
    """Two operators of one module, and one that makes three values."""
    random = np.random.default_rng(1)
    weights = [
        Weight("rnn.weight", random.random((16, 6), np.float32)),
        Weight("rnn.recurrent", random.random((16, 4), np.float32)),
    ]
    roles = {"weight": "rnn.weight", "recurrent": "rnn.recurrent"}
    ops = (
        Op("twice", Reshape((5, 6)), ("x",), "v1"),
        Op("rnn", Lstm(), ("v1",), "v2", roles, more_outputs=("h", "c")),
        Op("twice", Reshape((2, 2)), ("h",), "v5"),
    )
    shapes = {"x": (BATCH, 30), "v1": (BATCH, 5, 6), "v2": (BATCH, 5, 4), "h": (BATCH, 4), "c": (BATCH, 4)}
    shapes["v5"] = (BATCH, 2, 2)
    values = {name: Value(name, shape) for name, shape in shapes.items()}
    graph = Graph(("x",), ops, ("v5", "c"), ("y", "c"), values, {weight.name: weight for weight in weights})
    path = tmp_path / "net.dcmodel"
    path.write_bytes(build_file(graph).data)
    found = report.file_report(path)
    assert [row.reads for row in found.operators] == [(0,), (1,), (3,)]
    assert found.output_values == (5, 4)
    assert found.operators[2].inputs == ("rnn.1",)
    assert found.operators[0].attributes == "shape=(5, 6)"


@pytest.mark.parametrize(
    "metadata",
    [
        Metadata(),
        Metadata("someone"),
        Metadata("", tuple(f"label {number}" for number in range(1000))),
        Metadata("me", ("é", "x" * 7, ""), {"key": "value", "other": "v" * 1000}),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_metadata_costs_what_it_adds(metadata: Metadata, packed: bool, tmp_path: Path) -> None:
    """But for layout tables and alignment."""
    without, path = build_file(small_graph(), packed=packed).data, tmp_path / "net.dcmodel"
    path.write_bytes(build_file(small_graph(), metadata=metadata, packed=packed).data)
    counted = report.file_report(path).parts["metadata"]
    least, most = (-15, 16) if packed else (0, 40)
    assert least <= path.stat().st_size - len(without) - counted <= most
    assert (counted == 0) == (not metadata)


def test_json_is_json(file: Path) -> None:
    found = json.loads(json.dumps(report.file_report(file).to_json(), allow_nan=False))
    assert found["metadata"] == {"producer": "a test", "labels": ["cat", "dog"], "entries": {"note": "n"}}
    assert found["outputs"] == [{"name": "scores", "shape": [-1, 2], "value": 4}]
    assert [row["reads"] for row in found["operators"]] == [[0], [1], [2], [3]]
    assert [layer["first_use"] for layer in found["layers"]] == [0, 1, 3]
    a, b, c = found["layers"]
    assert a["codebook"]["values"] == [-1.0, 0.5, 2.0]
    assert sum(a["codebook"]["counts"]) == a["non_zeros"] == 38
    assert len(a["gap_counts"]) == 2 ** a["gap_bits"]
    assert len(b["codebook"]["values"]) == 16
    assert (b["gap_counts"], c["codebook"], c["gap_counts"]) == ([], {"values": [], "counts": []}, [])
    assert [layer["bytes"] for layer in found["layers"]] == [sum(layer["parts"].values()) for layer in found["layers"]]
    assert set(found["parts"]) - set(found["layers"][0]["parts"]) == {"structure", "metadata", "padding"}


def test_a_weight_that_nothing_uses_has_a_row() -> None:
    graph = small_graph()
    spare = WeightStatistics(Encoding.DENSE, 4, 4, WeightBytes(dense=16))
    empty = WeightStatistics(Encoding.SPARSE_SHARED, 384, 0, WeightBytes())
    statistics = dict.fromkeys(graph.weights, spare) | {"a.weight": empty, "spare": spare}
    graph = replace(graph, weights={**graph.weights, "spare": Weight("spare", np.ones(4, np.float32))})
    rows = report.layer_rows(graph, statistics)
    assert (rows[-1].name, rows[-1].operator, rows[-1].shape, rows[-1].first_use) == ("spare", "", (4,), None)
    assert sum(row.bytes for row in rows) == sum(each.bytes.total for each in statistics.values())
    nothing_kept = replace(rows[0], bias_bytes=0)
    assert nothing_kept.bits_per_weight is None
    assert math.isinf(nothing_kept.ratio)
    assert "-" in _shown(layer_table([nothing_kept])).split("\n")[-1]


def test_refuses_what_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "net.dcmodel"
    path.write_bytes(b"nothing")
    with pytest.raises(FileError, match=r"not a \.dcmodel"):
        report.file_report(path)
    with pytest.raises(FileError, match="No such file"):
        report.file_report(tmp_path / "missing")


def _shown(piece: RenderableType, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(piece)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def test_tables_of_a_file(file: Path) -> None:
    found = report.file_report(file)
    shown = [_shown(piece) for piece in file_tables(found)]
    assert all(len(line) <= 80 for piece in shown[1:] for line in piece.split("\n"))
    size, facts, layers, symbols, parts, operators, reasons, *costs = shown
    assert size.replace("\n", " ").endswith(f": {found.file_bytes:,} bytes, {found.ratio:.1f}x smaller (fp32: 4,320)")
    assert "labels  2: cat, dog" in facts
    assert [line.split()[:3] for line in layers.split("\n")[4:7]] == [
        ["a", "24x16", "sparse"],
        ["b", "24x24", "codes"],
        ["c", "2x24", "dense"],
    ]
    assert symbols.split("\n")[6].split() == ["c", *"-------"]
    assert parts.split("\n")[-1].split()[-1] == f"{found.file_bytes:,}"
    assert "operator2" in operators
    assert "a, " in reasons or "a  " in reasons
    # Not on every machine is there a choice of kernels.
    assert bool(costs) == any(row.other_kernel for row in found.operators)
    for row in found.operators:
        assert (row.other_ns >= row.expected_ns > 0) if row.other_kernel else row.other_ns == 0
        assert not row.other_kernel or row.other_kernel in costs[0]


def _large_layer() -> report.LayerRow:
    """A layer of VGG-16's size with a name that is longer than its column."""
    streams = WeightBytes(codes=4_123_456, gaps=3_123_456, codebook=128, tables=40, chunk_records=54_000)
    statistics = WeightStatistics(
        Encoding.SPARSE_SHARED,
        102_760_448,
        4_110_417,
        streams,
        32,
        5,
        5,
        5_110_417,
        4_110_417,
        1e7,
        1.5e7,
        11_000_000,
        16_000_000,
    )
    return report.LayerRow("features.module.12.block.conv1", "Conv2d", (4096, 25088), statistics, 4096, 16384)


def test_large_layers_fit_80_columns_with_short_names() -> None:
    rows = [_large_layer(), replace(_large_layer(), name="features.module.13.block.conv1")]
    tables = (layer_table(rows, 8), symbol_table(rows, 8), parts_table(rows, {"structure": 1234, "padding": 9}, 8))
    for table in tables:
        shown = _shown(table)
        assert max(map(len, shown.split("\n"))) <= 80
        assert "\u2026" not in shown.replace("fe\u2026conv1", "")  # names give way, numbers never
    assert "features.module.13.block.conv1" in _shown(layer_table(rows, 100), 200)


def test_sums_of_the_tables() -> None:
    rows = [_large_layer()] * 3
    last = _shown(layer_table(rows), 200).split("\n")[-1].split()
    assert last == [
        "all",
        "4.0",
        "%",
        f"{3 * rows[0].dense_bytes:,}",
        f"{3 * rows[0].bytes:,}",
        f"{rows[0].ratio:.1f}x",
    ]
    lines = [line.split() for line in _shown(parts_table(rows, {"structure": 1000, "padding": 5}), 200).split("\n")]
    assert lines[-1] == [
        "file",
        *(
            f"{3 * rows[0].parts[part]:,}"
            for part in ("codes", "gaps", "codebook", "tables", "chunk_records", "biases")
        ),
        f"{3 * rows[0].bytes + 1005:,}",
    ]
