from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click import BadParameter
from command_line import command, environment, fails

from dcmobile import Recipe
from dcmobile.cli.sizes import Size


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that the tests of this file share, and nobody else."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "sensitivity-cache"))


def call(*arguments: object) -> tuple[int, str, str]:
    from command_line import call as call_here

    result = call_here(*arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("120000", 120_000),
        ("2MB", 2_000_000),
        ("2 mb", 2_000_000),
        ("1.5 MiB", 1_572_864),
        ("900kB", 900_000),
        ("900KB", 900_000),
        (".5GB", 500_000_000),
        ("0.0015kB", 1),
        ("3.3MB", 3_300_000),
        ("7B", 7),
        (" 1KiB ", 1024),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert Size().convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "MB", "2 M B", "-1MB", "1e6", "2TB", "0", "0.0001kB", "1,5MB", "٣MB", "inf"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(BadParameter, match="is no size: "):
        Size().convert(text, None, None)


def test_compresses_to_a_size(digits: Path, pictures: Path, tmp_path: Path) -> None:
    output = tmp_path / "net.dcmodel"
    labels = tmp_path / "labels.txt"
    labels.write_text("".join(f"a class with a long name {number}\n" for number in range(10)))
    for options in ([], ["--label-file", labels]):
        code, out, err = call(
            "compress", digits, "-o", output, "--target-size", "20kB", "--calibrate", pictures, *options
        )
        assert code == 0, err
        assert 19_000 < output.stat().st_size <= 20_000
        lines = out.splitlines()
        assert lines[0].startswith(f"{output}: {output.stat().st_size:,} bytes, ")
        assert lines[1].startswith("predicted error of the outputs: ")
        assert "dcmobile: measuring layers" in err
        assert "warning" not in err


def test_writes_a_recipe_that_keeps_the_size(digits: Path, pictures: Path, tmp_path: Path) -> None:
    recipe, output = tmp_path / "r.toml", tmp_path / "net.dcmodel"
    code, out, err = call("sensitivity", digits, "--calibrate", f"x={pictures}", "--target-size", "30kB", "-o", recipe)
    assert code == 0, err
    assert set(Recipe.load(recipe).layers) == {"conv", "fc1", "fc2"}
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line}
    assert {"conv", "fc1", "fc2", "file"} <= set(rows)
    assert max(map(len, out.splitlines())) <= 80
    told = int(rows["file"][1].replace(",", ""))
    assert call("compress", digits, "-q", "-o", output, "--recipe", recipe, "--calibrate", pictures)[0] == 0
    assert told <= 30_000
    assert 0.98 * told < output.stat().st_size < 1.02 * told  # what layers are fitted to is a little different


def test_an_error_in_place_of_a_size(digits: Path, pictures: Path) -> None:
    found = {}
    for error in ("0.0001", "0.01"):
        code, out, _ = call("sensitivity", digits, "--calibrate", pictures, "--max-error", error, "--json")
        assert code == 0
        found[error] = json.loads(out)
        assert found[error]["choice"]["error"] <= float(error)
    assert found["0.0001"]["choice"]["file_bytes"] > 1.2 * found["0.01"]["choice"]["file_bytes"]
    default = json.loads(call("sensitivity", digits, "--calibrate", pictures, "--json")[1])
    assert default == found["0.01"]
    assert [layer["name"] for layer in default["layers"]] == ["conv", "fc1", "fc2"]
    assert default["samples"] == 1  # of three; layers are fitted to the others
    assert not default["random_inputs"]


def test_warns_of_noise(digits: Path) -> None:
    code, out, err = call("sensitivity", digits, "--samples", "2", "--json")
    assert code == 0
    assert "dcmobile: warning: no --calibrate: layers are measured on random noise" in err
    assert json.loads(out)["random_inputs"]
    assert call("sensitivity", digits, "--samples", "2", "-q") == (0, "", "")


def test_several_inputs(folder: Path, tmp_path: Path) -> None:
    import torch
    from example_networks import Siblings, export

    torch.manual_seed(2)
    program = export(Siblings().eval(), (torch.rand(1, 6), torch.rand(1, 3)), tmp_path / "siblings.pt2")
    a, b = np.ones((5, 6), np.float32), np.linspace(0, 1, 15, dtype=np.float32).reshape(5, 3)
    a *= np.arange(5, dtype=np.float32)[:, None]
    np.save(tmp_path / "a.npy", a)
    np.save(tmp_path / "b.npy", b)
    np.savez(tmp_path / "both.npz", a=a, b=b)
    ways: tuple[list[object], ...] = (
        [tmp_path / "a.npy", tmp_path / "b.npy"],
        [f"b={tmp_path / 'b.npy'}", f"a={tmp_path / 'a.npy'}"],
        [tmp_path / "both.npz"],
    )
    results = [
        call("sensitivity", program, "--json", *(word for file in files for word in ("--calibrate", file)))
        for files in ways
    ]
    assert results[0][0] == 0, results[0][2]
    assert results[0][1] == results[1][1] == results[2][1]


def test_plot_is_whole_svg(digits: Path, pictures: Path, tmp_path: Path) -> None:
    plot = tmp_path / "p.svg"
    assert call("sensitivity", digits, "-q", "--calibrate", pictures, "--target-size", "30kB", "--plot", plot)[0] == 0
    root = ElementTree.parse(plot).getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    texts = [element.text for element in root.iter(f"{space}text")]
    assert {"conv", "fc1", "fc2"} <= set(texts)
    framed = [each for each in root.iter(f"{space}rect") if each.get("stroke") == "#c8401e"]
    assert len(framed) == 3  # one choice a layer
    assert len(list(root.iter(f"{space}polyline"))) == 1
    width, height = map(float, root.get("viewBox", "").split()[2:])
    for element in root.iter(f"{space}rect"):
        box = [float(element.get(key, "0")) for key in ("x", "y", "width", "height")]
        assert box[0] + box[2] <= width
        assert box[1] + box[3] <= height
    assert "http://" not in plot.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize(
    ("command_name", "options", "text"),
    [
        ("compress", ["--target-size", "2kB", "--bits", "4"], "--target-size and --bits exclude each other"),
        ("compress", ["--target-size", "2kB", "--density", "0.5"], "--target-size and --density exclude each other"),
        ("compress", ["--target-size", "2kB", "--recipe", "r.toml"], "--target-size and --recipe exclude each other"),
        ("compress", ["--target-size", "2kB", "--biases", "fp16"], "--target-size and --biases exclude each other"),
        ("compress", ["--target-size", "2kB", "--seed", "1"], "--target-size and --seed exclude each other"),
        ("compress", ["--target-size", "2 parsecs"], "'2 parsecs' is no size: write 2MB, 1.5MiB, 900kB or 120000"),
        ("compress", ["--bits", "4", "--calibrate", "x.npy", "--format", "pte"], "--calibrate needs --target-size"),
        ("compress", ["--bits", "4", "--cache", "folder"], "--cache needs --target-size"),
        ("sensitivity", ["--target-size", "2kB", "--max-error", "1"], "--target-size and --max-error exclude each"),
        ("sensitivity", ["--samples", "0"], "0 is not in the range x>=1"),
    ],
)
def test_refuses_options(command_name: str, options: list[str], text: str, digits: Path, tmp_path: Path) -> None:
    assert text in fails(2, command_name, digits, *options)


def _shape(tmp_path: Path) -> Path:
    np.save(tmp_path / "bad.npy", np.zeros((3, 28, 28), np.float32))
    return tmp_path / "bad.npy"


def test_refuses_calibration(digits: Path, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"PK")
    cases: list[tuple[list[object], str]] = [
        ([tmp_path / "none.npy"], "cannot read"),
        ([tmp_path / "none.npz"], "cannot read"),
        ([tmp_path / "bad.npz"], "is not a .npz file of numbers"),
        ([digits], "is not a .npy file"),
        ([_shape(tmp_path)], "have shape [3, 28, 28]; they must be [samples, 1, 28, 28]"),
        ([f"y={pictures}"], "the network has no input 'y'; it has 'x'"),
        ([pictures, f"x={pictures}"], "give every file a name (NAME=X.npy) or none of them"),
        ([f"x={pictures}", f"x={pictures}"], "an input has two files"),
        ([pictures, pictures], "2 arrays for 1 inputs"),
    ]
    for files, text in cases:
        options = [word for file in files for word in ("--calibrate", str(file))]
        result = call("compress", digits, "-q", "-o", tmp_path / "net.dcmodel", "--target-size", "30kB", *options)
        assert result[0] == 1
        assert text in result[2], (files, result[2])
    assert not (tmp_path / "net.dcmodel").exists()


def test_says_the_smallest_size(digits: Path, pictures: Path, tmp_path: Path) -> None:
    _, _, err = call("compress", digits, "-q", "-o", tmp_path / "n", "--target-size", "1kB", "--calibrate", pictures)
    assert "the target size of 1,000 bytes cannot be reached: the smallest file without training is" in err
    assert not (tmp_path / "n").exists()


def test_ctrl_c_leaves_nothing_half_done_and_the_next_call_goes_on(digits: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    np.save(tmp_path / "many.npy", random.random((400, 1, 28, 28), np.float32))
    cache, recipe = tmp_path / "cache", tmp_path / "r.toml"
    words = ["sensitivity", digits, "--calibrate", tmp_path / "many.npy", "--samples", 400, "--target-size", "30kB"]
    words += ["--cache", cache, "-o", recipe]
    with subprocess.Popen(command(*words), stderr=subprocess.PIPE, text=True, env=environment()) as process:
        deadline = time.monotonic() + 100
        while not (cache.exists() and list(cache.glob("*.json"))) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("the scan was over before the signal came")
    assert process.returncode == 130
    assert err.endswith("dcmobile: interrupted\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "many.npy"]
    (file,) = cache.iterdir()
    assert 1 <= len(json.loads(file.read_text())["layers"]) < 3
    assert call(*words)[0] == 0
    assert len(json.loads(file.read_text())["layers"]) == 3
    assert recipe.exists()
