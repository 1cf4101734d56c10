from __future__ import annotations

import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
from command_line import call, fails
from hypothesis import given
from hypothesis import strategies as st

import dcmobile
from dcmobile.cli.npy import read_npy, write_npy
from dcmobile.errors import FileError


def test_gives_what_the_model_gives(digits_file: Path, pictures: Path, tmp_path: Path) -> None:
    output = tmp_path / "y.npy"
    result = call("run", digits_file, "-i", pictures, "-o", output, "--threads", "2")
    assert result.exit_code == 0, result.output
    with dcmobile.load(digits_file) as model:
        expected = model(np.load(pictures))
    np.testing.assert_array_equal(np.load(output), expected)
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"input  x 3x1x28x28 from {pictures}", f"output output 3x10 to {output}"]
    assert re.fullmatch(r"ran in [\d.]+ (us|ms|s)", lines[2])


def test_arrays_in_fortran_order_and_big_endian(digits_file: Path, pictures: Path, tmp_path: Path) -> None:
    x = np.load(pictures)
    results = []
    for array in (x, np.asfortranarray(x), x.astype(">f4")):
        np.save(tmp_path / "other.npy", array)
        assert call("run", digits_file, "-q", "-i", tmp_path / "other.npy", "-o", tmp_path / "y.npy").exit_code == 0
        results.append(np.load(tmp_path / "y.npy"))
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_without_an_output_it_writes_nothing(digits_file: Path, pictures: Path, tmp_path: Path) -> None:
    result = call("run", digits_file, "-i", pictures)
    assert result.exit_code == 0
    assert "output output 3x10\n" in result.stdout
    assert list(tmp_path.iterdir()) == [pictures]


@pytest.fixture
def two_inputs(tmp_path: Path) -> tuple[Path, Path]:
    random = np.random.default_rng(3)
    a, b = tmp_path / "a.npy", tmp_path / "b=1.npy"  # a name with an equals sign is an ordinary name
    np.save(a, random.random((5, 6), np.float32))
    np.save(b, random.random((5, 3), np.float32))
    return a, b


@pytest.mark.parametrize("order", ["positions", "names", "one name", "a name after"])
def test_inputs_by_position_and_by_name(
    siblings_file: Path, two_inputs: tuple[Path, Path], tmp_path: Path, order: str
) -> None:
    a, b = two_inputs
    inputs = {
        "positions": [str(a), str(b)],
        "names": [f"b={b}", f"a={a}"],
        "one name": [f"a={a}", str(b)],
        "a name after": [str(b), f"a={a}"],
    }[order]
    options = [option for each in inputs for option in ("-i", each)]
    assert call("run", siblings_file, *options, "-o", f"output_1={tmp_path / 'r.npy'}").exit_code == 0
    with dcmobile.load(siblings_file) as model:
        expected = model(np.load(a), np.load(b))
    np.testing.assert_array_equal(np.load(tmp_path / "r.npy"), expected[1])


@pytest.mark.parametrize("slash", [False, True])
def test_a_folder_takes_every_output(
    siblings_file: Path, two_inputs: tuple[Path, Path], tmp_path: Path, slash: bool
) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    a, b = two_inputs
    result = call("run", siblings_file, "-i", a, "-i", b, "-o", f"{folder}/" if slash else folder)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == ["output_0.npy", "output_1.npy"]
    with dcmobile.load(siblings_file) as model:
        expected = model(np.load(a), np.load(b))
    np.testing.assert_array_equal(np.load(folder / "output_0.npy"), expected[0])
    np.testing.assert_array_equal(np.load(folder / "output_1.npy"), expected[1])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["-i", "A"], "no file for 1 input ('b'): give -i b=FILE.npy"),
        (["-i", "A", "-i", "A", "-i", "A"], "3 input files for 2 inputs ('a', 'b')"),
        (["-i", "a=A", "-i", "a=A"], "input 'a' has two files"),
        (["-i", "c=A"], "the network has no input 'c': it has 2 inputs ('a', 'b')"),
        (["-i", "a=", "-i", "B"], "'a=' names no file"),
        (
            ["-i", "A", "-i", "B", "-o", "z=Y"],
            "the network has no output 'z': it has 2 outputs ('output_0', 'output_1')",
        ),
        (["-i", "A", "-i", "B", "-o", "Y", "-o", "Y"], "outputs 'output_0' and 'output_1' would both go to"),
        (["-i", "A", "-i", "B", "-o", "N/"], "does not exist"),
        (["-i", "A", "-i", "A"], "input 'b' has shape [5, 6]; the model takes [B, 3]"),
    ],
)
def test_refuses_what_does_not_match(
    siblings_file: Path, two_inputs: tuple[Path, Path], tmp_path: Path, options: list[str], text: str
) -> None:
    paths = {"A": two_inputs[0], "B": two_inputs[1], "Y": tmp_path / "y.npy", "N": tmp_path / "missing"}
    filled = [re.sub("[ABYN]", lambda match: str(paths[match[0]]), option) for option in options]
    assert text in fails(1, "run", siblings_file, *filled)
    assert not (tmp_path / "y.npy").exists()


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('a pickle was run')",))


def _write(kind: str, path: Path) -> None:
    x = np.zeros((2, 1, 28, 28), np.float32)
    match kind:
        case "float64":
            np.save(path, x.astype(np.float64))
        case "integers":
            np.save(path, x.astype(np.uint8))
        case "shape":
            np.save(path, x[:, :, :5])
        case "rank":
            np.save(path, x[0])
        case "scalar":
            np.save(path, np.float32(1))
        case "no samples":
            np.save(path, x[:0])
        case "records":
            np.save(path, np.zeros(3, [("a", "f4")]))
        case "objects":
            np.save(path, np.array([_Trap()], object), allow_pickle=True)
        case "pickle":
            import pickle

            path.write_bytes(pickle.dumps(_Trap()))
        case "zip":
            with path.open("wb") as file:
                np.savez(file, x=x)
        case "text":
            path.write_text("1 2 3\n")
        case "empty":
            path.touch()
        case "cut":
            np.save(path, x)
            path.write_bytes(path.read_bytes()[:1000])
        case "two":
            with path.open("wb") as file:
                np.save(file, x)
                np.save(file, x)
        case "folder":
            path.mkdir()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("float64", "input 'x' is float64; convert it with .astype(numpy.float32)"),
        ("integers", "input 'x' is uint8; convert it with .astype(numpy.float32)"),
        ("shape", "input 'x' has shape [2, 1, 5, 28]; the model takes [B, 1, 28, 28]"),
        ("rank", "input 'x' has shape [1, 28, 28]; the model takes [B, 1, 28, 28]"),
        ("scalar", "input 'x' has shape []"),
        ("no samples", "has a batch of 0; it must be 1 or more"),
        ("records", "input 'x' is [('a', '<f4')]"),
        ("objects", "holds pickled Python objects, which are not read"),
        ("pickle", "is not a .npy file but a pickle, which is not read: write it with numpy.save"),
        ("zip", "is not a .npy file but a zip file"),
        ("text", "is not a .npy file: write it with numpy.save"),
        ("empty", "is not a .npy file (it is empty)"),
        ("cut", "is damaged: float32 [2, 1, 28, 28] takes 6272 bytes, the file has 872"),
        ("two", "is damaged: float32 [2, 1, 28, 28] takes 6272 bytes, the file has 12672"),
        ("folder", "Is a directory"),
        ("missing", "No such file or directory"),
    ],
)
def test_refuses_inputs(digits_file: Path, tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / "x.npy"
    _write(kind, path)
    output = tmp_path / "y.npy"
    assert text in fails(1, "run", digits_file, "-i", path, "-o", output)
    assert not output.exists()


@pytest.mark.parametrize(
    "options", [["--threads", "0"], ["--threads", "65"], ["--device", "gpu"], []], ids=lambda options: " ".join(options)
)
def test_refuses_options(digits_file: Path, pictures: Path, options: list[str]) -> None:
    inputs = ["-i", pictures] if options else []
    assert fails(2, "run", digits_file, *inputs, *options).startswith("Error: ")


def test_names_the_file_that_is_refused(digits_file: Path, pictures: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.dcmodel"
    damaged.write_bytes(digits_file.read_bytes()[:-100])
    assert fails(1, "run", damaged, "-i", pictures).startswith(f"{damaged}: ")
    assert str(tmp_path / "missing") in fails(1, "run", tmp_path / "missing", "-i", pictures)


def test_an_output_replaces_a_file_whole(digits_file: Path, pictures: Path, tmp_path: Path) -> None:
    output = tmp_path / "y.npy"
    output.write_bytes(bytes(100_000))
    assert call("run", digits_file, "-i", pictures, "-o", output).exit_code == 0
    assert np.load(output).shape == (3, 10)
    assert sorted(tmp_path.iterdir()) == [pictures, output]


def test_an_input_may_be_the_output(digits_file: Path, pictures: Path) -> None:
    assert call("run", digits_file, "-i", pictures, "-o", pictures).exit_code == 0
    assert np.load(pictures).shape == (3, 10)


def test_a_device_is_written_to_and_stays(digits_file: Path, pictures: Path) -> None:
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("no /dev/full here")
    assert call("run", digits_file, "-i", pictures, "-o", "/dev/null").exit_code == 0
    assert "No space left on device" in fails(1, "run", digits_file, "-i", pictures, "-o", "/dev/full")
    assert not Path("/dev/null").is_file()
    assert not Path("/dev/full").is_file()


def test_npy_files_are_numpys(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for array in (
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.ones((1, 2, 0), np.float32)[:, :1],
        np.full(1, 5, np.float32),
    ):
        expected = io.BytesIO()
        np.save(expected, np.ascontiguousarray(array))
        write_npy(path, np.ascontiguousarray(array))
        assert path.read_bytes() == expected.getvalue()
        np.testing.assert_array_equal(read_npy(path), array)


@given(st.integers(1, 3), st.binary(max_size=120))
def test_hostile_npy_headers_are_refused(tmp_path_factory: pytest.TempPathFactory, major: int, header: bytes) -> None:
    path = tmp_path_factory.mktemp("npy") / "x.npy"
    size = len(header).to_bytes(2 if major == 1 else 4, "little")
    path.write_bytes(b"\x93NUMPY" + bytes([major, 0]) + size + header)
    with pytest.raises(FileError):
        read_npy(path)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f9', 'fortran_order': False, 'shape': ()}",
        "{'descr': [('a', 'O')], 'fortran_order': False, 'shape': (1,)}",
        "__import__('os').abort()",
        "(" * 100,
    ],
)
def test_npy_headers_that_lie(tmp_path: Path, header: str) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
    with pytest.raises(FileError):
        read_npy(path)
