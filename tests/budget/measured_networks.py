"""Networks that are measured in a moment."""

from __future__ import annotations

import torch
from torch import nn


class Branches(nn.Module):
    """A convolution that two branches and a shortcut share; two outputs, one of them made early."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(2, 8, 3, padding=1)
        self.left = nn.Conv2d(8, 8, 1)
        self.right = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.early = nn.Linear(8, 3)
        self.late = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = torch.relu(self.stem(x))
        early = self.early(x.mean((2, 3)))
        x = x + self.left(x) * torch.sigmoid(self.right(x))
        return early, self.late(x.mean((2, 3)))


class Sums(nn.Module):
    """Two inputs, a layer that is used twice, a recurrent layer, a constant."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Linear(6, 6)
        self.rnn = nn.LSTM(6, 4, batch_first=True)
        self.scale = nn.Parameter(torch.linspace(0.5, 1.5, 6))

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        a = torch.tanh(self.shared(a * self.scale))
        both = a + self.shared(b).unsqueeze(1)
        result: torch.Tensor = self.rnn(both)[0]
        return result


def branches() -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    torch.manual_seed(0)
    return Branches().eval(), (torch.rand(1, 2, 6, 6),)


def sums() -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    torch.manual_seed(0)
    return Sums().eval(), (torch.rand(1, 3, 6), torch.rand(1, 6))


def one_layer() -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    """Its only layer is the model itself, which has no name."""
    torch.manual_seed(0)
    return nn.Linear(40, 30).eval(), (torch.rand(1, 40),)


NETWORKS = {"branches": branches, "sums": sums, "one_layer": one_layer}
