"""Pictures of every kind, good and bad."""

from __future__ import annotations

import contextlib
import io
import re
import struct
import zlib
from pathlib import Path
from unittest import mock

import numpy as np
import plain_image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dcmobile.errors import CallError, FileError
from dcmobile.image.picture import as_rgb, read_picture

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 9, 3), np.uint8)


def _pixels(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    assert image.mode == "RGB"
    return np.asarray(image)


@pytest.mark.parametrize("ending", ["png", "bmp", "tiff", "ppm", "webp"])
def test_reads_files_without_loss(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{ending}"
    Image.fromarray(PIXELS).save(path, lossless=True)  # which only WebP needs to be told
    np.testing.assert_array_equal(_pixels(read_picture(path)), PIXELS)
    np.testing.assert_array_equal(_pixels(read_picture(str(path))), PIXELS)


def test_reads_jpeg_and_the_first_picture_of_a_gif(tmp_path: Path) -> None:
    soft = Image.fromarray(PIXELS).resize((90, 70))
    soft.save(tmp_path / "a.jpg", quality=95)
    error = np.abs(_pixels(read_picture(tmp_path / "a.jpg")).astype(int) - np.asarray(soft))
    assert error.mean() < 3
    frames = [Image.new("P", (4, 4), 0), Image.new("P", (4, 4), 1)]
    for frame in frames:
        frame.putpalette([255, 0, 0, 0, 0, 255])
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert _pixels(read_picture(tmp_path / "a.gif"))[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_is_upright_whatever_the_camera_did(orientation: int, tmp_path: Path) -> None:
    turns = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a),  # stored turned left; shown turned right
        7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1],
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(turns[orientation](PIXELS))).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(_pixels(read_picture(tmp_path / "a.png")), PIXELS)


def test_transparent_pixels_are_over_white() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (16, 16, 4), np.uint8)
    pixels[0, :2] = [[10, 20, 30, 0], [10, 20, 30, 255]]
    expected = plain_image.over_white(pixels)
    assert expected[0, :2].tolist() == [[255, 255, 255], [10, 20, 30]]
    np.testing.assert_array_equal(_pixels(as_rgb(pixels)), expected)
    np.testing.assert_array_equal(_pixels(as_rgb(Image.fromarray(pixels))), expected)


def test_transparent_palettes_and_greys(tmp_path: Path) -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putdata([0, 1])
    palette.save(tmp_path / "a.png", transparency=0)
    assert _pixels(read_picture(tmp_path / "a.png")).tolist() == [[[255, 255, 255], [40, 50, 60]]]
    grey = Image.new("LA", (1, 1), (100, 128))
    assert _pixels(as_rgb(grey)).tolist() == [[[177, 177, 177]]]  # (100 * 128 + 255 * 127) / 255


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, [255, 255, 255]),
        ("L", 77, [77, 77, 77]),
        ("I;16", 0x4DFF, [77, 77, 77]),
        ("RGBX", (1, 2, 3, 0), [1, 2, 3]),
        ("CMYK", (0, 255, 255, 0), [255, 0, 0]),
        ("YCbCr", (255, 128, 128), [255, 255, 255]),
        ("HSV", (0, 255, 255), [255, 0, 0]),
    ],
)
def test_other_kinds_of_pixels(mode: str, colour: int | tuple[int, ...], expected: list[int]) -> None:
    assert _pixels(as_rgb(Image.new(mode, (3, 2), colour)))[1, 2].tolist() == expected


def test_16_bit_files(tmp_path: Path) -> None:
    grey = (np.arange(6, dtype=np.uint16) * 10_000).reshape(2, 3)
    Image.fromarray(grey).save(tmp_path / "a.png")
    np.testing.assert_array_equal(_pixels(read_picture(tmp_path / "a.png"))[..., 1], grey >> 8)


@pytest.mark.parametrize(("mode", "name"), [("F", "'F'"), ("I", "'I'"), ("LAB", "'LAB'")])
def test_pixels_that_have_no_meaning_are_refused(mode: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(CallError, match=f"pixels are of kind {name}: convert it to 8-bit RGB"):
        as_rgb(Image.new(mode, (3, 2)))
    Image.new(mode, (3, 2)).save(tmp_path / "a.tiff")
    with pytest.raises(FileError, match=rf"a\.tiff: the picture's pixels are of kind {name}"):
        read_picture(tmp_path / "a.tiff")


def test_arrays() -> None:
    np.testing.assert_array_equal(_pixels(as_rgb(PIXELS[:, ::-1])), PIXELS[:, ::-1])
    np.testing.assert_array_equal(_pixels(as_rgb(PIXELS[..., 0]))[..., 2], PIXELS[..., 0])


@pytest.mark.parametrize(
    "array",
    [
        PIXELS.astype(np.float32),
        PIXELS.transpose(2, 0, 1),
        PIXELS[np.newaxis],
        PIXELS[..., :2],
        PIXELS[:0],
        PIXELS[0, 0],
    ],
    ids=lambda array: f"{array.dtype} {array.shape}",
)
def test_other_arrays_are_refused(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    with pytest.raises(
        CallError, match=re.escape(f"a picture is {array.dtype} {list(array.shape)}; pass uint8 [H, W]")
    ):
        as_rgb(array)


def test_other_objects_are_refused() -> None:
    with pytest.raises(CallError, match="a picture is a bytes; pass a Pillow image"):
        as_rgb(b"\x89PNG")  # type: ignore[arg-type]


def _png_of(width: int, height: int) -> bytes:
    """A PNG that says this size and has no pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _file(ending: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(PIXELS).resize((90, 70)).save(stream, ending)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no picture: JPEG, PNG,"),
        (b"not a picture\n", "is no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is no picture"),  # Pillow would start Ghostscript
        (b"\x93NUMPY\x01\x00", "is no picture"),
        (_file("jpeg")[:-200], "is damaged or cut short"),
        (_file("png")[:-3000], "is damaged or cut short"),
        (_file("webp")[:-200], "is damaged or cut short"),
        (_file("png")[:20], "is "),
        (_png_of(30_000, 30_000), "has more than 178,956,970 pixels: make it smaller"),
        (_png_of(100, 100), "is damaged or cut short"),
    ],
)
def test_files_that_are_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(content)
    with pytest.raises(FileError) as raised:
        read_picture(path)
    assert str(path) in str(raised.value)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"cannot read .*missing: No such file"):
        read_picture(tmp_path / "missing")
    with pytest.raises(FileError, match="Is a directory"):
        read_picture(tmp_path)


@pytest.mark.filterwarnings("ignore:::PIL")
@settings(deadline=None)
@given(
    st.sampled_from(["png", "jpeg", "gif", "bmp", "tiff", "ppm", "webp"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damaged_files_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, ending: str, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(_file(ending))
    for place, value in changes:
        content[place % min(len(content), 400)] = value
    path = tmp_path_factory.getbasetemp() / f"damaged.{ending}"
    path.write_bytes(content)
    # A header that lies makes Pillow take memory for as many pixels as it allows.
    with mock.patch.object(Image, "MAX_IMAGE_PIXELS", 10**6), contextlib.suppress(FileError):
        assert read_picture(path).mode == "RGB"
