"""``dcmobile run PICTURE... FILE`` and what ``compress`` writes for it."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import call, environment, fails, start
from PIL import Image

import dcmobile
from dcmobile.fileformat import Metadata, build_file, read_file
from dcmobile.fileformat.metadata import IMAGE_KEY
from dcmobile.label_file import IMAGENET, read_labels

WORDS = "resize=8 deviation=255"
COLOURS = ("red", "green", "blue")


@pytest.fixture(scope="module")
def file(brightest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``Brightest`` with labels and preprocessing, as the command line makes it."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "labels.txt").write_text("\n".join(COLOURS))
    options = ["--bits", "8", "--image", WORDS, "--label-file", folder / "labels.txt"]
    result = call("compress", brightest, "-q", "-o", folder / "m.dcmodel", *options)
    assert (result.exit_code, result.output) == (0, "")
    return folder / "m.dcmodel"


@pytest.fixture(scope="module")
def bare_file(file: Path) -> Path:
    """The same without a word about pictures."""
    path = file.parent / "bare.dcmodel"
    path.write_bytes(build_file(read_file(file).graph).data)
    return path


@pytest.fixture
def red(tmp_path: Path) -> Path:
    """A picture with the softmax of (250, 100, 0) / 51."""
    path = tmp_path / "red.png"
    Image.new("RGB", (20, 12), (250, 100, 0)).save(path)
    return path


RED = r"red\.png: [\d.]+ (us|ms|s)\n   94\.3 %  red\n    5\.0 %  green\n    0\.7 %  blue\n"


def test_prints_the_likeliest_classes(file: Path, red: Path) -> None:
    result = call("run", red, file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(f".*/{RED}", result.stdout), result.stdout
    expected = torch.tensor([250.0, 100, 0]).div(51).softmax(0).mul(100)
    np.testing.assert_allclose(expected, [94.3, 5.0, 0.7], atol=0.05)


def test_prints_so_many_classes(file: Path, red: Path) -> None:
    assert call("run", "--top", "1", red, file).stdout.splitlines()[1:] == ["   94.3 %  red"]
    assert len(call("run", "--top", "100", red, file).stdout.splitlines()) == 4
    assert call("run", "-q", red, file).output == ""


def test_a_block_for_each_picture(file: Path, red: Path, tmp_path: Path) -> None:
    Image.new("RGB", (8, 9), (0, 0, 255)).save(tmp_path / "blue.jpg")
    result = call("run", red, tmp_path / "blue.jpg", file, "--top", "1")
    first, second = result.stdout.split("\n\n")
    assert first.splitlines()[1] == "   94.3 %  red"
    assert second.splitlines()[0].startswith(f"{tmp_path / 'blue.jpg'}: ")
    assert second.splitlines()[1].endswith("%  blue")


def test_json(file: Path, red: Path) -> None:
    (found,) = json.loads(call("run", red, file, "--json", "--top", "2").stdout)
    assert found["picture"] == str(red)
    assert found["prepare_ns"] > 0
    assert found["run_ns"] > 0
    assert [(each["class"], each["label"]) for each in found["scores"]] == [(0, "red"), (1, "green")]
    with dcmobile.load(file) as model:
        assert [each["probability"] for each in found["scores"]] == [each[1] for each in model.classify(str(red), 2)]


def test_a_bad_picture_does_not_stop_the_others(file: Path, red: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad\n.png"
    bad.write_text("nothing")
    result = call("run", bad, red, file)
    assert result.exit_code == 1
    assert result.stderr == "dcmobile: error: 1 of 2 pictures could not be classified\n"
    first, second = result.stdout.split("\n\n")
    assert first.startswith(f"{tmp_path}/bad\\n.png is no picture: JPEG, ")
    assert re.fullmatch(f".*/{RED}", second)
    result = call("run", bad, red, file, "--json")
    assert result.exit_code == 1
    failed, done = json.loads(result.stdout)
    assert sorted(failed) == ["error", "picture"]
    assert done["scores"][0]["label"] == "red"


def test_says_it_here_for_a_file_that_does_not(bare_file: Path, red: Path) -> None:
    lines = call("run", red, bare_file, "--image", WORDS).stdout.splitlines()
    assert lines[1:] == ["   94.3 %  class 0", "    5.0 %  class 1", "    0.7 %  class 2"]
    lines = call("run", red, bare_file, "--image", f"{WORDS} bgr").stdout.splitlines()
    assert lines[1] == "   94.3 %  class 2"
    (red.parent / "names").write_text("rot\ngrün\nblau\n")
    lines = call("run", red, bare_file, "--image", WORDS, "--label-file", red.parent / "names").stdout.splitlines()
    assert lines[2] == "    5.0 %  grün"


def test_what_is_given_goes_before_what_the_file_says(file: Path, red: Path) -> None:
    (red.parent / "names").write_text("a\nb\nc\n")
    options = ["--image", f"{WORDS} bgr", "--label-file", red.parent / "names"]
    assert call("run", red, file, *options).stdout.splitlines()[1] == "   94.3 %  c"


def test_labels_cannot_steer_the_terminal(file: Path, red: Path, tmp_path: Path) -> None:
    metadata = Metadata(labels=("\x1b[2J", "b", "c"), entries={IMAGE_KEY: WORDS})
    (tmp_path / "m.dcmodel").write_bytes(build_file(read_file(file).graph, metadata=metadata).data)
    assert call("run", red, tmp_path / "m.dcmodel").stdout.splitlines()[1] == "   94.3 %  \\x1b[2J"


def test_refuses_pictures(file: Path, red: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(cut)
    cut.write_bytes(cut.read_bytes()[:-1000])
    Image.new("RGB", (40_000, 1)).save(tmp_path / "line.png")
    for path, reason in (
        (tmp_path / "missing.png", "No such file or directory"),
        (cut, "is damaged or cut short"),
        (file, "is no picture"),
        (tmp_path, "Is a directory"),
    ):
        error = fails(1, "run", path, file)
        assert str(path) in error
        assert reason in error
    assert call("run", tmp_path / "line.png", file).exit_code == 0
    error = fails(1, "run", tmp_path / "line.png", file, "--image", "resize=2048 crop=8")
    assert error.startswith(f"{tmp_path / 'line.png'}: the picture, 40000 x 1, is too long and thin: resize=2048 makes")


def test_pillow_says_nothing_by_itself(file: Path, tmp_path: Path) -> None:
    """It logs this error, and without a handler Python's logging writes to stderr."""
    path = tmp_path / "a.tiff"
    Image.new("RGB", (8, 8)).save(path)
    samples = struct.pack("<HHI", 277, 3, 1)  # the tag SamplesPerPixel: one short number
    content = path.read_bytes()
    assert samples in content
    path.write_bytes(content.replace(samples + b"\x03\x00", samples + b"\x00\x08"))
    done = start("run", path, file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"dcmobile: error: {path} is ")
    assert done.stderr.count("\n") == 1


def test_a_picture_that_would_take_all_memory(file: Path, red: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 119)
    assert fails(1, "run", red, file) == f"{red} has more than 238 pixels: make it smaller"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 239)  # Pillow warns between the limit and its double
    assert call("run", red, file).stderr == ""


def test_refuses_files(file: Path, bare_file: Path, digits_file: Path, siblings_file: Path, red: Path) -> None:
    assert fails(1, "run", red, bare_file) == (
        f"{bare_file}: the file does not say how a picture becomes the network's input: say it here with --image, e.g. "
        "--image imagenet, or when you compress it"
    )
    error = fails(1, "run", red, digits_file, "--image", "imagenet")
    assert error.startswith(f"{digits_file}: the preprocessing does not fit the network: ")
    assert error.endswith("makes [1, 3, 224, 224], the network takes [B, 1, 28, 28]")
    assert "a picture is one input, the network has 2" in fails(1, "run", red, siblings_file, "--image", "imagenet")
    assert fails(1, "run", red, file, "--label-file", "imagenet") == (
        f"{file}: 1,000 labels for the network's 3 classes"
    )
    assert fails(1, "run", red, file, "--label-file", red) == f"cannot read {red}: it is not UTF-8 text"
    assert fails(1, "run", file, red) == f"the .dcmodel comes last, after the pictures: {file}"
    assert fails(1, "run", red, red).startswith(f"{red}: not a .dcmodel")


@pytest.mark.parametrize("words", ["resize=8 sharpen", f"{WORDS} resize=9"])
def test_names_the_file_whose_words_are_wrong(words: str, file: Path, red: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.dcmodel"
    path.write_bytes(build_file(read_file(file).graph, metadata=Metadata(entries={IMAGE_KEY: words})).data)
    assert fails(1, "run", red, path).startswith(f"{path}: the entry dcmobile.image is wrong, or of a newer version: ")
    assert call("inspect", path).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["FILE"], "give pictures before FILE, or arrays with -i X.npy"),
        (["RED", "FILE", "-i", "x.npy"], "pictures and -i exclude each other"),
        (["RED", "FILE", "-o", "y.npy"], "pictures and -o exclude each other"),
        (["FILE", "-i", "x.npy", "--top", "3"], "--top is for pictures, not for arrays"),
        (["FILE", "-i", "x.npy", "--json"], "--json is for pictures"),
        (["FILE", "-i", "x.npy", "--image", "imagenet"], "--image is for pictures"),
        (["FILE", "-i", "x.npy", "--label-file", "imagenet"], "--label-file is for pictures"),
        (["RED", "FILE", "--top", "0"], "'--top'"),
        (["RED", "FILE", "--image", "imagenett"], "'--image'"),
    ],
)
def test_refuses_options(arguments: list[str], text: str, file: Path, red: Path) -> None:
    filled = [{"FILE": str(file), "RED": str(red)}.get(each, each) for each in arguments]
    assert text in fails(2, "run", *filled)


def test_an_error_in_the_words_says_what_there_is(file: Path, red: Path) -> None:
    error = fails(2, "run", red, file, "--image", "imagenett")
    assert "'imagenett' is none of resize=N" in error
    assert error.endswith("(presets: imagenet, efficientnet-lite)")


def test_compress_writes_the_words(brightest: Path, file: Path, tmp_path: Path) -> None:
    assert read_file(file).metadata.entries == {IMAGE_KEY: WORDS}
    assert read_file(file).metadata.labels == COLOURS
    output = tmp_path / "m.dcmodel"
    options = ["--bits", "8", "--image", "efficientnet-lite resize=9 crop=8"]
    assert call("compress", brightest, "-q", "-o", output, *options).exit_code == 0
    assert read_file(output).metadata.entries == {IMAGE_KEY: "resize=9 crop=8 bicubic mean=127 deviation=128"}
    assert "dcmobile.image  resize=9 crop=8 bicubic" in call("inspect", output).stdout


def test_compress_refuses_words_that_do_not_fit(brightest: Path, tmp_path: Path) -> None:
    output = tmp_path / "m.dcmodel"
    error = fails(1, "compress", brightest, "-o", output, "--bits", "8", "--image", "imagenet")
    assert error.startswith("the preprocessing does not fit the network: ")
    assert error.endswith("makes [1, 3, 224, 224], the network takes [B, 3, 8, 8]")
    assert "is none of resize=N" in fails(2, "compress", brightest, "-o", output, "--bits", "8", "--image", "resize")
    error = fails(1, "compress", brightest, "-o", output, "--bits", "8", "--label-file", "imagenet")
    assert error == f"{IMAGENET} has 1000 labels, the network's first output 3 elements"
    assert not output.exists()
    assert len(read_labels(IMAGENET)) == 1000


def test_imports_neither_torch_nor_rich(file: Path, red: Path) -> None:
    script = (
        f"import sys; sys.argv = ['dcmobile', 'run', {str(red)!r}, {str(file)!r}]\n"
        "from dcmobile.cli.main import main\n"
        "try: main()\n"
        "finally: print([name for name in ('torch', 'rich') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment()
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")
    absent = "import sys, dcmobile.cli.main; print([n for n in ('numpy', 'PIL', 'torch') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", absent], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout == "[]\n"
