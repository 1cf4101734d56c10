"""EfficientNet-B0.

Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019. 5,288,548 parameters.
Names of weights are torchvision's.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Of each stage: expansion, kernel, stride of the first block, output channels, blocks (the paper's Table 1).
_STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


class SqueezeExcitation(nn.Module):
    """Each channel times a sigmoid of a small network over the channels' means (Hu et al., CVPR 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to the same."""
        scale = self.fc2(F.silu(self.fc1(F.adaptive_avg_pool2d(x, 1))))
        return torch.sigmoid(scale) * x


class MBConv(nn.Module):
    """1x1 expansion, depthwise convolution, squeeze and excite, 1x1 projection; a shortcut where shapes allow."""

    def __init__(self, channels: int, out: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        hidden = channels * expansion
        layers: list[nn.Module] = [_convolution(channels, hidden, 1)] if expansion != 1 else []
        layers.append(_convolution(hidden, hidden, kernel, stride, groups=hidden))
        layers.append(SqueezeExcitation(hidden, max(1, channels // 4)))
        layers.append(_convolution(hidden, out, 1, activate=False))
        self.block = nn.Sequential(*layers)
        self.has_shortcut = stride == 1 and channels == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, out, H / stride, W / stride]."""
        y: torch.Tensor = self.block(x)
        return y + x if self.has_shortcut else y


class EfficientNetB0(nn.Module):
    """float32 [N, 3, 224, 224] to logits [N, classes]."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(3, 32, 3, 2)]
        channels = 32
        for expansion, kernel, stride, out, depth in _STAGES:
            blocks = [MBConv(channels, out, expansion, kernel, stride)]
            blocks += [MBConv(out, out, expansion, kernel, 1) for _ in range(depth - 1)]
            layers.append(nn.Sequential(*blocks))
            channels = out
        layers.append(_convolution(320, 1280, 1))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes."""
        x = F.adaptive_avg_pool2d(self.features(image), 1).flatten(1)
        logits: torch.Tensor = self.classifier(x)
        return logits


def _convolution(
    channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1, *, activate: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out),
    ]
    return nn.Sequential(*layers, *([nn.SiLU()] if activate else []))
