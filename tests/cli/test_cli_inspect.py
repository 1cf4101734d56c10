from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import call, fails

import dcmobile
from dcmobile.fileformat import Metadata, read_file
from dcmobile.report import file_report


def test_json_holds_every_number(digits_file: Path) -> None:
    result = call("inspect", digits_file, "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    size = digits_file.stat().st_size
    dense = 4 * (6 * 25 + 6 + 40 * 864 + 40 + 400 + 10)
    assert report["file"] == str(digits_file)
    assert report["format_version"] == 2  # small: its model is packed
    assert report["file_bytes"] == size == sum(report["parts"].values())
    assert report["dense_bytes"] == dense
    assert report["ratio"] == pytest.approx(dense / size)
    assert report["inputs"] == [{"name": "x", "shape": [-1, 1, 28, 28]}]
    assert report["outputs"] == [{"name": "output", "shape": [-1, 10], "value": 6}]
    assert [layer["name"] for layer in report["layers"]] == ["conv", "fc1", "fc2"]
    for layer in report["layers"]:
        assert layer["bytes"] == sum(layer["parts"].values())
        for symbols in (layer["codes"], layer["gaps"]):
            assert symbols["entropy_bits"] <= symbols["coded_bits"] <= symbols["entropy_bits"] + symbols["symbols"]
        assert layer["density"] == pytest.approx(0.1, abs=0.01)
        assert len(layer["codebook"]["values"]) == len(layer["codebook"]["counts"]) == layer["centroids"]
        assert sum(layer["codebook"]["counts"]) == layer["codes"]["symbols"]
        assert sum(layer["gap_counts"]) == layer["gaps"]["symbols"]
        assert report["operators"][layer["first_use"]]["name"] == layer["name"]
    assert [(row["type"], row["shape"]) for row in report["operators"]] == [
        ("Conv2d", [-1, 6, 24, 24]),
        ("MaxPool2d", [-1, 6, 12, 12]),
        ("Flatten", [-1, 864]),
        ("Linear", [-1, 40]),
        ("Linear", [-1, 10]),
        ("Softmax", [-1, 10]),
    ]
    assert report["operators"][0]["inputs"] == ["x"]
    assert report["operators"][4]["inputs"] == ["fc1"]
    with dcmobile.load(digits_file) as model:
        assert [(row["kernel"], row["reason"], row["macs"]) for row in report["operators"]] == [
            (planned.kernel, planned.reason, planned.macs) for planned in model.operators
        ]
    assert set(report["load"]) == {"map_ns", "verify_ns", "decode_ns", "plan_ns", "file_bytes", "weight_bytes"}


def test_tables_say_the_same(digits_file: Path) -> None:
    result = call("inspect", digits_file)
    assert result.exit_code == 0
    report = file_report(digits_file)
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{digits_file}: {report.file_bytes:,} bytes, ")
    assert max(map(len, lines[1:])) <= 80
    cells = [line.split() for line in lines]
    fc1 = report.layers[1]
    assert next(row[-2:] for row in cells if row[:1] == ["fc1"]) == [f"{fc1.bytes:,}", f"{fc1.ratio:.1f}x"]
    for part in ("structure", "metadata", "padding"):
        assert [part, f"{report.parts[part]:,}"] in cells
    assert any(row[:1] == ["file"] and row[-1] == f"{report.file_bytes:,}" for row in cells)
    for row in report.operators:
        assert any(line[:1] == [row.name] and row.kernel in line for line in cells)


def test_html_is_written_whole_or_not_at_all(digits_file: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = call("inspect", digits_file, "--html", page)
    assert (result.exit_code, result.output) == (0, "")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert f"{digits_file.stat().st_size:,}" in text
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]

    damaged = tmp_path / "damaged.dcmodel"
    damaged.write_bytes(digits_file.read_bytes()[:-1])
    assert fails(1, "inspect", damaged, "--html", page).startswith(f"{damaged}: ")
    assert page.read_text(encoding="utf-8") == text

    both = call("inspect", digits_file, "--json", "--html", tmp_path / "both.html")
    assert json.loads(both.stdout)["file_bytes"] == digits_file.stat().st_size
    assert (tmp_path / "both.html").exists()


def test_html_goes_where_a_page_can_go(digits_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "net.dcmodel"
    copy.write_bytes(digits_file.read_bytes())
    assert fails(1, "inspect", copy, "--html", copy) == f"the page {copy} is the file itself: give --html another name"
    assert copy.read_bytes() == digits_file.read_bytes()
    assert fails(1, "inspect", copy, "--html", tmp_path) == f"cannot write {tmp_path}: it is a folder"
    assert "the folder" in fails(1, "inspect", tmp_path / "missing", "--html", tmp_path / "no" / "page.html")


def test_html_needs_no_torch(digits_file: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from dcmobile.cli.main import cli; cli(sys.argv[1:], standalone_mode=False); "
        "print([name for name in ('torch', 'rich') if name in sys.modules])"
    )
    arguments = ["inspect", str(digits_file), "--html", str(tmp_path / "report.html")]
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


@pytest.fixture
def strange_file(tmp_path: Path) -> Path:
    """A file whose names would steer the terminal or pass for markup."""
    path = tmp_path / "strange.dcmodel"
    metadata = Metadata(
        producer="[red]me[/red]\x1b[2J",
        labels=("[bold]a\n", "\u202eb"),
        entries={"k\x07ey": "v\nalue", "note": "x" * 300},
    )
    layer = torch.nn.Linear(2, 2).eval()
    dcmobile.compress(layer, path, example_inputs=(torch.rand(1, 2),), metadata=metadata)
    return path


def test_names_cannot_steer_the_terminal(strange_file: Path) -> None:
    result = call("inspect", strange_file)
    assert result.exit_code == 0
    assert "[red]me[/red]\\x1b[2J" in result.stdout
    assert "2: [bold]a\\n, \\u202eb" in result.stdout
    assert "v\\nalue" in result.stdout
    assert "x" * 300 in result.stdout
    assert not set(result.stdout) & set("\x1b\x07\u202e")
    page = strange_file.with_suffix(".html")
    assert call("inspect", strange_file, "--html", page).exit_code == 0
    assert not set(page.read_text(encoding="utf-8")) & set("\x1b\x07\u202e")
    parsed = json.loads(call("inspect", "--json", strange_file).stdout)
    assert parsed["metadata"]["labels"] == ["[bold]a\n", "\u202eb"]


def test_refuses_damaged_and_missing_files(digits_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "net.dcmodel"
    content = digits_file.read_bytes()
    for damaged in (content[:1000], b"", b"PK" + content, content.replace(b"DCM1", b"DCM2", 1)):
        path.write_bytes(damaged)
        assert fails(1, "inspect", path).startswith(f"{path}: ")
    assert "No such file or directory" in fails(1, "inspect", tmp_path / "missing")
    assert str(tmp_path) in fails(1, "inspect", tmp_path)
    assert fails(2, "inspect") == "Error: Missing argument 'FILE'."


def test_verify_tells_good_from_bad(digits_file: Path, siblings_file: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.dcmodel"
    content = bytearray(digits_file.read_bytes())
    content[-100] ^= 1  # in the payload, which is written last
    damaged.write_bytes(content)
    result = call("verify", digits_file, damaged, tmp_path / "missing", siblings_file)
    assert result.exit_code == 1
    assert result.stderr == "dcmobile: error: 2 of 4 files refused\n"
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{digits_file}: OK, {len(content):,} bytes, loaded in ")
    assert lines[1].startswith(f"{damaged}: refused, FILE_CHECKSUM: ")
    assert lines[2].startswith(f"{tmp_path / 'missing'}: refused, FILE_IO: ")
    assert lines[3].startswith(f"{siblings_file}: OK")


def test_verify_of_one_file(digits_file: Path, tmp_path: Path) -> None:
    good = call("verify", digits_file)
    assert (good.exit_code, good.stderr) == (0, "")
    for part in ("map", "verify", "decode", "plan"):
        assert f"{part} " in good.stdout
    assert call("verify", "--quiet", digits_file).output == ""
    text = tmp_path / "text"
    text.write_text("not a model, only some words in a file\n")
    bad = call("verify", "--quiet", text)
    assert bad.exit_code == 1
    assert bad.stdout.startswith(f"{text}: refused, FILE_FORMAT: ")
    assert bad.stderr == "dcmobile: error: the file is refused\n"


def test_every_flipped_byte_of_a_bias_is_found(siblings_file: Path, tmp_path: Path) -> None:
    """Values have a checksum: they cannot change unnoticed."""
    content = siblings_file.read_bytes()
    bias = np.ascontiguousarray(read_file(siblings_file).graph.weights["left.bias"].values).tobytes()
    place = content.index(bias)
    path = tmp_path / "flipped.dcmodel"
    for offset in range(len(bias)):
        flipped = bytearray(content)
        flipped[place + offset] ^= 0x10
        path.write_bytes(flipped)
        assert call("verify", path).exit_code == 1
