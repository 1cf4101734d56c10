"""How a picture becomes the input of a network. numpy and Pillow are imported when a picture comes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from dcmobile.errors import CallError, Code

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL import Image

Colour = Literal["rgb", "bgr", "grey"]
Filter = Literal["bilinear", "bicubic"]

#: Pixels of a side, at most.
MAX_SIDE = 4096
#: Pixels of a picture while it is resized, at most: what a long thin one would need far more of.
MAX_PIXELS = 1 << 26
#: A mean is 0 or of this size, a deviation of this size.
SMALLEST, LARGEST = 2.0**-16, 2.0**16


@dataclass(frozen=True)
class ImagePreprocessing:
    """What is done to a picture, in this order (docs/format.md, section 7.1, says it to the bit):

    colour: channels "rgb", "bgr" or "grey". resize: pixels of the shorter side, the other in proportion; or (height,
    width). filter: Pillow's, with antialiasing. crop: (height, width) of the middle that is kept; None for all of it,
    or for a square where ``resize`` is one number.
    mean, deviation: (byte - mean) / deviation is what the network gets; bytes are 0..255. One number for all channels
    or one for each.

    Numbers are rounded to float32; what says the same is stored the same, so that equal means equal. Raises
    ``CallError`` for what cannot be: sides outside 1..4096, a crop larger than the picture, a deviation of 0.
    """

    resize: int | tuple[int, int]
    crop: tuple[int, int] | None = None
    colour: Colour = "rgb"
    filter: Filter = "bilinear"
    mean: tuple[float, ...] = (0.0,)
    deviation: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        _check_sides(self.resize if isinstance(self.resize, tuple) else (self.resize, self.resize), self.resize)
        if self.crop is not None:
            _check_sides(self.crop, self.crop)
        whole = (self.resize, self.resize) if isinstance(self.resize, int) else self.resize
        if self.crop is not None and (self.crop[0] > whole[0] or self.crop[1] > whole[1]):
            raise _refusal(f"crop {_sides(self.crop)} is larger than the resized picture, {_sides(whole)}")
        for name, value, values in (("colour", self.colour, Colour), ("filter", self.filter, Filter)):
            if value not in get_args(values):
                raise _refusal(f"{name} {value!r} is none of {', '.join(get_args(values))}")
        object.__setattr__(self, "crop", None if self.crop == whole else self.crop)
        object.__setattr__(self, "mean", _numbers("mean", self.mean, self.channels))
        object.__setattr__(self, "deviation", _numbers("deviation", self.deviation, self.channels))

    @property
    def channels(self) -> int:
        """1 for grey, else 3."""
        return 1 if self.colour == "grey" else 3

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the network's input."""
        if self.crop is not None:
            return self.crop
        return (self.resize, self.resize) if isinstance(self.resize, int) else self.resize

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Of one sample: channels, height, width."""
        return (self.channels, *self.size)

    def misfit(self, input_shapes: Sequence[tuple[int, ...]]) -> str | None:
        """Why a network with these inputs (-1: the batch) does not take what comes out; None if it does."""
        if len(input_shapes) != 1:
            return f"a picture is one input, the network has {len(input_shapes)}"
        (shape,) = input_shapes
        if shape[0] in (-1, 1) and shape[1:] == self.input_shape:
            return None
        return f"{self.to_text()!r} makes {shape_list((1, *self.input_shape))}, the network takes {shape_list(shape)}"

    @staticmethod
    def parse(text: str) -> ImagePreprocessing:
        """From the words of the file's entry ``dcmobile.image``; raises ``CallError`` that names the wrong word."""
        from dcmobile.image.preprocessing_text import parse

        return parse(text)

    def to_text(self) -> str:
        """The words of the file's entry; ``parse`` gives this object back."""
        from dcmobile.image.preprocessing_text import to_text

        return to_text(self)

    def apply(self, picture: Image.Image | npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """float32 [1, channels, height, width] of a Pillow image, or of an array uint8 [H, W] (grey), [H, W, 3] (RGB)
        or [H, W, 4] (RGB and alpha).

        Raises ``CallError`` for another array or kind of pixel, and for a picture so long and thin that resized it
        would take more than 2^26 pixels.
        """
        import numpy as np
        from PIL import Image

        from dcmobile.image.picture import as_rgb

        image = as_rgb(picture)
        if self.colour == "grey":
            image = image.convert("L")
        height, width = self._resized(image.height, image.width)
        method = Image.Resampling.BILINEAR if self.filter == "bilinear" else Image.Resampling.BICUBIC
        top, left = _half(height - self.size[0]), _half(width - self.size[1])
        # Rows first in any case: by itself, Pillow 13 starts with the columns where these shrink more.
        image = image.resize((width, image.height), method).resize((width, height), method)
        image = image.crop((left, top, left + self.size[1], top + self.size[0]))
        pixels = np.array(image, np.uint8).reshape(*self.size, self.channels)
        if self.colour == "bgr":
            pixels = pixels[..., ::-1]
        values = (pixels.astype(np.float32) - np.array(self.mean, np.float32)) / np.array(self.deviation, np.float32)
        return np.ascontiguousarray(values.transpose(2, 0, 1)[np.newaxis])

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        """Height and width before the crop."""
        if isinstance(self.resize, int):
            shorter = min(height, width)
            new_height, new_width = self.resize * height // shorter, self.resize * width // shorter
        else:
            new_height, new_width = self.resize
        # Rows are resized first, so there are pictures of the new width and the old height on the way.
        if new_width * max(height, new_height) > MAX_PIXELS:
            raise CallError(
                f"the picture, {width} x {height}, is too long and thin: {self.to_text().split()[0]} makes more than "
                f"{MAX_PIXELS:,} pixels of it",
                Code.CALL_VALUE,
            )
        return new_height, new_width


def shape_list(shape: Sequence[int]) -> str:
    """E.g. ``[B, 3, 224, 224]``."""
    return "[" + ", ".join("B" if size == -1 else str(size) for size in shape) + "]"


def _half(number: int) -> int:
    """Rounded to even, as torchvision rounds."""
    return (number + (number % 4 == 3)) // 2


def _check_sides(sides: object, given: object) -> None:
    """Raise ``CallError`` unless these are a height and a width."""
    if not isinstance(sides, tuple) or len(sides) != 2:
        raise _refusal(f"{given!r} is no height and width")
    if not all(isinstance(side, int) and not isinstance(side, bool) for side in sides):
        raise _refusal(f"{given!r} is no size")
    if not all(1 <= side <= MAX_SIDE for side in sides):
        raise _refusal(f"sides are 1 to {MAX_SIDE} pixels, not {given if isinstance(given, int) else _sides(sides)}")


def _sides(sides: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in sides)


def _numbers(name: str, given: object, channels: int) -> tuple[float, ...]:
    """Rounded to float32; one number where all are equal."""
    numbers = given if isinstance(given, tuple) else (given,)
    if len(numbers) not in (1, channels):
        raise _refusal(f"{name} has {len(numbers)} numbers for {channels} channel{'s' if channels > 1 else ''}")
    rounded = tuple(_number(name, number) for number in numbers)
    return rounded[:1] if len(set(rounded)) == 1 else rounded


def _number(name: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not abs(given) <= LARGEST:
        raise _refusal(f"{name} {given!r} is no number of size 2^-16 to 2^16")
    rounded = float(struct.unpack("f", struct.pack("f", given))[0])
    if name == "mean" and rounded == 0:
        return 0.0
    if not (abs(rounded) if name == "mean" else rounded) >= SMALLEST:
        raise _refusal(f"{name} {given!r} is no {'' if name == 'mean' else 'positive '}number of size 2^-16 to 2^16")
    return rounded


def _refusal(text: str) -> CallError:
    return CallError(text, Code.CALL_VALUE)
