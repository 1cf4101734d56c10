"""The commands on a .pte, and ``dcmobile bench``."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import Result
from command_line import call, fails
from torch import nn

import dcmobile
from dcmobile.executorch.pte_file import read_pte
from dcmobile.report import file_report


class Summed(nn.Module):
    """With an operator that dcmobile does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(6, 5)
        self.last = nn.Linear(5, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.last(torch.cumsum(torch.relu(self.first(x)), dim=1))
        return result


@pytest.fixture(scope="module")
def program(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The .pte of ``Digits``, and what making it printed."""
    path = tmp_path_factory.mktemp("pte") / "digits.pte"
    return path, call("compress", digits, "--density", 0.1, "--bits", 4, "-o", path)


def test_compress_by_the_ending(program: tuple[Path, Result], digits_file: Path) -> None:
    path, result = program
    assert result.exit_code == 0, result.output
    assert path.read_bytes()[4:6] == b"ET"
    assert digits_file.read_bytes() in path.read_bytes()
    assert path.stat().st_size - digits_file.stat().st_size <= 3000
    lines = result.stdout.splitlines()
    assert lines[0] == f"{path}: {path.stat().st_size:,} bytes"
    assert any(line.startswith("all ") for line in lines)
    assert lines[-1].startswith("dcmobile takes ")
    assert lines[-1].endswith(" operators, in 1 part.")
    assert "dcmobile: compressing and lowering to ExecuTorch" in result.stderr.splitlines()


def test_compress_by_the_format_says_what_it_left(tmp_path: Path) -> None:
    source = tmp_path / "summed.pt2"
    torch.export.save(torch.export.export(Summed().eval(), (torch.ones(1, 6),)), source)
    result = call("compress", source, "--format", "pte", "--bits", 4)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "summed.pte").is_file()
    assert "dcmobile takes 3 of 4 operators, in 2 parts." in result.stdout
    assert "aten.cumsum.default in the model's forward, " in result.stdout
    shown = json.loads(call("inspect", tmp_path / "summed.pte", "--json").stdout)
    (method,) = shown["methods"]
    assert method["kernels"] == {"aten::cumsum.out": 1}
    assert [each["backend"] for each in method["delegates"]] == ["DcmBackend", "DcmBackend"]
    assert call("compress", source, "--format", "pte", "--bits", 4, "-q").output == ""


def test_run_gives_what_the_dcmodel_gives(
    program: tuple[Path, Result], digits_file: Path, pictures: Path, tmp_path: Path
) -> None:
    one = tmp_path / "one.npy"
    np.save(one, np.load(pictures)[:1])
    result = call("run", program[0], "-i", one, "-o", tmp_path / "y.npy")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"input  input 1x1x28x28 from {one}"
    assert lines[1] == f"output output 1x10 to {tmp_path / 'y.npy'}"
    assert lines[2].startswith("ran in ")
    with dcmobile.load(digits_file) as model:
        assert np.array_equal(np.load(tmp_path / "y.npy"), model(np.load(one)))


def test_run_refuses_what_a_pte_cannot_do(program: tuple[Path, Result], pictures: Path) -> None:
    assert "a .pte runs on arrays" in fails(2, "run", "picture.png", program[0])
    assert "ExecuTorch's thread pool" in fails(2, "run", program[0], "-i", pictures, "--threads", 2)
    said = fails(1, "run", program[0], "-i", pictures)  # three samples
    assert said.startswith("input has shape [3, 1, 28, 28], the program takes [1, 1, 28, 28]: export it with a dynamic")


def test_inspect_shows_the_layers(program: tuple[Path, Result], digits_file: Path, tmp_path: Path) -> None:
    result = call("inspect", program[0])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"{program[0]}: {program[0].stat().st_size:,} bytes, an ExecuTorch program"
    assert "method forward" in lines
    assert f"  delegate 0: DcmBackend, {digits_file.stat().st_size:,} bytes" in lines
    own = call("inspect", digits_file).stdout
    for title in ("Layers", "Operators"):
        assert title in lines
        assert title in own
    network = json.loads(call("inspect", program[0], "--json").stdout)["methods"][0]["delegates"][0]["network"]
    assert network["layers"] == json.loads(call("inspect", digits_file, "--json").stdout)["layers"]
    assert call("inspect", program[0], "--html", tmp_path / "page.html").exit_code == 0
    assert "<html" in (tmp_path / "page.html").read_text()


def test_a_pte_of_another_version(program: tuple[Path, Result], pictures: Path, tmp_path: Path) -> None:
    data = program[0].read_bytes()
    other = tmp_path / "other.pte"
    other.write_bytes(data[:4] + b"ET99" + data[8:])
    said = f"{other} has ExecuTorch's format ET99, the ExecuTorch that is installed reads {data[4:8].decode()}: "
    for command in (("inspect", other), ("run", other, "-i", pictures), ("bench", other)):
        assert fails(1, *command).startswith(said)


def test_arrays_that_do_not_fit(tmp_path: Path) -> None:
    source, program = tmp_path / "net.pt2", tmp_path / "net.pte"
    shapes = ({0: torch.export.Dim("batch", min=1, max=8)},)
    torch.export.save(torch.export.export(nn.Linear(6, 2).eval(), (torch.ones(2, 6),), dynamic_shapes=shapes), source)
    assert call("compress", source, "-q", "--bits", 8, "-o", program).exit_code == 0
    x = tmp_path / "x.npy"
    for array, said in (
        (np.zeros((9, 6), np.float32), "input has shape [9, 6], the program takes [8, 6] at most"),
        (np.zeros((2, 6, 1), np.float32), "input has shape [2, 6, 1], the program takes [8, 6] at most"),
        (np.zeros((2, 6), np.int64), "input is int64; convert it with .astype(numpy.float32)"),
    ):
        np.save(x, array)
        assert fails(1, "run", program, "-i", x) == said
    np.save(x, np.zeros((8, 6), np.float32))
    assert call("run", program, "-i", x).exit_code == 0


def test_a_damaged_network_in_a_pte(program: tuple[Path, Result], digits_file: Path, tmp_path: Path) -> None:
    data, blob = program[0].read_bytes(), digits_file.read_bytes()
    start = data.index(blob)
    damaged = tmp_path / "damaged.pte"
    damaged.write_bytes(data[: start + 40] + b"\xff" * 300 + data[start + 340 :])
    assert fails(1, "inspect", damaged).startswith(f"{damaged}: forward, delegate 0: the file is truncated or damaged")


def test_a_damaged_pte(program: tuple[Path, Result], pictures: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.pte"
    cut.write_bytes(program[0].read_bytes()[:600])
    assert fails(1, "inspect", cut).startswith(f"{cut} is not a whole .pte file")
    assert fails(1, "run", cut, "-i", pictures).startswith(f"{cut} is not a whole .pte file")
    cut.write_bytes(program[0].read_bytes()[:5])
    assert fails(1, "run", cut, "-i", pictures).startswith(f"{cut} is not a whole .pte file")


def test_to_a_size(digits: Path, pictures: Path, tmp_path: Path) -> None:
    output, cache = tmp_path / "net.pte", tmp_path / "cache"
    options = ("--target-size", "30kB", "--calibrate", pictures, "--cache", cache)
    result = call("compress", digits, "-o", output, *options)
    assert result.exit_code == 0, result.output
    assert 29_700 <= output.stat().st_size <= 30_000
    assert result.stdout.splitlines()[1].startswith("predicted error of the outputs: ")
    assert "dcmobile: measuring layers" in result.stderr.splitlines()
    (delegate,) = read_pte(output)[0].delegates
    (tmp_path / "net.dcmodel").write_bytes(delegate.blob)
    written = {layer.name: layer for layer in file_report(tmp_path / "net.dcmodel").layers}
    found = dcmobile.sensitivity(  # a delegate's layers cannot make up for their errors
        torch.export.load(digits), np.load(pictures), cache=cache, compensate=False
    )
    choice = found.choose(30_000 - 1024)
    assert len(list(cache.iterdir())) == 1  # the same measurements
    assert written.keys() == choice.options.keys()
    for name, layer in written.items():
        assert layer.bytes == pytest.approx(choice.options[name].bytes, rel=0.3)


def test_sizes_that_cannot_be(digits: Path, tmp_path: Path) -> None:
    output = tmp_path / "net.pte"
    said = fails(1, "compress", digits, "-q", "-o", output, "--target-size", "1kB", "--cache", tmp_path)
    assert said.startswith("the target size of 1,000 bytes cannot be reached: the smallest file without training is ")
    source = tmp_path / "summed.pt2"
    torch.export.save(torch.export.export(Summed().eval(), (torch.ones(1, 6),)), source)
    said = fails(1, "compress", source, "-q", "-o", output, "--target-size", "9kB", "--cache", tmp_path)
    assert said.startswith("a target size needs a network that dcmobile takes whole, for others take a recipe: ")
    assert "aten.cumsum.default" in said
    assert not output.exists()


def test_nothing_is_written_for_a_file_that_is_no_program(tmp_path: Path) -> None:
    source = tmp_path / "net.pt2"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("data", "x")
    fails(1, "compress", source, "--bits", 4, "-o", tmp_path / "net.pte")
    assert not (tmp_path / "net.pte").exists()


def test_bench_of_a_pte(program: tuple[Path, Result]) -> None:
    figures = json.loads(call("bench", program[0], "--runs", 3, "--seconds", 0, "--json").stdout)
    assert figures["latency_ms"]["runs"] == 3
    assert 0 < figures["latency_ms"]["min"] <= figures["latency_ms"]["median"] <= figures["latency_ms"]["max"]
    assert figures["memory_bytes"]["peak_rss"] >= figures["memory_bytes"]["rss_before_load"] > 0
    text = call("bench", program[0], "--runs", 3, "--seconds", 0).stdout
    assert text.startswith(f"{program[0]}: ")
    assert "\nruns      3 of median " in text
    assert "--threads is for a .dcmodel" in fails(2, "bench", program[0], "--threads", 2)


def test_bench_of_a_dcmodel(digits_file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert call("bench", digits_file, "--runs", 3, "--seconds", 0, "--batch", 2, "--json").exit_code == 0
    figures = json.loads(capfd.readouterr().out)
    assert (figures["batch"], figures["threads"], figures["latency_ms"]["runs"]) == (2, 1, 3)
    said = fails(1, "bench", digits_file.parent / "nothing.dcmodel")
    assert said.endswith("No such file or directory")
