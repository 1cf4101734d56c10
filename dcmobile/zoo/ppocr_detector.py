"""PP-OCRv4's mobile text detector.

Du et al., "PP-OCR", 2020, and PaddleOCR's notes on PP-OCRv4, 2023: a PP-LCNetV3 backbone (width 0.75), a feature
pyramid with squeeze and excite, and a differentiable binarization head (Liao et al., AAAI 2020). 1,171,464 parameters
and running statistics.

Modules stand in the order in which they run, which is the order of the layers in PaddleOCR's ONNX file.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Of each backbone block: kernel, input channels, output channels, stride, squeeze and excite; grouped by the stages
#: whose outputs the pyramid reads (1/4, 1/8, 1/16 and 1/32 of the image).
_BLOCKS = (
    ((3, 16, 32, 1, False), (3, 32, 48, 2, False), (3, 48, 48, 1, False)),
    ((3, 48, 96, 2, False), (3, 96, 96, 1, False)),
    ((3, 96, 192, 2, False), *((5, 192, 192, 1, False),) * 4),
    ((5, 192, 384, 2, True), (5, 384, 384, 1, True), *((5, 384, 384, 1, False),) * 2),
)
#: Channels of the four stages after ``Backbone.reduce``.
_REDUCED = (12, 18, 42, 360)


class LearnableAffine(nn.Module):
    """scale x + bias, with one number each."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Any shape to the same."""
        return self.scale * x + self.bias


class SqueezeExcitation(nn.Module):
    """Each channel times a hard sigmoid, clip(slope x + 0.5, 0, 1), of a small network over the channels' means."""

    def __init__(self, channels: int, slope: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels // 4, 1)
        self.conv2 = nn.Conv2d(channels // 4, channels, 1)
        self.slope = slope

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to the same."""
        y = self.conv2(F.relu(self.conv1(F.adaptive_avg_pool2d(x, 1))))
        return x * torch.clamp(self.slope * y + 0.5, 0.0, 1.0)


class RepConvolution(nn.Module):
    """A convolution whose training branches are merged, a learnable affine and, at stride 1, hard swish and another."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, groups: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups)
        self.affine = LearnableAffine()
        self.activation = nn.Sequential(nn.Hardswish(), LearnableAffine()) if stride == 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, out, H / stride, W / stride]."""
        y: torch.Tensor = self.activation(self.affine(self.conv(x)))
        return y


class Backbone(nn.Module):
    """[N, 3, H, W] to four maps of 1/4, 1/8, 1/16 and 1/32 of H and W."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.stages = nn.ModuleList(nn.Sequential(*(_block(*block) for block in stage)) for stage in _BLOCKS)
        self.reduce = nn.ModuleList(
            nn.Conv2d(stage[-1][2], width, 1) for stage, width in zip(_BLOCKS, _REDUCED, strict=True)
        )

    def forward(self, image: torch.Tensor) -> list[torch.Tensor]:
        """The maps, largest first."""
        x = self.norm(self.conv(image))
        maps = []
        for stage, reduce in zip(self.stages, self.reduce, strict=True):
            x = stage(x)
            maps.append(reduce(x))
        return maps


class ResidualSE(nn.Module):
    """A convolution plus itself squeezed and excited."""

    def __init__(self, channels: int, out: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=False)
        self.squeeze = SqueezeExcitation(out, 0.2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, H, W] to [N, out, H, W]."""
        x = self.conv(x)
        y: torch.Tensor = x + self.squeeze(x)
        return y


class Pyramid(nn.Module):
    """Four maps to one of 96 channels at 1/4 of the image: coarse ones add to finer ones, then all are stacked."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs = nn.ModuleList(ResidualSE(width, 96, 1) for width in reversed(_REDUCED))
        self.outputs = nn.ModuleList(ResidualSE(96, 24, 3) for _ in _REDUCED)

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        """[N, 96, H / 4, W / 4]."""
        coarse_first = [module(x) for module, x in zip(self.inputs, reversed(maps), strict=True)]
        for index in range(1, len(coarse_first)):
            coarse_first[index] = coarse_first[index] + _enlarged(coarse_first[index - 1], 2)
        smoothed = [module(x) for module, x in zip(self.outputs, coarse_first, strict=True)]
        return torch.cat(
            [_enlarged(smoothed[0], 8), _enlarged(smoothed[1], 4), _enlarged(smoothed[2], 2), smoothed[3]], 1
        )


class Head(nn.Module):
    """The probability map, at the image's own size."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(96, 24, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(24)
        self.conv2 = nn.ConvTranspose2d(24, 24, 2, 2)
        self.norm2 = nn.BatchNorm2d(24)
        self.conv3 = nn.ConvTranspose2d(24, 1, 2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, 96, H / 4, W / 4] to [N, 1, H, W]."""
        x = F.relu(self.norm1(self.conv1(x)))
        x = F.relu(self.norm2(self.conv2(x)))
        return torch.sigmoid(self.conv3(x))


class TextDetector(nn.Module):
    """float32 [N, 3, H, W], H and W multiples of 32, to the probability of text at each pixel [N, 1, H, W].

    Pixels are BGR, (value / 255 - 0.5) / 0.5.
    """

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.pyramid = Pyramid()
        self.head = Head()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Probability map."""
        probability: torch.Tensor = self.head(self.pyramid(self.backbone(image)))
        return probability


def _block(kernel: int, channels: int, out: int, stride: int, squeeze: bool) -> nn.Sequential:
    """A depthwise and a 1x1 convolution."""
    layers: list[nn.Module] = [RepConvolution(channels, channels, kernel, stride, groups=channels)]
    if squeeze:
        layers.append(SqueezeExcitation(channels, 1 / 6))
    return nn.Sequential(*layers, RepConvolution(channels, out, 1, 1, groups=1))


def _enlarged(x: torch.Tensor, factor: int) -> torch.Tensor:
    return F.interpolate(x, scale_factor=float(factor), mode="nearest")
