"""ShuffleNetV2 1.0x.

Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design", ECCV 2018. 2,278,604 parameters.
Names of weights are torchvision's.
"""

from __future__ import annotations

import torch
from torch import nn


class ShuffleUnit(nn.Module):
    """Stride 1: half of the channels pass through, half go through a branch. Stride 2: all go through two branches."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        half = out // 2
        self.splits = stride == 1
        self.branch1 = nn.Sequential(
            *([] if self.splits else [*_depthwise(channels, stride), *_pointwise(channels, half)])
        )
        self.branch2 = nn.Sequential(
            *_pointwise(half if self.splits else channels, half), *_depthwise(half, stride), *_pointwise(half, half)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, out, H / stride, W / stride]."""
        if self.splits:
            kept, changed = x.chunk(2, dim=1)
            x = torch.cat([kept, self.branch2(changed)], 1)
        else:
            x = torch.cat([self.branch1(x), self.branch2(x)], 1)
        return _shuffle(x, groups=2)


class ShuffleNetV2(nn.Module):
    """float32 [N, 3, 224, 224] to logits [N, classes]."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(3, 24, 3, 2, 1, bias=False), nn.BatchNorm2d(24), nn.ReLU())
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.stage2 = _stage(24, 116, 4)
        self.stage3 = _stage(116, 232, 8)
        self.stage4 = _stage(232, 464, 4)
        self.conv5 = nn.Sequential(*_pointwise(464, 1024))
        self.fc = nn.Linear(1024, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes."""
        x = self.maxpool(self.conv1(image))
        x = self.conv5(self.stage4(self.stage3(self.stage2(x))))
        logits: torch.Tensor = self.fc(x.mean([2, 3]))
        return logits


def _shuffle(x: torch.Tensor, groups: int) -> torch.Tensor:
    """Channels in the order 0, C / groups, 2 C / groups, ..., 1, C / groups + 1, ..."""
    samples, channels, height, width = x.shape
    x = x.view(samples, groups, channels // groups, height, width).transpose(1, 2)
    return x.reshape(samples, channels, height, width)


def _pointwise(channels: int, out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU()]


def _depthwise(channels: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), nn.BatchNorm2d(channels)]


def _stage(channels: int, out: int, depth: int) -> nn.Sequential:
    return nn.Sequential(ShuffleUnit(channels, out, 2), *(ShuffleUnit(out, out, 1) for _ in range(depth - 1)))
