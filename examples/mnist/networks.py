"""The paper's two MNIST networks. Inputs are float32 [N, 1, 28, 28] in 0..1, outputs are logits [N, 10]."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class LeNet300(nn.Module):
    """LeNet-300-100: two hidden layers, 266,610 parameters (1,066,440 bytes in fp32)."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 300)
        self.fc2 = nn.Linear(300, 100)
        self.fc3 = nn.Linear(100, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the ten digits."""
        x = F.relu(self.fc1(image.flatten(1)))
        x = F.relu(self.fc2(x))
        logits: torch.Tensor = self.fc3(x)
        return logits


class LeNet5(nn.Module):
    """LeNet-5 as Caffe ships it: no activation after the convolutions, 431,080 parameters (1,724,320 bytes in fp32)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 20, 5)
        self.conv2 = nn.Conv2d(20, 50, 5)
        self.fc1 = nn.Linear(800, 500)
        self.fc2 = nn.Linear(500, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the ten digits."""
        x = F.max_pool2d(self.conv1(image), 2)
        x = F.max_pool2d(self.conv2(x), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        logits: torch.Tensor = self.fc2(x)
        return logits
