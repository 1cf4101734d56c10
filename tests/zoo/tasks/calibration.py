"""Pictures to calibrate ImageNet classifiers with: crops of the photographs that scikit-image brings along.

None of them is among foolbox's photos, which judge the result. They have no labels; none are needed.
"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from dcmobile.zoo.trained import package_file
from tasks.photos import efficientnet_lite_normalised, imagenet_normalised

_PHOTOGRAPHS = (
    "astronaut.png",
    "chelsea.png",
    "coffee.png",
    "motorcycle_left.png",
    "rocket.jpg",
    "camera.png",
    "coins.png",
    "hubble_deep_field.jpg",
    "retina.jpg",
    "ihc.png",
    "gravel.png",
)


def crops(samples: int, seed: int = 0) -> torch.Tensor:
    """RGB values 0..255 as float32 [samples, 3, 224, 224]: squares of 30 to 100 % of the photograph's shorter side, at
    random places, every second one mirrored. The photographs take turns.
    """
    random = np.random.default_rng(seed)
    return torch.stack([_crop(_PHOTOGRAPHS[index % len(_PHOTOGRAPHS)], random) for index in range(samples)])


def calibration_inputs(name: str, samples: int, seed: int = 0) -> torch.Tensor:
    """Crops as "mobilenet_v2" or "efficientnet_lite0" wants them."""
    normalised = {"mobilenet_v2": imagenet_normalised, "efficientnet_lite0": efficientnet_lite_normalised}
    return normalised[name](crops(samples, seed))


def _crop(photograph: str, random: np.random.Generator) -> torch.Tensor:
    image = Image.open(package_file("scikit-image==0.26.0", f"skimage/data/{photograph}")).convert("RGB")
    side = int(min(image.size) * random.uniform(0.3, 1.0))
    left = int(random.integers(0, image.width - side + 1))
    top = int(random.integers(0, image.height - side + 1))
    square = image.resize((224, 224), Image.Resampling.BILINEAR, (left, top, left + side, top + side))
    pixels = np.array(square)
    if random.random() < 0.5:
        pixels = pixels[:, ::-1].copy()
    return torch.from_numpy(pixels).permute(2, 0, 1).float()
