"""Keyword spotters with recurrent layers.

LSTM: after Zhang et al., "Hello Edge: Keyword Spotting on Microcontrollers", 2017, two layers over MFCC frames.
GRU: the CRNN of Arik et al., "Convolutional Recurrent Neural Networks for Small-Footprint Keyword Spotting",
Interspeech 2017, 229,474 parameters ("229k" there).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class LstmKeywordSpotter(nn.Module):
    """float32 [N, frames, 10] of MFCC to logits [N, classes]; 49 frames are a second. 205,324 parameters."""

    def __init__(self, classes: int = 12) -> None:
        super().__init__()
        self.lstm = nn.LSTM(10, 128, num_layers=2, batch_first=True)
        self.fc = nn.Linear(128, classes)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Logits of the keywords, after the last frame."""
        states, _ = self.lstm(frames)
        logits: torch.Tensor = self.fc(states[:, -1])
        return logits


class GruKeywordSpotter(nn.Module):
    """float32 [N, 151, 40] of log mel energies, a frame each 10 ms, to logits [N, classes]."""

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 32, (20, 5), stride=(8, 2))
        self.gru = nn.GRU(32 * 20, 32, num_layers=2, batch_first=True, bidirectional=True)
        self.fc1 = nn.Linear(19 * 64, 64)
        self.fc2 = nn.Linear(64, classes)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Logits of the keywords."""
        x = F.pad(frames.unsqueeze(1), (1, 2, 6, 7))  # [N, 1, 164, 43]: 19 steps of 20 bands
        x = F.relu(self.conv(x))
        x = x.permute(0, 2, 1, 3).flatten(2)  # [N, 19, 640]
        states, _ = self.gru(x)
        logits: torch.Tensor = self.fc2(F.relu(self.fc1(states.flatten(1))))
        return logits
