"""Names for ways to prepare a picture that many networks share."""

from __future__ import annotations

from collections.abc import Mapping

from dcmobile.image.preprocessing import ImagePreprocessing
from dcmobile.image.preprocessing_text import fields, parse

#: imagenet: torchvision's networks, and most that were trained with PyTorch. efficientnet-lite: EfficientNet-Lite.
PRESETS: Mapping[str, str] = {
    "imagenet": "resize=256 crop=224 mean=123.675,116.28,103.53 deviation=58.395,57.12,57.375",
    "efficientnet-lite": "resize=256 crop=224 bicubic mean=127 deviation=128",
}


def from_preset(text: str) -> ImagePreprocessing:
    """From words as in the file, or the name of a preset and words that replace its own, with any space between.

    E.g. ``imagenet``, ``imagenet resize=224 crop=192``, ``resize=28x28 grey deviation=255``. Raises ``CallError``.
    """
    first, *others = text.split() or [""]
    if first in PRESETS:
        return ImagePreprocessing(**(fields(PRESETS[first]) | fields(" ".join(others))))
    return parse(" ".join((first, *others)))
