"""What comes out of a picture: equal to the plain reading of the format, to torch, to what the zoo's photos get."""

from __future__ import annotations

import numpy as np
import plain_image
import pytest
import torch
from any_preprocessing import preprocessings
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tasks import photos

from dcmobile.errors import CallError
from dcmobile.image import PRESETS, ImagePreprocessing, from_preset
from dcmobile.zoo.trained import package_file


def _random(height: int, width: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@settings(deadline=None, max_examples=50)
@given(preprocessings(largest=12), st.integers(1, 24), st.integers(1, 24), st.integers(0, 2**32))
def test_equals_the_page_to_the_bit(preprocessing: ImagePreprocessing, height: int, width: int, seed: int) -> None:
    pixels = _random(height, width, seed)
    pixels[: height // 2, : width // 2] = [255, 0, 0]  # edges, where bicubic leaves 0..255
    expected = plain_image.to_input(plain_image.read_entry(preprocessing.to_text()), pixels)
    np.testing.assert_array_equal(preprocessing.apply(pixels), expected)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_equals_the_page_on_a_picture_of_usual_size(preset: str) -> None:
    preprocessing = from_preset(f"{preset} resize=48 crop=40")
    pixels = _random(121, 94)
    expected = plain_image.to_input(plain_image.read_entry(preprocessing.to_text()), pixels)
    np.testing.assert_array_equal(preprocessing.apply(pixels), expected)


@pytest.mark.parametrize(("filter", "largest"), [("bilinear", 1.01), ("bicubic", 1.5)])
def test_resizes_as_torch_does_with_antialiasing(filter: str, largest: float) -> None:
    pixels = np.array(Image.fromarray(_random(11, 17)).resize((170, 110)))  # soft, as photos are
    got = ImagePreprocessing.parse(f"resize=37x53 {filter}").apply(pixels)
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None].float()
    expected = torch.nn.functional.interpolate(x, (37, 53), mode=filter, antialias=True).clamp(0, 255)
    error = np.abs(got - expected.numpy())  # of two roundings to bytes, of rows and of columns
    assert error.max() <= largest
    assert error.mean() < 0.3


def test_equals_what_the_photos_of_the_zoo_get() -> None:
    first = package_file("foolbox==3.3.4", "foolbox/data/imagenet_00_243.jpg")
    expected = photos.imagenet_normalised().numpy()
    for path, photo in zip(sorted(first.parent.glob("imagenet_*.jpg")), expected, strict=True):
        got = from_preset("imagenet").apply(Image.open(path))
        assert got.shape == (1, 3, 224, 224)
        assert got.dtype == np.float32
        assert got.flags.c_contiguous
        np.testing.assert_allclose(got[0], photo, rtol=0, atol=2e-6)


def test_order_and_scale_of_the_channels() -> None:
    pixels = np.empty((2, 2, 3), np.uint8)
    pixels[:] = [200, 100, 50]
    rgb = ImagePreprocessing.parse("resize=2 mean=100,50,25 deviation=2,5,0.5").apply(pixels)
    assert rgb[0, :, 0, 0].tolist() == [50, 10, 50]
    bgr = ImagePreprocessing.parse("resize=2 bgr mean=100,50,25 deviation=2,5,0.5").apply(pixels)
    assert bgr[0, :, 0, 0].tolist() == [-25, 10, 350]
    grey = ImagePreprocessing.parse("resize=2 grey deviation=255").apply(pixels)
    assert grey.shape == (1, 1, 2, 2)
    assert grey[0, 0, 0, 0] == np.float32(124) / np.float32(255)  # 0.299 R + 0.587 G + 0.114 B


def test_the_crop_is_the_middle() -> None:
    pixels = np.zeros((6, 11, 3), np.uint8)
    pixels[..., 0] = np.arange(11)
    pixels[..., 1] = np.arange(6)[:, None]
    # 11 - 4 = 7 columns are left over, 6 - 3 = 3 rows: 3.5 rounds to 4, 1.5 to 2.
    corner = ImagePreprocessing.parse("resize=6 crop=3x4").apply(pixels)[0, :2, 0, 0]
    assert corner.tolist() == [4, 2]
    # 5 columns: 2.5 rounds to 2.
    assert ImagePreprocessing.parse("resize=6 crop=6x6").apply(pixels)[0, 0, 0, 0] == 2


def test_a_picture_that_would_take_all_memory_is_refused() -> None:
    for pixels in (np.zeros((1, 300_000, 3), np.uint8), np.zeros((300_000, 1, 3), np.uint8)):
        with pytest.raises(CallError, match=r"too long and thin: resize=256 makes more than 67,108,864 pixels of it"):
            from_preset("imagenet").apply(pixels)
    tall = np.zeros((1_000_000, 1, 3), np.uint8)
    with pytest.raises(CallError, match="too long and thin: resize=1x4096"):
        ImagePreprocessing.parse("resize=1x4096").apply(tall)
    assert ImagePreprocessing.parse("resize=4x4").apply(tall).shape == (1, 3, 4, 4)


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ([(-1, 3, 224, 224)], None),
        ([(1, 3, 224, 224)], None),
        ([(2, 3, 224, 224)], "the network takes [2, 3, 224, 224]"),
        ([(-1, 1, 224, 224)], "makes [1, 3, 224, 224], the network takes [B, 1, 224, 224]"),
        ([(-1, 3, 224, 192)], "the network takes [B, 3, 224, 192]"),
        ([(-1, 1000)], "the network takes [B, 1000]"),
        ([(-1, 3, 224, 224), (-1, 4)], "a picture is one input, the network has 2"),
    ],
)
def test_tells_why_a_network_does_not_fit(shapes: list[tuple[int, ...]], reason: str | None) -> None:
    found = from_preset("imagenet").misfit(shapes)
    assert found is None if reason is None else reason in (found or "")
