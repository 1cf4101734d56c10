"""ResNet-20 for small pictures (He, Zhang, Ren and Sun, CVPR 2016, section 4.2); projections where shapes change."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from dcmobile.zoo.resnet import BasicBlock

WIDTHS = (16, 32, 64)
BLOCKS = 3


class ResNet20(nn.Module):
    """float32 [N, 1, 28, 28] to logits [N, 10]; 272,186 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, WIDTHS[0], 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(WIDTHS[0])
        blocks: list[BasicBlock] = []
        channels = WIDTHS[0]
        for width in WIDTHS:
            for block in range(BLOCKS):
                blocks.append(BasicBlock(channels, width, 2 if block == 0 and width != WIDTHS[0] else 1))
                channels = width
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(channels, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the ten classes."""
        x = self.blocks(F.relu(self.bn(self.conv(image))))
        logits: torch.Tensor = self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits
