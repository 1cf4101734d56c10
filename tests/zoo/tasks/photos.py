"""ImageNet classification on the 20 labelled photos of the package foolbox."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from dcmobile.zoo.trained import package_file
from tasks.network import Network, outputs


@cache
def photos() -> tuple[torch.Tensor, torch.Tensor]:
    """RGB values 0..255 as float32 [20, 3, 224, 224], and ImageNet's labels, int64 [20].

    The shorter side becomes 256 pixels, then the middle 224x224 are cut out: as Resize(256), CenterCrop(224) of
    torchvision do it.
    """
    first = package_file("foolbox==3.3.4", "foolbox/data/imagenet_00_243.jpg")
    paths = sorted(first.parent.glob("imagenet_*.jpg"))
    labels = torch.tensor([int(path.stem.rpartition("_")[2]) for path in paths])
    return torch.stack([_cropped(path) for path in paths]), labels


def imagenet_normalised(images: torch.Tensor | None = None) -> torch.Tensor:
    """The images (0..255; the photos by default) as torchvision's networks want them: 0..1, minus the mean, by the
    deviation of ImageNet's channels.
    """
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    return ((photos()[0] if images is None else images) / 255 - mean) / deviation


def efficientnet_lite_normalised(images: torch.Tensor | None = None) -> torch.Tensor:
    """The images (0..255; the photos by default) as EfficientNet-Lite wants them."""
    return ((photos()[0] if images is None else images) - 127) / 128


@cache
def crops(count: int, seed: int = 7) -> torch.Tensor:
    """So many of each photo, RGB values 0..255 as float32 [20 count, 3, 224, 224]: squares of 60 to 100 % of its
    shorter side, at random places, every second one mirrored.
    """
    random = np.random.default_rng(seed)
    first = package_file("foolbox==3.3.4", "foolbox/data/imagenet_00_243.jpg")
    paths = sorted(first.parent.glob("imagenet_*.jpg"))
    return torch.stack([_random_crop(path, random) for path in paths for _ in range(count)])


def top1_and_top5(network: Network, images: torch.Tensor) -> tuple[int, int]:
    """How many of the 20 photos have their label first, and among the first five."""
    labels = photos()[1]
    best = outputs(network, images)[0].topk(5).indices
    hits = best == labels[:, None]
    return int(hits[:, 0].sum()), int(hits.sum())


def _random_crop(path: Path, random: np.random.Generator) -> torch.Tensor:
    image = Image.open(path).convert("RGB")
    side = int(min(image.size) * random.uniform(0.6, 1.0))
    left = int(random.integers(0, image.width - side + 1))
    top = int(random.integers(0, image.height - side + 1))
    square = image.resize((224, 224), Image.Resampling.BILINEAR, (left, top, left + side, top + side))
    pixels = np.array(square)
    if random.random() < 0.5:
        pixels = pixels[:, ::-1].copy()
    return torch.from_numpy(pixels).permute(2, 0, 1).float()


def _cropped(path: Path) -> torch.Tensor:
    image = Image.open(path).convert("RGB")
    width, height = (int(256 * size / min(image.size)) for size in image.size)
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    image = image.resize((width, height), Image.Resampling.BILINEAR).crop((left, top, left + 224, top + 224))
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float()
