"""Pitch of synthesised tones."""

from __future__ import annotations

import math

import torch

from tasks.network import Network, outputs

_RATE = 16_000
_HARMONICS = 8


def tones(count: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    """Frames, float32 [count, 1024] at 16 kHz, and their pitches in Hz, [count], evenly spread from 60 to 1,500 Hz.

    Each tone has eight harmonics, of random phase, that fall by 0.7, and noise 35 dB below.
    """
    generator = torch.Generator().manual_seed(0)
    pitch = torch.exp(torch.linspace(math.log(60), math.log(1500), count))
    time = torch.arange(1024) / _RATE
    number = torch.arange(1, _HARMONICS + 1)
    phase = 2 * math.pi * torch.rand(count, _HARMONICS, 1, generator=generator)
    harmonics = torch.sin(2 * math.pi * pitch[:, None, None] * number[:, None] * time + phase)
    audible = pitch[:, None] * number < _RATE / 2
    frames = (harmonics * (0.7**number * audible)[:, :, None]).sum(1)
    frames += 0.01 * torch.randn(frames.shape, generator=generator)
    frames -= frames.mean(1, keepdim=True)
    return frames / frames.std(1, keepdim=True), pitch


def within_50_cents(network: Network, count: int = 60) -> int:
    """How many tones have a pitch less than half a semitone off.

    The pitch is the mean of the nine bins around the most probable one, weighted by probability (CREPE, section 2).
    """
    frames, pitch = tones(count)
    probability = outputs(network, frames)[0]
    bins = torch.arange(probability.shape[1])
    near = (bins - probability.argmax(1, keepdim=True)).abs() <= 4
    weight = probability * near
    cents = 1997.3794084376191 + 20 * (weight * bins).sum(1) / weight.sum(1)
    return int(((cents - 1200 * torch.log2(pitch / 10)).abs() < 50).sum())
