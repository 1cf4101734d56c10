"""MobileNetV3-Large.

Howard et al., "Searching for MobileNetV3", ICCV 2019. 5,483,032 parameters. Names of weights are torchvision's.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Of each block: kernel, expanded channels, output channels, squeeze and excite, hard swish (else ReLU), stride
#: (the paper's Table 1).
_BLOCKS = (
    (3, 16, 16, False, False, 1),
    (3, 64, 24, False, False, 2),
    (3, 72, 24, False, False, 1),
    (5, 72, 40, True, False, 2),
    (5, 120, 40, True, False, 1),
    (5, 120, 40, True, False, 1),
    (3, 240, 80, False, True, 2),
    (3, 200, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 480, 112, True, True, 1),
    (3, 672, 112, True, True, 1),
    (5, 672, 160, True, True, 2),
    (5, 960, 160, True, True, 1),
    (5, 960, 160, True, True, 1),
)


class SqueezeExcitation(nn.Module):
    """Each channel times a hard sigmoid of a small network over the channels' means (Hu et al., CVPR 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to the same."""
        scale = self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1))))
        return F.hardsigmoid(scale) * x


class InvertedResidual(nn.Module):
    """1x1 expansion, depthwise convolution, squeeze and excite, 1x1 projection; a shortcut where shapes allow."""

    def __init__(
        self, channels: int, kernel: int, expanded: int, out: int, *, squeeze: bool, hard_swish: bool, stride: int
    ) -> None:
        super().__init__()
        activation = nn.Hardswish if hard_swish else nn.ReLU
        layers: list[nn.Module] = [_convolution(channels, expanded, 1, activation)] if expanded != channels else []
        layers.append(_convolution(expanded, expanded, kernel, activation, stride, groups=expanded))
        if squeeze:
            layers.append(SqueezeExcitation(expanded, _divisible_by_8(expanded // 4)))
        layers.append(_convolution(expanded, out, 1, None))
        self.block = nn.Sequential(*layers)
        self.has_shortcut = stride == 1 and channels == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, out, H / stride, W / stride]."""
        y: torch.Tensor = self.block(x)
        return y + x if self.has_shortcut else y


class MobileNetV3Large(nn.Module):
    """float32 [N, 3, 224, 224] to logits [N, classes]."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(3, 16, 3, nn.Hardswish, 2)]
        channels = 16
        for kernel, expanded, out, squeeze, hard_swish, stride in _BLOCKS:
            layers.append(
                InvertedResidual(channels, kernel, expanded, out, squeeze=squeeze, hard_swish=hard_swish, stride=stride)
            )
            channels = out
        layers.append(_convolution(160, 960, 1, nn.Hardswish))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Linear(960, 1280), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(1280, classes))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes."""
        x = F.adaptive_avg_pool2d(self.features(image), 1).flatten(1)
        logits: torch.Tensor = self.classifier(x)
        return logits


def _convolution(
    channels: int, out: int, kernel: int, activation: type[nn.Module] | None, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out, eps=0.001, momentum=0.01),
    ]
    return nn.Sequential(*layers, *([] if activation is None else [activation()]))


def _divisible_by_8(channels: int) -> int:
    """The nearest multiple of 8 that is not below 90 % of ``channels``."""
    rounded = max(8, (channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded
