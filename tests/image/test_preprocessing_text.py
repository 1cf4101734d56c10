"""The words of ``dcmobile.image``: read, written, refused."""

from __future__ import annotations

import re
from typing import Any

import plain_image
import pytest
from any_preprocessing import preprocessings
from hypothesis import given, settings
from hypothesis import strategies as st

from dcmobile.errors import CallError
from dcmobile.image import PRESETS, ImagePreprocessing, from_preset


@settings(deadline=None)
@given(preprocessings())
def test_comes_back_from_its_words(preprocessing: ImagePreprocessing) -> None:
    text = preprocessing.to_text()
    assert len(text) <= 256
    assert ImagePreprocessing.parse(text) == preprocessing
    assert from_preset(text) == preprocessing


@settings(deadline=None)
@given(preprocessings(), st.randoms())
def test_the_order_of_words_says_nothing(preprocessing: ImagePreprocessing, random: Any) -> None:
    words = preprocessing.to_text().split(" ")
    random.shuffle(words)
    assert ImagePreprocessing.parse(" ".join(words)) == preprocessing


_WORD = st.from_regex(
    r"(resize|crop)=[0-9]{1,5}(x[0-9]{1,5})?|(mean|deviation)=-?[0-9]{1,6}(\.[0-9]{1,16})?(,-?[0-9.]{1,4}){0,3}"
    r"|rgb|bgr|grey|bilinear|bicubic|.?",
    fullmatch=True,
)


@settings(deadline=None)
@given(st.lists(_WORD, max_size=5).map(" ".join) | st.text())
def test_accepts_what_the_page_accepts_and_nothing_else(text: str) -> None:
    try:
        plain_image.read_entry(text)
    except plain_image.WrongEntryError:
        with pytest.raises(CallError):
            ImagePreprocessing.parse(text)
    else:
        found = ImagePreprocessing.parse(text)
        assert ImagePreprocessing.parse(found.to_text()) == found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "resize=N or resize=HxW is missing"),
        ("crop=224", "resize=N or resize=HxW is missing"),
        ("resize=0", "'resize=0' is none of resize=N, resize=HxW"),
        ("resize=4097", "sides are 1 to 4096 pixels, not 4097"),
        ("resize=8x8x8", "'resize=8x8x8' is none of"),
        ("resize=8 crop=9", "crop 9x9 is larger than the resized picture, 8x8"),
        ("resize=8x9 crop=9x8", "crop 9x8 is larger than the resized picture, 8x9"),
        ("resize=8 resize=9", "'resize=9' comes after another resize"),
        ("resize=8 rgb grey", "'grey' comes after another colour"),
        ("resize=8 bilinear bicubic", "'bicubic' comes after another filter"),
        ("resize=8  rgb", "words are separated by one space"),
        ("resize=8 ", "words are separated by one space"),
        ("resize=8\trgb", "is none of"),
        ("Resize=8", "'Resize=8' is none of"),
        ("resize=８", "not ASCII"),
        ("resize=8 sharpen", "'sharpen' is none of"),
        ("resize=8 mean=1,2", "mean has 2 numbers for 3 channels"),
        ("resize=8 grey mean=1,2,3", "mean has 3 numbers for 1 channel"),
        ("resize=8 mean=1e3", "'mean=1e3' is none of"),
        ("resize=8 mean=nan", "'mean=nan' is none of"),
        ("resize=8 mean=65537", "mean 65537.0 is no number of size 2^-16 to 2^16"),
        ("resize=8 mean=0.00001", "mean 1e-05 is no number of size"),
        ("resize=8 deviation=0", "deviation 0.0 is no positive number of size"),
        ("resize=8 deviation=-1", "deviation -1.0 is no positive number of size"),
        ("resize=8 mean=" + "1" * 260, "longer than 256 characters"),
    ],
)
def test_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(CallError, match=re.escape(reason)):
        ImagePreprocessing.parse(text)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"resize": 8.0}, "8.0 is no size"),
        ({"resize": True}, "True is no size"),
        ({"resize": None}, "None is no size"),
        ({"resize": (8, 8, 8)}, "(8, 8, 8) is no height and width"),
        ({"resize": 8, "crop": 8}, "8 is no height and width"),
        ({"resize": 8, "crop": (8,)}, "(8,) is no height and width"),
        ({"resize": 8, "colour": "cmyk"}, "colour 'cmyk' is none of rgb, bgr, grey"),
        ({"resize": 8, "filter": "nearest"}, "filter 'nearest' is none of bilinear, bicubic"),
        ({"resize": 8, "mean": ("1",)}, "mean '1' is no number"),
        ({"resize": 8, "mean": (float("nan"),)}, "mean nan is no number"),
        ({"resize": 8, "deviation": (float("inf"),)}, "deviation inf is no number"),
        ({"resize": 8, "deviation": ()}, "deviation has 0 numbers"),
    ],
)
def test_refuses_arguments(arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(CallError, match=re.escape(reason)):
        ImagePreprocessing(**arguments)


def test_what_says_the_same_is_equal() -> None:
    assert ImagePreprocessing.parse("resize=8 crop=8 rgb bilinear mean=-0,0,0 deviation=1.0") == ImagePreprocessing(8)
    assert ImagePreprocessing(8).to_text() == "resize=8"
    assert ImagePreprocessing((8, 8)) != ImagePreprocessing(8)
    assert ImagePreprocessing(8, mean=(0.1,)) == ImagePreprocessing.parse("resize=8 mean=0.100000001")
    assert ImagePreprocessing(8, mean=(0.1,)).to_text() == "resize=8 mean=0.1"


def test_presets_and_their_changes() -> None:
    for name, text in PRESETS.items():
        assert from_preset(name).to_text() == text
    assert from_preset("imagenet").input_shape == (3, 224, 224)
    assert from_preset(" imagenet  crop=192 resize=220 ").to_text() == PRESETS["imagenet"].replace(
        "resize=256 crop=224", "resize=220 crop=192"
    )
    with pytest.raises(CallError, match="'imagenett' is none of"):
        from_preset("imagenett")
    with pytest.raises(CallError, match="'imagenet' is none of"):
        from_preset("resize=8 imagenet")
