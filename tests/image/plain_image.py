"""Section 7.1 of docs/format.md, written from that page alone, in plain Python: slow, and as the page says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import floor, trunc

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Line = list[int]

SIDE = "[1-9][0-9]{0,3}"
NUMBER = r"-?[0-9]{1,5}(?:\.[0-9]{1,15})?"


class WrongEntryError(Exception):
    pass


def require(condition: object) -> None:
    if not condition:
        raise WrongEntryError


@dataclass
class Entry:
    resize: tuple[int, int] | int
    crop: tuple[int, int]
    filter: str
    colour: str
    mean: list[np.float32]
    deviation: list[np.float32]


def read_entry(value: str) -> Entry:
    require(len(value) <= 256 and all(ord(character) < 128 for character in value))
    kinds: dict[str, str] = {}
    for word in value.split(" "):
        kind, _, rest = word.partition("=")
        if word in ("bilinear", "bicubic"):
            kind, rest = "filter", word
        elif word in ("rgb", "bgr", "grey"):
            kind, rest = "colour", word
        elif kind in ("resize", "crop"):
            require(re.fullmatch(f"{SIDE}(x{SIDE})?", rest))
        else:
            require(kind in ("mean", "deviation") and re.fullmatch(f"{NUMBER}(,{NUMBER},{NUMBER})?", rest))
        require(kind not in kinds)
        kinds[kind] = rest
    require("resize" in kinds)
    resize = [int(side) for side in kinds["resize"].split("x")]
    crop = [int(side) for side in kinds.get("crop", kinds["resize"]).split("x")]
    require(all(side <= 4096 for side in (*resize, *crop)))
    require(crop[0] <= resize[0] and crop[-1] <= resize[-1])
    colour = kinds.get("colour", "rgb")
    channels = 1 if colour == "grey" else 3
    mean = [np.float32(float(number)) for number in kinds.get("mean", "0").split(",")]
    deviation = [np.float32(float(number)) for number in kinds.get("deviation", "1").split(",")]
    require(len(mean) in (1, channels) and len(deviation) in (1, channels))
    require(all(number == 0 or 2.0**-16 <= abs(number) <= 2.0**16 for number in mean))
    require(all(2.0**-16 <= number <= 2.0**16 for number in deviation))
    return Entry(
        resize=resize[0] if len(resize) == 1 else (resize[0], resize[1]),
        crop=(crop[0], crop[-1]),
        filter=kinds.get("filter", "bilinear"),
        colour=colour,
        mean=mean * (channels if len(mean) == 1 else 1),
        deviation=deviation * (channels if len(deviation) == 1 else 1),
    )


def over_white(pixels: Bytes) -> Bytes:
    """RGB of R, G, B, alpha."""
    c, a = pixels[..., :3].astype(int), pixels[..., 3:].astype(int)
    return np.asarray((c * a + 255 * (255 - a) + 127) // 255, np.uint8)


def to_input(entry: Entry, pixels: Bytes) -> npt.NDArray[np.float32]:
    """pixels: RGB, upright, [height, width, 3]."""
    red, green, blue = (pixels[..., channel].astype(int) for channel in range(3))
    channels = {
        "rgb": [red, green, blue],
        "bgr": [blue, green, red],
        "grey": [(19595 * red + 38470 * green + 7471 * blue + 32768) >> 16],
    }[entry.colour]
    height, width = pixels.shape[:2]
    if isinstance(entry.resize, int):
        s = min(height, width)
        h, w = floor(Fraction(entry.resize * height, s)), floor(Fraction(entry.resize * width, s))
    else:
        h, w = entry.resize
    planes = []
    for channel, mean, deviation in zip(channels, entry.mean, entry.deviation, strict=True):
        rows = [resized(row.tolist(), w, entry.filter) for row in channel]
        columns = [resized(list(column), h, entry.filter) for column in zip(*rows, strict=True)]
        plane = np.array(columns).T
        top, left = nearest(h - entry.crop[0]), nearest(w - entry.crop[1])
        plane = plane[top : top + entry.crop[0], left : left + entry.crop[1]]
        planes.append((plane.astype(np.float32) - mean) / deviation)
    return np.stack(planes)[np.newaxis]


def nearest(twice: int) -> int:
    """Half of it, rounded; from the middle to the even number."""
    below = twice // 2
    return below if twice % 2 == 0 or below % 2 == 0 else below + 1


def bilinear(x: float) -> float:
    return 1 - abs(x) if abs(x) < 1 else 0.0


def bicubic(x: float) -> float:
    x = abs(x)
    if x < 1:
        return ((1.5 * x - 2.5) * x) * x + 1
    return (((x - 5) * x + 8) * x - 4) * -0.5 if x < 2 else 0.0


def resized(p: Line, m: int, name: str) -> Line:
    support, f = {"bilinear": (1, bilinear), "bicubic": (2, bicubic)}[name]
    n = len(p)
    scale = n / m
    stretch = max(scale, 1.0)
    reach = support * stretch
    result = []
    for i in range(m):
        centre = (i + 0.5) * scale
        first, end = max(trunc((centre - reach) + 0.5), 0), min(trunc((centre + reach) + 0.5), n)
        weight = [f(((j - centre) + 0.5) * (1 / stretch)) for j in range(first, end)]
        total = 0.0
        for each in weight:
            total += each
        q = [trunc(each / total * 2**22 + (-0.5 if each < 0 else 0.5)) for each in weight]
        value = (2**21 + sum(p[first + j] * each for j, each in enumerate(q))) >> 22
        result.append(min(max(value, 0), 255))
    return result
