"""Faces against other patches, on the part of Labeled Faces in the Wild that scikit-image brings along."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from dcmobile.zoo.trained import package_file
from tasks.network import Network, outputs


def patches(size: int) -> torch.Tensor:
    """float32 [200, 3, size, size]: 100 faces, then 100 patches without one; grey, 25x25 pixels before resizing."""
    path = package_file("scikit-image==0.26.0", "skimage/data/lfw_subset.npy")
    grey = torch.from_numpy(np.load(path, allow_pickle=False)).float()[:, None]
    resized = F.interpolate(grey, size=(size, size), mode="area")
    return ((resized * 255 - 127.5) / 128).expand(-1, 3, -1, -1)


def right_patches(network: Network, size: int) -> int:
    """How many of the 200 patches the network, whose last output is [N, 2], tells right at a probability of 0.5."""
    probability = outputs(network, patches(size))[-1].reshape(200, 2)[:, 1]
    return int(((probability > 0.5) == (torch.arange(200) < 100)).sum())
