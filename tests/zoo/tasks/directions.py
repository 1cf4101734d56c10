"""The direction of lines of text, rendered with the font that Pillow brings along."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from tasks.network import Network, outputs

_WORDS = (
    "compression",
    "pruning",
    "quantized",
    "huffman",
    "coding",
    "mobile",
    "networks",
    "sharing",
    "codebook",
    "layer",
)


def lines(count: int = 40) -> torch.Tensor:
    """float32 [2 count, 3, 48, 192]: lines of two or three words, the second half of them upside down."""
    generator = np.random.default_rng(0)
    upright = []
    for index in range(count):
        words = generator.choice(_WORDS, 2 + index % 2)
        text = " ".join(word.capitalize() if generator.random() < 0.5 else word for word in words)
        upright.append(_rendered(text, size=int(generator.integers(26, 38))))
    turned = [image.rotate(180) for image in upright]
    return torch.stack([_normalised(image) for image in (*upright, *turned)])


def right_directions(network: Network, images: torch.Tensor) -> int:
    """How many of the lines are told upright (the first half) or upside down (the second)."""
    is_turned = torch.arange(len(images)) >= len(images) // 2
    return int((outputs(network, images)[0].argmax(1) == is_turned).sum())


def _rendered(text: str, size: int) -> Image.Image:
    """Black on light grey, 48 pixels high, cut to the text."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    image = Image.new("L", (right - left + 8, bottom - top + 8), 230)
    ImageDraw.Draw(image).text((4 - left, 4 - top), text, fill=20, font=font)
    return image.resize((max(1, round(image.width * 48 / image.height)), 48), Image.Resampling.BILINEAR)


def _normalised(image: Image.Image) -> torch.Tensor:
    """At most 192 wide; zeros, which are middle grey, to the right of a shorter line."""
    if image.width > 192:
        image = image.resize((192, 48), Image.Resampling.BILINEAR)
    pixels = torch.zeros(3, 48, 192)
    pixels[:, :, : image.width] = (torch.from_numpy(np.array(image)).float() / 255 - 0.5) / 0.5
    return pixels
