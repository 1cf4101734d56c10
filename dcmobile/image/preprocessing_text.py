"""The words of the metadata entry ``dcmobile.image`` (docs/format.md, section 7.1), read and written."""

from __future__ import annotations

import re
import struct
from decimal import Decimal
from typing import Any, get_args

from dcmobile.errors import CallError, Code
from dcmobile.image.preprocessing import Colour, Filter, ImagePreprocessing

#: Bytes that a reader needs to look at; a longer text is refused.
MAX_LENGTH = 256

_SIDE = r"[1-9][0-9]{0,3}"
_NUMBER = r"-?[0-9]{1,5}(?:\.[0-9]{1,15})?"
_SIZE = re.compile(rf"({_SIDE})(?:x({_SIDE}))?")
_NUMBERS = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{0,2}}")


def parse(text: str) -> ImagePreprocessing:
    """What the words say. Raises ``CallError``: an unknown, double or wrong word, no ``resize``, a size or number that
    ``ImagePreprocessing`` refuses.
    """
    return ImagePreprocessing(**_checked(fields(text)))


def fields(text: str) -> dict[str, Any]:
    """The arguments of ``ImagePreprocessing`` that the words give. Raises ``CallError``."""
    if not text.isascii() or len(text) > MAX_LENGTH:
        raise _refusal(f"the text is not ASCII or longer than {MAX_LENGTH} characters")
    found: dict[str, Any] = {}
    for word in text.split(" ") if text else ():
        if not word:
            raise _refusal("words are separated by one space, with none before or after")
        name, value = _field(word)
        if name in found:
            raise _refusal(f"{word!r} comes after another {name}")
        found[name] = value
    return found


def to_text(preprocessing: ImagePreprocessing) -> str:
    """The shortest words, in the order of the work."""
    resize, crop = preprocessing.resize, preprocessing.crop
    words = [f"resize={resize if isinstance(resize, int) else _sides(resize)}"]
    if crop is not None:
        words.append(f"crop={crop[0] if crop[0] == crop[1] else _sides(crop)}")
    if preprocessing.filter != "bilinear":
        words.append(preprocessing.filter)
    if preprocessing.colour != "rgb":
        words.append(preprocessing.colour)
    for name, numbers, absent in (("mean", preprocessing.mean, 0.0), ("deviation", preprocessing.deviation, 1.0)):
        if numbers != (absent,):
            words.append(f"{name}={','.join(_shortest(number) for number in numbers)}")
    return " ".join(words)


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    if "resize" not in found:
        raise _refusal("resize=N or resize=HxW is missing")
    return found


def _field(word: str) -> tuple[str, Any]:
    """The argument that the word sets, and its value."""
    if word in get_args(Colour):
        return "colour", word
    if word in get_args(Filter):
        return "filter", word
    name, _, value = word.partition("=")
    if name in ("resize", "crop") and (size := _SIZE.fullmatch(value)):
        height, width = int(size[1]), int(size[2] or size[1])
        return name, height if name == "resize" and size[2] is None else (height, width)
    if name in ("mean", "deviation") and _NUMBERS.fullmatch(value):
        return name, tuple(float(number) for number in value.split(","))
    raise _refusal(f"{word!r} is none of {_WORDS}")


_WORDS = (
    "resize=N, resize=HxW, crop=N, crop=HxW, "
    f"{', '.join((*get_args(Filter), *get_args(Colour)))}, mean=A or A,B,C, deviation=A or A,B,C"
)


def _sides(sides: tuple[int, int]) -> str:
    return f"{sides[0]}x{sides[1]}"


def _shortest(number: float) -> str:
    """The fewest decimal digits that give this float32 back."""
    for digits in range(1, 18):
        text = f"{number:.{digits}g}"
        if struct.pack("f", float(text)) == struct.pack("f", number):
            break
    return format(Decimal(text), "f")


def _refusal(text: str) -> CallError:
    return CallError(text, Code.CALL_VALUE)
