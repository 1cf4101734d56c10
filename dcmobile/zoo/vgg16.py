"""VGG-16, the network of the paper's Table 5.

Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015 (configuration D).
138,357,544 parameters.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Output channels of each 3x3 convolution, a tuple a stage; a 2x2 max pooling ends each stage.
_STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


class VGG16(nn.Module):
    """float32 [N, 3, 224, 224] to logits [N, classes]. Layers are named as in the paper's table: conv1_1 .. fc8."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        channels = 3
        for stage, widths in enumerate(_STAGES, 1):
            for index, width in enumerate(widths, 1):
                self.add_module(f"conv{stage}_{index}", nn.Conv2d(channels, width, 3, padding=1))
                channels = width
        self.fc6 = nn.Linear(512 * 7 * 7, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, classes)
        self.dropout = nn.Dropout()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes."""
        x = image
        for stage, widths in enumerate(_STAGES, 1):
            for index in range(1, len(widths) + 1):
                x = F.relu(self.get_submodule(f"conv{stage}_{index}")(x))
            x = F.max_pool2d(x, 2)
        x = self.dropout(F.relu(self.fc6(x.flatten(1))))
        x = self.dropout(F.relu(self.fc7(x)))
        logits: torch.Tensor = self.fc8(x)
        return logits
