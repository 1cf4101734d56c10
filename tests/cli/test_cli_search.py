"""``--calibrate FOLDER`` and ``dcmobile search``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import call, fails
from PIL import Image

import dcmobile
from dcmobile import Recipe
from dcmobile.cli.calibrate import read_pictures
from dcmobile.image import from_preset

WORDS = "resize=8x8 mean=127 deviation=64"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of 30 pictures, and other things."""
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(30):
        size = (12 + number, 9, 3)
        ending = "png" if number % 2 else "JPG"
        Image.fromarray(random.integers(0, 256, size, np.uint8)).save(folder / f"{number:02}.{ending}")
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_text("no picture")
    (folder / "more").mkdir()
    return folder


def test_pictures_of_a_folder_are_prepared_as_for_a_run(photos: Path) -> None:
    words = from_preset(WORDS)
    found = read_pictures(photos, words)
    assert found.shape == (30, 3, 8, 8)
    np.testing.assert_array_equal(found[7], words.apply(Image.open(photos / "07.png"))[0])


def test_of_many_pictures_some_are_read(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcmobile.cli.calibrate._MOST_PICTURES", 4)
    found = read_pictures(photos, from_preset(WORDS))
    np.testing.assert_array_equal(found[3], from_preset(WORDS).apply(Image.open(photos / "29.png"))[0])
    assert len(found) == 4


def test_compress_takes_a_folder_with_bits(brightest: Path, photos: Path, tmp_path: Path) -> None:
    options = ("--bits", "2", "--calibrate", photos, "--image", WORDS)
    result = call("compress", brightest, "-o", tmp_path / "net", *options)
    assert result.exit_code == 0, result.stderr
    assert "dcmobile: making up for errors" in result.stderr
    with dcmobile.load(tmp_path / "net") as model:
        assert model.metadata.preprocessing == from_preset(WORDS)


def test_search_finds_a_file_of_a_size(digits: Path, tmp_path: Path) -> None:
    x = tmp_path / "x.npy"
    np.save(x, np.random.default_rng(0).random((40, 1, 28, 28), np.float32))
    folder, output = tmp_path / "work", tmp_path / "net.dcmodel"
    options = ("--calibrate", x, "--folder", folder, "-o", output)
    result = call("search", digits, "--target", "20 kB", "--json", *options)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert output.stat().st_size == found["file_bytes"] <= 20_000
    assert found["trials"] == [{"asked": 20_000, "file_bytes": found["file_bytes"], "error": found["error"]}]
    assert Recipe.load(found["recipe"]).compensation is not None
    assert Path(found["plot"]).read_text().startswith("<svg")
    again = call("search", digits, "--target", "20 kB", *options)
    assert f"{output}: {found['file_bytes']:,} bytes" in again.stdout
    assert f"error {100 * found['error']:.3g} % of the outputs' variance" in again.stdout


def test_refuses(brightest: Path, photos: Path, tmp_path: Path) -> None:
    out = ("-o", tmp_path / "net")
    assert "--calibrate is missing" in fails(2, "search", brightest, "--target", "9kB", *out)
    assert "is no target" in fails(
        1, "search", brightest, "-q", "--target", "9 lots", *out, "--calibrate", photos, "--image", WORDS
    )
    assert "needs --image" in fails(1, "compress", brightest, *out, "--bits", "4", "--calibrate", photos)
    two = ("--calibrate", photos, "--calibrate", photos, "--image", WORDS)
    assert "stands alone" in fails(1, "compress", brightest, *out, "--bits", "4", *two)
    empty = ("--calibrate", photos / "more", "--image", WORDS)
    assert "has no pictures" in fails(1, "compress", brightest, *out, "--bits", "4", *empty)
    (photos / "bad.png").write_bytes(b"nothing")
    assert "bad.png is no picture" in fails(
        1, "compress", brightest, *out, "--bits", "4", "--calibrate", photos, "--image", WORDS
    )
    assert not (tmp_path / "net").exists()
