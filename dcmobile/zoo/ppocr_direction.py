"""PP-OCR's text direction classifier: does this line of text stand on its head?

Du et al., "PP-OCR: A Practical Ultra Lightweight OCR System", 2020: MobileNetV3-Small, width 0.35, which halves only
the height of its inner maps.

Modules stand in the order in which they run, which is the order of the layers in PaddleOCR's ONNX file.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Of each block: kernel, expanded channels, output channels, squeeze and excite, hard swish (else ReLU), stride of H.
_BLOCKS = (
    (3, 8, 8, True, False, 2),
    (3, 24, 8, False, False, 2),
    (3, 32, 8, False, False, 1),
    (5, 32, 16, True, True, 2),
    (5, 88, 16, True, True, 1),
    (5, 88, 16, True, True, 1),
    (5, 40, 16, True, True, 1),
    (5, 48, 16, True, True, 1),
    (5, 104, 32, True, True, 2),
    (5, 200, 32, True, True, 1),
    (5, 200, 32, True, True, 1),
)


class SqueezeExcitation(nn.Module):
    """Each channel times a hard sigmoid, clip(0.2 x + 0.5, 0, 1), of a small network over the channels' means."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels // 4, 1)
        self.conv2 = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to the same."""
        y = self.conv2(F.relu(self.conv1(F.adaptive_avg_pool2d(x, 1))))
        return x * torch.clamp(0.2 * y + 0.5, 0.0, 1.0)


class Residual(nn.Module):
    """1x1 expansion, depthwise convolution, squeeze and excite, 1x1 projection; a shortcut where shapes allow."""

    def __init__(
        self, channels: int, kernel: int, expanded: int, out: int, *, squeeze: bool, hard_swish: bool, stride: int
    ) -> None:
        super().__init__()
        activation = nn.Hardswish if hard_swish else nn.ReLU
        layers: list[nn.Module] = [
            nn.Conv2d(channels, expanded, 1, bias=False),
            nn.BatchNorm2d(expanded),
            activation(),
            nn.Conv2d(expanded, expanded, kernel, (stride, 1), kernel // 2, groups=expanded, bias=False),
            nn.BatchNorm2d(expanded),
            activation(),
            *([SqueezeExcitation(expanded)] if squeeze else []),
            nn.Conv2d(expanded, out, 1, bias=False),
            nn.BatchNorm2d(out),
        ]
        self.layers = nn.Sequential(*layers)
        self.has_shortcut = stride == 1 and channels == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, out, H / stride, W]."""
        y: torch.Tensor = self.layers(x)
        return x + y if self.has_shortcut else y


class DirectionClassifier(nn.Module):
    """float32 [N, 3, 48, 192] to the probabilities of upright and upside down [N, 2].

    Pixels are BGR, (value / 255 - 0.5) / 0.5; a line of text is 48 pixels high, zeros fill the width to its right.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        blocks = []
        channels = 8
        for kernel, expanded, out, squeeze, hard_swish, stride in _BLOCKS:
            blocks.append(
                Residual(channels, kernel, expanded, out, squeeze=squeeze, hard_swish=hard_swish, stride=stride)
            )
            channels = out
        self.blocks = nn.Sequential(*blocks)
        self.last = nn.Sequential(nn.Conv2d(32, 200, 1, bias=False), nn.BatchNorm2d(200), nn.Hardswish())
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(200, 2)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Probabilities of the two directions."""
        x = self.pool(self.last(self.blocks(self.stem(image))))
        logits: torch.Tensor = self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits.softmax(1)
