"""Silero VAD for 16 kHz, one step: is somebody speaking in these 32 ms?

Silero Team, "Silero VAD: pre-trained enterprise-grade Voice Activity Detector", version 6. 243,585 parameters and a
buffer of 66,048 with the windowed Fourier basis. Names of weights are those of the TorchScript file in the PyPI package
``silero-vad``, under ``_model.``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Samples of a step, and of the step before that stand in front of them.
STEP, CONTEXT = 512, 64
#: Size of h and of c.
STATE = 128


class Spectrum(nn.Module):
    """Magnitudes of a short-time Fourier transform of 256 samples each 128, written as a convolution."""

    forward_basis_buffer: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("forward_basis_buffer", _fourier_basis(256))

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """[N, 576] to [N, 129, 4]."""
        x = F.conv1d(F.pad(samples, (0, 64), "reflect").unsqueeze(1), self.forward_basis_buffer, stride=128)
        real, imaginary = x[:, :129], x[:, 129:]
        return torch.sqrt(real**2 + imaginary**2)


class EncoderBlock(nn.Module):
    """A convolution over time and a ReLU."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.reparam_conv = nn.Conv1d(channels, out, 3, stride, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, T] to [N, out, T / stride]."""
        return F.relu(self.reparam_conv(x))


class Decoder(nn.Module):
    """An LSTM cell and a linear layer on its h."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTMCell(128, STATE)
        self.decoder = nn.Sequential(nn.Dropout(0.1), nn.ReLU(), nn.Conv1d(STATE, 1, 1), nn.Sigmoid())

    def forward(
        self, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """[N, 128], [N, 128], [N, 128] to [N, 1], h, c."""
        h, c = self.rnn(x, (h, c))
        return self.decoder(h.unsqueeze(-1)).squeeze(-1), h, c


class SileroVad(nn.Module):
    """float32 samples [N, 576] in -1..1 and the states h, c [N, 128], to probability [N, 1] and the new h, c.

    The samples are the last 64 of the step before (zeros at first) and 512 new ones. h and c are zeros at first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stft = Spectrum()
        self.encoder = nn.Sequential(
            EncoderBlock(129, 128, 1), EncoderBlock(128, 64, 2), EncoderBlock(64, 64, 2), EncoderBlock(64, 128, 1)
        )
        self.decoder = Decoder()

    def forward(
        self, samples: torch.Tensor, h: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Probability of speech, h, c."""
        x = self.encoder(self.stft(samples))
        result: tuple[torch.Tensor, torch.Tensor, torch.Tensor] = self.decoder(x.squeeze(-1), h, c)
        return result


def _fourier_basis(size: int) -> torch.Tensor:
    """[2 (size / 2 + 1), 1, size]: rows of cosines, then of negative sines, under a Hann window."""
    time = torch.arange(size, dtype=torch.float64)
    angle = 2 * torch.pi * torch.outer(torch.arange(size // 2 + 1, dtype=torch.float64), time) / size
    window = torch.hann_window(size, dtype=torch.float64)
    return (torch.cat([angle.cos(), -angle.sin()]) * window).unsqueeze(1).float()
