"""Retraining that is killed at any moment goes on from its checkpoint and ends with the same file."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from example_program import one_thread
from forked import ended, fork

from dcmobile import Recipe
from examples.mnist import training
from examples.mnist.data import Digits
from examples.mnist.task import BATCH, TASKS, Task

KILLS = 4


def _digits(count: int, seed: int) -> Digits:
    generator = np.random.default_rng(seed)
    return Digits(generator.random((count, 1, 28, 28), np.float32), generator.integers(0, 10, count).astype(np.int64))


def _task() -> Task:
    return dataclasses.replace(TASKS[0], dense_epochs=2, prune_epochs=2, share_epochs=2)


TRAINING, TEST = _digits(6 * BATCH, 1), _digits(100, 2)


def _train(folder: Path) -> None:
    with one_thread():
        _train_on_one_thread(folder)


def _train_on_one_thread(folder: Path) -> None:
    trained = training.train(_task(), 3, TRAINING, TEST, folder, lambda *_: None)
    trained.compressor.export(folder / "net.dcmodel", (torch.zeros(1, 1, 28, 28),))


def test_kills_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {name: {**layer.settings(), "end": 8, "every": 2} for name, layer in TASKS[0].recipe().layers.items()}
    monkeypatch.setattr(Task, "recipe", lambda _: Recipe(layers))
    start = time.monotonic()
    assert ended(fork(lambda: _train(tmp_path / "whole"))) == 0
    whole = time.monotonic() - start

    rng = random.Random(5)
    killed = 0
    for _ in range(KILLS):
        child = fork(lambda: _train(tmp_path / "parts"))
        time.sleep(rng.uniform(0.1, 0.6) * whole)
        os.kill(child, signal.SIGKILL)
        killed += ended(child) == -signal.SIGKILL
    assert killed > 1, "the training ended before it was killed"
    assert ended(fork(lambda: _train(tmp_path / "parts"))) == 0
    assert (tmp_path / "parts" / "net.dcmodel").read_bytes() == (tmp_path / "whole" / "net.dcmodel").read_bytes()
