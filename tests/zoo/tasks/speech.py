"""Voice activity in a recording of a man who says a few words with pauses between, and in sounds that are no speech."""

from __future__ import annotations

import math
import wave

import numpy as np
import torch

from dcmobile.zoo.silero_vad import CONTEXT, STATE, STEP
from dcmobile.zoo.trained import package_file
from tasks.network import Network, outputs

_RATE = 16_000


def recording() -> torch.Tensor:
    """float32 [samples] in -1..1 at 16 kHz, ten seconds."""
    path = package_file("useful-moonshine-onnx==20251121", "moonshine_onnx/assets/beckett.wav")
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (_RATE, 2, 1)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return torch.from_numpy(samples.astype(np.float32) / 32768)


def probabilities(network: Network, samples: torch.Tensor) -> torch.Tensor:
    """The probability of speech in each step of 512 samples, [steps]; the state goes from step to step."""
    h, c = torch.zeros(1, STATE), torch.zeros(1, STATE)
    context = torch.zeros(1, CONTEXT)
    result = []
    for step in samples[: len(samples) // STEP * STEP].view(-1, 1, STEP):
        probability, h, c = outputs(network, torch.cat([context, step], 1), h, c)
        context = step[:, -CONTEXT:]
        result.append(float(probability))
    return torch.tensor(result)


def right_steps(network: Network) -> tuple[int, int]:
    """Of the recording's steps that are surely speech or surely a pause, how many are told right; how many there are.

    Judged by ear of the level: louder than -30 dB is speech; a pause is what has nothing louder than -36 dB within ten
    steps (a third of a second) on either side.
    """
    samples = recording()
    probability = probabilities(network, samples)
    steps = samples[: len(probability) * STEP].view(-1, STEP)
    level = 20 * torch.log10(steps.square().mean(1).sqrt() + 1e-6)
    around = torch.nn.functional.max_pool1d(level[None], 21, 1, 10)[0]
    speech, pause = level > -30, around < -36
    right = (speech & (probability > 0.5)) | (pause & (probability < 0.5))
    return int(right.sum()), int((speech | pause).sum())


def loudest_false_alarm(network: Network) -> float:
    """The largest probability of speech in a second each of silence, noise, a tone and a sweep."""
    time = torch.arange(_RATE) / _RATE
    noise = 0.05 * torch.randn(_RATE, generator=torch.Generator().manual_seed(0))
    tone = 0.3 * torch.sin(2 * math.pi * 440 * time)
    sweep = 0.3 * torch.sin(2 * math.pi * (200 * time + 600 * time**2))
    sounds = (torch.zeros(_RATE), noise, tone, sweep)
    return max(float(probabilities(network, sound).max()) for sound in sounds)
