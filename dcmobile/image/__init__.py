"""From a picture to the input of a network (docs/format.md, section 7.1)."""

from dcmobile.image.preprocessing import ImagePreprocessing
from dcmobile.image.presets import PRESETS, from_preset

__all__ = ["PRESETS", "ImagePreprocessing", "from_preset"]
