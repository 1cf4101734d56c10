"""Text detection on scikit-image's photo of a page: a heading, five lines of text and a line of code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from dcmobile.zoo.trained import package_file
from tasks.network import Network, outputs


class Box(NamedTuple):
    """Pixels of the page from (left, top) up to (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int


#: The lines of text, measured by hand. The lines bend, so the boxes are a little higher than the text.
LINES = (
    Box(7, 12, 292, 34),
    Box(7, 50, 376, 64),
    Box(6, 67, 376, 82),
    Box(6, 85, 376, 100),
    Box(6, 101, 376, 118),
    Box(7, 117, 170, 135),
    Box(18, 169, 240, 188),
)


def page() -> torch.Tensor:
    """float32 [1, 3, 192, 384] as the detector wants it; the photo is one row smaller."""
    image = Image.open(package_file("scikit-image==0.26.0", "skimage/data/page.png")).convert("L")
    pixels = torch.from_numpy(np.array(image.resize((384, 192), Image.Resampling.BILINEAR))).float()
    return ((pixels / 255 - 0.5) / 0.5).expand(1, 3, -1, -1)


def boxes(probability: npt.NDArray[np.float32]) -> list[Box]:
    """Boxes around the connected regions above 0.3 of at least 3x3 pixels, whose mean probability is 0.5 or more.

    probability: [H, W]. After Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI
    2020, without its enlargement of the boxes: they are lower than the text.
    """
    found = []
    for rows, columns in _regions(probability > 0.3):
        box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        large = box.right - box.left >= 3 and box.bottom - box.top >= 3
        if large and probability[rows, columns].mean() >= 0.5:
            found.append(box)
    return found


def lines_and_false_boxes(network: Network) -> tuple[int, int]:
    """How many of the 7 lines have a box along at least 80 % of their width, and how many boxes are on no line."""
    found = boxes(outputs(network, page())[0][0, 0].numpy())
    hits = {line: [box for box in found if _lies_on(box, line)] for line in LINES}
    lines = sum(bool(matching) for matching in hits.values())
    return lines, sum(not any(box in matching for matching in hits.values()) for box in found)


def _lies_on(box: Box, line: Box) -> bool:
    shared = min(box.right, line.right) - max(box.left, line.left)
    return line.top <= (box.top + box.bottom) / 2 < line.bottom and shared >= 0.8 * (line.right - line.left)


def _regions(mask: npt.NDArray[np.bool_]) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Rows and columns of each region whose pixels touch at a side."""
    label = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:  # each pixel takes the largest label around it until nothing changes
        padded = np.pad(label, 1)
        around = [padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1]]
        larger = np.where(mask, np.maximum.reduce([label, *around]), 0)
        if np.array_equal(larger, label):
            break
        label = larger
    found = []
    for number in np.unique(label[mask]):
        rows, columns = np.nonzero(label == number)
        found.append((rows, columns))
    return found
