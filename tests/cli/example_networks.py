"""Networks that the tests of the command line compress."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn


class Digits(nn.Module):
    """Convolution, pooling, two linear layers; functions and modules mixed, as in real code."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 5)
        self.fc1 = nn.Linear(6 * 12 * 12, 40)
        self.fc2 = nn.Linear(40, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.max_pool2d(self.conv(x), 2).flatten(1)
        scores: torch.Tensor = self.fc2(torch.relu(self.fc1(x))).softmax(1)
        return scores


class Siblings(nn.Module):
    """Two inputs, two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(6, 4)
        self.right = nn.Linear(3, 4)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        left, right = self.left(a), self.right(b)
        return left + right, torch.relu(right)


class Brightest(nn.Module):
    """Scores of a picture's colours: how much there is of each channel, in this order: red, green, blue."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 3)
        with torch.no_grad():
            self.fc.weight.copy_(5 * torch.eye(3))
            self.fc.bias.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.fc(x.mean([2, 3]))
        return scores


def export(model: nn.Module, inputs: tuple[torch.Tensor, ...], path: Path) -> Path:
    """Save the model's program at the path."""
    torch.export.save(torch.export.export(model, inputs), path)
    return path
