from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import PROGRESS, call, fails
from example_networks import Digits, export
from torch import nn

import dcmobile
from dcmobile.fileformat import read_file

X = (torch.rand(1, 8),)


def test_writes_beside_the_program_and_closes_with_a_table(digits: Path, tmp_path: Path) -> None:
    program = Path(shutil.copy(digits, tmp_path / "net.pt2"))
    result = call("compress", program, "--density", "0.1", "--bits", "4")
    assert result.exit_code == 0, result.output
    file = tmp_path / "net.dcmodel"
    assert sorted(tmp_path.iterdir()) == [file, program]
    assert tuple(result.stderr.splitlines()) == PROGRESS

    dense = 4 * sum(parameter.numel() for parameter in Digits().parameters())
    size = file.stat().st_size
    lines = result.stdout.splitlines()
    assert lines[0] == f"{file}: {size:,} bytes, {dense / size:.1f}x smaller (fp32: {dense:,})"
    rows = {line.split()[0]: line.split() for line in lines if line}
    assert rows["fc1"][1:3] == ["40x864", "sparse"]
    assert rows["fc1"][3:5] == ["10.0", "%"]
    assert rows["fc1"][6] == f"{4 * (40 * 864 + 40):,}"
    assert max(map(len, lines[1:])) <= 80


def test_gives_what_the_api_gives(digits: Path, digits_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "other.dcmodel"
    assert call("compress", digits, "-o", output, "--density", "0.1", "--bits", "4").exit_code == 0
    assert output.read_bytes() == digits_file.read_bytes()


def test_quiet_prints_nothing(digits: Path, tmp_path: Path) -> None:
    result = call("compress", digits, "-q", "-o", tmp_path / "net.dcmodel", "--bits", "2")
    assert (result.exit_code, result.output) == (0, "")


def test_options_reach_every_layer(digits: Path, tmp_path: Path) -> None:
    output = tmp_path / "net.dcmodel"
    options = ["--density", "0.2", "--bits", "3", "--init", "random", "--codebook", "fp16", "--biases", "fp16"]
    files = []
    for seed in ("1", "1", "2"):
        assert call("compress", digits, "-q", "-o", output, *options, "--seed", seed).exit_code == 0
        files.append(output.read_bytes())
    assert files[0] == files[1] != files[2]
    graph = read_file(output).graph
    for name in ("conv", "fc1", "fc2"):
        weight = graph.weights[f"{name}.weight"]
        assert weight.sharing is not None
        assert weight.sharing.centroids.dtype == np.float16
        assert weight.sharing.centroids.size <= 8
        assert np.count_nonzero(weight.values) == round(0.2 * weight.values.size)
        assert graph.weights[f"{name}.bias"].values.dtype == np.float16


def test_density_alone_keeps_the_values(digits: Path, tmp_path: Path) -> None:
    output = tmp_path / "net.dcmodel"
    assert call("compress", digits, "-q", "-o", output, "--density", "0.5").exit_code == 0
    weight = read_file(output).graph.weights["fc1.weight"].values
    original = torch.export.load(digits).state_dict["fc1.weight"].detach().numpy()
    assert np.count_nonzero(weight) == weight.size // 2
    np.testing.assert_array_equal(weight[weight != 0], original[weight != 0])


def test_recipe_decides_by_layer(digits: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[layers."fc*"]\ndensity = 0.25\nbits = 2\n\n[layers.conv]\nbits = 6\n')
    output = tmp_path / "net.dcmodel"
    assert call("compress", digits, "-q", "-o", output, "--recipe", recipe).exit_code == 0
    statistics = read_file(output).statistics
    assert statistics["fc1.weight"].density == 0.25
    assert statistics["fc1.weight"].centroids <= 5
    assert statistics["conv.weight"].density == 1.0
    assert statistics["conv.weight"].centroids > 16


def test_seed_with_a_recipe(digits: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('seed = 3\n[layers."*"]\nbits = 3\ninit = "random"\n')
    files = []
    for seed in ([], ["--seed", "3"], ["--seed", "4"]):
        output = tmp_path / "net.dcmodel"
        assert call("compress", digits, "-q", "-o", output, "--recipe", recipe, *seed).exit_code == 0
        files.append(output.read_bytes())
    assert files[0] == files[1] != files[2]


def test_labels_go_into_the_file(digits: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_bytes("\ufeffzéro\r\none\r\n2\n3\n4\n5\n6\n7\n8\nnine".encode())
    output = tmp_path / "net.dcmodel"
    assert call("compress", digits, "-q", "-o", output, "--bits", "2", "--label-file", labels).exit_code == 0
    assert read_file(output).metadata.labels == ("zéro", "one", "2", "3", "4", "5", "6", "7", "8", "nine")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\nb\n", "has 2 labels, the network's first output 10 elements"),
        (b"a\n\nb\n", "line 2 is empty"),
        (b"", "it is empty"),
        (b"\xff\n", "it is not UTF-8 text"),
    ],
)
def test_refuses_labels(digits: Path, tmp_path: Path, content: bytes, text: str) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_bytes(content)
    output = tmp_path / "net.dcmodel"
    error = fails(1, "compress", digits, "-o", output, "--bits", "2", "--label-file", labels)
    assert text in error
    assert str(labels) in error
    assert not output.exists()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], "Error: give --density, --bits or both, a --recipe, or a --target-size"),
        (["--density", "0"], "Error: Invalid value for '--density': 0.0 is not in the range 0<x<=1."),
        (["--density", "1.5"], "Error: Invalid value for '--density': 1.5 is not in the range 0<x<=1."),
        (["--bits", "0"], "Error: Invalid value for '--bits': 0 is not in the range 1<=x<=8."),
        (["--bits", "9"], "Error: Invalid value for '--bits': 9 is not in the range 1<=x<=8."),
        (
            ["--bits", "2", "--recipe", "r.toml"],
            "Error: --recipe and --bits exclude each other: put it into the recipe",
        ),
        (
            ["--biases", "fp16", "--recipe", "r.toml"],
            "Error: --recipe and --biases exclude each other: put it into the recipe",
        ),
        (["--density", "0.1", "--init", "random"], "Error: --init needs --bits: without it no values are shared"),
        (["--bits", "2", "--colour"], "Error: No such option '--colour'."),
    ],
)
def test_refuses_options(digits: Path, tmp_path: Path, options: list[str], text: str) -> None:
    assert fails(2, "compress", digits, "-o", tmp_path / "net.dcmodel", *options) == text
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_density_that_is_no_number(digits: Path, tmp_path: Path) -> None:
    error = fails(1, "compress", digits, "-o", tmp_path / "net.dcmodel", "--density", "nan")
    assert "density is nan: it must be above 0 and at most 1" in error


@pytest.mark.parametrize(
    ("recipe", "text"),
    [
        ('[layers."fc9"]\nbits = 2\n', "pattern 'fc9' fits no layer of the model: did you mean 'fc"),
        ('[layers."*"]\ndensity = 2.0\n', "density is 2.0: it must be above 0 and at most 1"),
        ('[layers."*"]\nbits = 12\n', "bits is 12: it must be an integer from 1 to 8"),
        ("[layers\n", "not TOML"),
        (None, "cannot read"),
    ],
)
def test_refuses_recipes(digits: Path, tmp_path: Path, recipe: str | None, text: str) -> None:
    path = tmp_path / "recipe.toml"
    if recipe is not None:
        path.write_text(recipe)
    assert text in fails(1, "compress", digits, "-o", tmp_path / "net.dcmodel", "--recipe", path)
    assert not (tmp_path / "net.dcmodel").exists()


def _no_program(kind: str, path: Path, digits: Path) -> None:
    content = digits.read_bytes()
    match kind:
        case "text":
            path.write_text("not a program\n")
        case "empty":
            path.touch()
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "checkpoint":
            torch.save(Digits().state_dict(), path)
        case "folder":
            path.mkdir()
        case "damaged":
            changed = bytearray(content)
            middle = len(content) // 2  # in the largest member, a weight
            changed[middle] ^= 1
            path.write_bytes(changed)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "is not a program of torch.export (no zip archive, or cut short): write one with torch.export.save("),
        ("empty", "is not a program of torch.export (it is empty)"),
        ("cut", "is not a program of torch.export (no zip archive, or cut short)"),
        ("checkpoint", "is not a program of torch.export (a zip archive without a program, such as torch.save writes)"),
        ("folder", "Is a directory"),
        ("damaged", "does not match its checksum"),
        ("missing", "No such file or directory"),
    ],
)
def test_refuses_what_is_no_program(digits: Path, tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / "net.pt2"
    _no_program(kind, path, digits)
    error = fails(1, "compress", path, "--bits", "2")
    assert text in error
    assert str(path) in error
    assert not (tmp_path / "net.dcmodel").exists()


def test_reads_a_program_of_any_name(digits: Path, tmp_path: Path) -> None:
    program = Path(shutil.copy(digits, tmp_path / "net.bin"))
    assert call("compress", program, "-q", "--bits", "2").exit_code == 0
    assert (tmp_path / "net.dcmodel").exists()


class _WithSine(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 4), nn.CELU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sin(self.body(x))


def test_names_unsupported_operators_with_module_and_line(tmp_path: Path) -> None:
    program = export(_WithSine().eval(), X, tmp_path / "net.pt2")
    error = fails(1, "compress", program, "--bits", "2")
    assert "aten.celu.default in module 'body.1'" in error
    line = next(
        number for number, text in enumerate(Path(__file__).read_text().splitlines(), 1) if "torch.sin(" in text
    )
    assert f"aten.sin.default in the model's forward, {__file__}:{line}" in error
    assert list(tmp_path.iterdir()) == [program]


def test_refuses_nan_weights(tmp_path: Path) -> None:
    layer = nn.Linear(8, 4)
    with torch.no_grad():
        layer.weight[1, 2] = float("nan")
    program = export(nn.Sequential(layer).eval(), X, tmp_path / "net.pt2")
    error = fails(1, "compress", program, "--bits", "2")
    assert "weight '0.weight' has 1 NaN or infinite values, the first at [1, 2]" in error
    assert list(tmp_path.iterdir()) == [program]


def test_refuses_a_program_exported_in_train_mode(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(8, 4), nn.Dropout(0.5)).train()
    program = export(model, X, tmp_path / "net.pt2")
    error = fails(1, "compress", program, "--bits", "2")
    assert "exported in train mode" in error
    assert "call .eval() on the model before torch.export.export" in error


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("missing/net.dcmodel", "does not exist"),
        (".", "it is a folder"),
        ("net.pt2", "is the input itself"),
        ("pipe", "it is a device or pipe, not a file"),
    ],
)
def test_refuses_outputs(digits: Path, tmp_path: Path, output: str, text: str) -> None:
    program = Path(shutil.copy(digits, tmp_path / "net.pt2"))
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.iterdir())
    error = fails(1, "compress", program, "-o", tmp_path / output, "--bits", "2")
    assert text in error
    assert sorted(tmp_path.iterdir()) == before
    assert program.read_bytes() == digits.read_bytes()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_refuses_a_folder_without_permission(digits: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "ermission" in fails(1, "compress", digits, "-o", tmp_path / "net.dcmodel", "--bits", "2")


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    old = tmp_path / "net.dcmodel"
    old.write_bytes(b"an older file")
    program = export(_WithSine().eval(), X, tmp_path / "net.pt2")
    fails(1, "compress", program, "--bits", "2")
    assert old.read_bytes() == b"an older file"


def test_an_error_of_dcmobile_itself_is_one_line_too(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("dcmobile.compile.compress", broken)
    error = fails(1, "compress", digits, "-o", tmp_path / "net.dcmodel", "--bits", "2")
    assert error == "internal error: RuntimeError: two lines (DCM_DEBUG=1 shows where; please report it)"
    monkeypatch.setenv("DCM_DEBUG", "1")
    result = call("compress", digits, "-o", tmp_path / "net.dcmodel", "--bits", "2")
    assert isinstance(result.exception, RuntimeError)


def test_version_is_the_packages() -> None:
    result = call("--version")
    assert (result.exit_code, result.stdout) == (0, f"dcmobile {dcmobile.__version__}\n")
