"""Pictures of any kind as upright 8-bit RGB (docs/format.md, section 7.1, step 1)."""

from __future__ import annotations

import importlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from dcmobile.errors import CallError, Code, FileError

# Pillow has more, some of which start other programs (EPS) or were never meant for strangers' files.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")
_MODULES = ("Jpeg", "Png", "WebP", "Gif", "Bmp", "Tiff", "Ppm", "Avif")
_PLAIN = ("1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "HSV")
_WITH_ALPHA = ("LA", "PA", "RGBA", "La", "RGBa")


def read_picture(path: str | os.PathLike[str]) -> Image.Image:
    """The first picture of a JPEG, PNG, WebP, GIF, BMP, TIFF, PPM or AVIF file: RGB, upright, in memory.

    Raises ``FileError``: cannot be read, is none of these, is damaged or cut short, is larger than Pillow's limit
    (``PIL.Image.MAX_IMAGE_PIXELS``, twice), has pixels of another kind.
    """
    path = Path(path)
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}", Code.FILE_IO) from None
    with file:
        try:
            with Image.open(file, formats=formats()) as image:
                return as_rgb(image)
        except Image.DecompressionBombError:
            limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise FileError(f"{path} has more than {limit:,} pixels: make it smaller", Code.FILE_FORMAT) from None
        except UnidentifiedImageError:
            raise FileError(f"{path} is no picture: {', '.join(formats())} are read", Code.FILE_FORMAT) from None
        except CallError as error:
            raise FileError(f"{path}: {error}", Code.FILE_FORMAT) from None
        except MemoryError:
            raise
        except Exception as error:  # Pillow lets out nearly everything for a file that is not what it expects
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise FileError(f"{path} is damaged or cut short: {reason}", Code.FILE_FORMAT) from None


def as_rgb(picture: Image.Image | npt.NDArray[Any]) -> Image.Image:
    """Mode RGB, turned upright by its EXIF orientation, over white where it is transparent.

    picture: any Pillow image of 8 bits or a bit a channel, or 16-bit grey; or uint8 [H, W], [H, W, 3] or [H, W, 4].
    Raises ``CallError`` for another.
    """
    image = _from_array(picture) if isinstance(picture, np.ndarray) else picture
    if not isinstance(image, Image.Image):
        raise CallError(
            f"a picture is a {type(picture).__name__}; pass a Pillow image or an array of uint8", Code.CALL_ARGUMENT
        )
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in _WITH_ALPHA or (image.mode in _PLAIN and image.has_transparency_data):
        return _over_white(image.convert("RGBA"))
    if image.mode not in _PLAIN:
        raise CallError(f"the picture's pixels are of kind {image.mode!r}: convert it to 8-bit RGB", Code.CALL_VALUE)
    return image.convert("RGB")


def _from_array(array: npt.NDArray[Any]) -> Image.Image:
    is_picture = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
    if array.dtype != np.uint8 or not is_picture or array.size == 0:
        raise CallError(
            f"a picture is {array.dtype} {list(array.shape)}; pass uint8 [H, W], [H, W, 3] or [H, W, 4]",
            Code.CALL_SHAPE,
        )
    return Image.fromarray(np.ascontiguousarray(array))


def _over_white(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image).astype(np.uint16)
    alpha = pixels[..., 3:]
    return Image.fromarray(((pixels[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8))


@cache
def formats() -> tuple[str, ...]:
    """Those of ``_FORMATS`` that this build of Pillow has, ready for use."""
    for module in _MODULES:
        importlib.import_module(f"PIL.{module}ImagePlugin")
    return tuple(name for name in _FORMATS if name in Image.OPEN)
