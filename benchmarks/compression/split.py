"""MNIST, or data of its form, in three parts: what is trained on, what choices are made by, and what the result is
judged by, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from examples.mnist import data

#: Training digits that are held back from training.
HELD_BACK = 5000
_SEED = 12345


@dataclass(frozen=True)
class Split:
    """training: 55,000 digits. held_back: 5,000 of the 60,000 training digits, the same for every run."""

    training: data.Digits
    held_back: data.Digits


def load_split(folder: Path, share: float = 1.0) -> Split:
    """From a folder that ``data.fetch`` gave. share: of the training pictures that is used."""
    digits = data.load("train", folder)
    order = np.random.default_rng(_SEED).permutation(len(digits.labels))
    used = int(share * (len(order) - HELD_BACK))
    return Split(_part(digits, np.sort(order[HELD_BACK:][:used])), _part(digits, np.sort(order[:HELD_BACK])))


def _part(digits: data.Digits, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> data.Digits:
    return data.Digits(digits.images[places], digits.labels[places])
