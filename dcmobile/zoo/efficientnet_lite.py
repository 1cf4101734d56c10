"""EfficientNet-Lite0: EfficientNet-B0 without squeeze and excite, ReLU6 for swish, and TensorFlow's "same" padding.

"EfficientNet-Lite", TensorFlow TPU models, 2020. 4,652,008 parameters. Names of weights are those of the PyPI package
``efficientnet-lite-pytorch``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Of each stage: blocks, kernel, stride of the first block, expansion, output channels.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class SameConv2d(nn.Conv2d):
    """Pads so that the output has ceil(n / stride) elements an axis; an odd number of zeros puts one more after."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """[N, C, H, W] to [N, O, ceil(H / stride), ceil(W / stride)]."""
        before_after: list[int] = []
        for axis in (3, 2):  # F.pad starts with the last axis
            size, kernel, stride = input.shape[axis], self.kernel_size[axis - 2], self.stride[axis - 2]
            total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
            before_after += [total // 2, total - total // 2]
        return super().forward(F.pad(input, before_after) if any(before_after) else input)


class MBConvBlock(nn.Module):
    """1x1 expansion, depthwise convolution, 1x1 projection with no activation; a shortcut where shapes allow."""

    def __init__(self, channels: int, out: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        hidden = channels * expansion
        self.expands = expansion != 1
        if self.expands:
            self._expand_conv = SameConv2d(channels, hidden, 1, bias=False)
            self._bn0 = _norm(hidden)
        self._depthwise_conv = SameConv2d(hidden, hidden, kernel, stride, groups=hidden, bias=False)
        self._bn1 = _norm(hidden)
        self._project_conv = SameConv2d(hidden, out, 1, bias=False)
        self._bn2 = _norm(out)
        self.has_shortcut = stride == 1 and channels == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, out, H / stride, W / stride]."""
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        projected: torch.Tensor = self._bn2(self._project_conv(y))
        return projected + x if self.has_shortcut else projected


class EfficientNetLite0(nn.Module):
    """float32 [N, 3, 224, 224], pixels as (value - 127) / 128, to logits [N, classes]."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self._conv_stem = SameConv2d(3, 32, 3, 2, bias=False)
        self._bn0 = _norm(32)
        blocks: list[nn.Module] = []
        channels = 32
        for depth, kernel, stride, expansion, out in _STAGES:
            for index in range(depth):
                blocks.append(MBConvBlock(channels, out, expansion, kernel, stride if index == 0 else 1))
                channels = out
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv2d(320, 1280, 1, bias=False)
        self._bn1 = _norm(1280)
        self._fc = nn.Linear(1280, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes."""
        x = F.relu6(self._bn0(self._conv_stem(image)))
        for block in self._blocks:
            x = block(x)
        x = F.relu6(self._bn1(self._conv_head(x)))
        logits: torch.Tensor = self._fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
