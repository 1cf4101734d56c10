"""DenseNet-121.

Huang, Liu, van der Maaten, Weinberger, "Densely Connected Convolutional Networks", CVPR 2017. BatchNorm and ReLU come
before each convolution, so half of the BatchNorms cannot fold into one. 7,978,856 parameters. Names of weights are
torchvision's (without the deprecated dots of its published files).
"""

from __future__ import annotations

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

_GROWTH = 32
_DEPTHS = (6, 12, 24, 16)


class DenseLayer(nn.Module):
    """A 1x1 and a 3x3 convolution that make 32 new channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, 4 * _GROWTH, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * _GROWTH)
        self.conv2 = nn.Conv2d(4 * _GROWTH, _GROWTH, 3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, 32, H, W]."""
        y = self.conv1(F.relu(self.norm1(x)))
        new: torch.Tensor = self.conv2(F.relu(self.norm2(y)))
        return new


class DenseBlock(nn.Module):
    """Layers that each read all channels so far and add 32."""

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        for index in range(depth):
            self.add_module(f"denselayer{index + 1}", DenseLayer(channels + index * _GROWTH))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, channels + 32 depth, H, W]."""
        for layer in self.children():
            x = torch.cat([x, layer(x)], 1)
        return x


class DenseNet121(nn.Module):
    """float32 [N, 3, 224, 224] to logits [N, classes]."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict(
            conv0=nn.Conv2d(3, 64, 7, 2, 3, bias=False),
            norm0=nn.BatchNorm2d(64),
            relu0=nn.ReLU(),
            pool0=nn.MaxPool2d(3, 2, 1),
        )
        channels = 64
        for index, depth in enumerate(_DEPTHS, 1):
            layers[f"denseblock{index}"] = DenseBlock(channels, depth)
            channels += depth * _GROWTH
            if index < len(_DEPTHS):
                layers[f"transition{index}"] = _transition(channels)
                channels //= 2
        layers["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(layers)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes."""
        x = F.adaptive_avg_pool2d(F.relu(self.features(image)), 1).flatten(1)
        logits: torch.Tensor = self.classifier(x)
        return logits


def _transition(channels: int) -> nn.Sequential:
    """Half of the channels, half of the height and width."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        norm=nn.BatchNorm2d(channels),
        relu=nn.ReLU(),
        conv=nn.Conv2d(channels, channels // 2, 1, bias=False),
        pool=nn.AvgPool2d(2),
    )
    return nn.Sequential(layers)
