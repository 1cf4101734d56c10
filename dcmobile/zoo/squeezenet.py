"""SqueezeNet 1.0 and 1.1.

Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size", 2016, which
compresses it with Deep Compression. 1,248,424 and 1,235,496 parameters. Names of weights are torchvision's.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Fire(nn.Module):
    """A 1x1 convolution that squeezes, then 1x1 and 3x3 convolutions side by side: 2 ``expand`` channels."""

    def __init__(self, channels: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, 2 expand, H, W]."""
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1x1(x)), F.relu(self.expand3x3(x))], 1)


class SqueezeNet(nn.Module):
    """float32 [N, 3, 224, 224] to logits [N, classes]. version: "1.0" or "1.1", which pools earlier."""

    def __init__(self, version: str = "1.1", classes: int = 1000) -> None:
        super().__init__()
        if version not in ("1.0", "1.1"):
            raise ValueError(f"version is {version!r}: it must be '1.0' or '1.1'")
        first = nn.Conv2d(3, 96, 7, stride=2) if version == "1.0" else nn.Conv2d(3, 64, 3, stride=2)
        fires = [
            Fire(first.out_channels, 16, 64),
            Fire(128, 16, 64),
            Fire(128, 32, 128),
            Fire(256, 32, 128),
            Fire(256, 48, 192),
            Fire(384, 48, 192),
            Fire(384, 64, 256),
            Fire(512, 64, 256),
        ]
        pooled_before = (0, 3, 7) if version == "1.0" else (0, 2, 4)
        layers: list[nn.Module] = [first, nn.ReLU()]
        for index, fire in enumerate(fires):
            if index in pooled_before:
                layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            layers.append(fire)
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(), nn.Conv2d(512, classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes."""
        logits: torch.Tensor = self.classifier(self.features(image))
        return logits.flatten(1)
