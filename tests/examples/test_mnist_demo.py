"""The demo's road on made-up digits: every stage, both networks, interruption and going on."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from dcmobile import Recipe
from examples.mnist import training
from examples.mnist.data import Digits
from examples.mnist.evaluate import evaluate
from examples.mnist.task import BATCH, TASKS, Task


def _digits(count: int, seed: int) -> Digits:
    """Ten fixed dotted pictures with noise: easy to learn, so that a broken stage shows in the error."""
    prototypes = (np.random.default_rng(7).random((10, 1, 28, 28)) > 0.7).astype(np.float32)
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 10, count)
    images = prototypes[labels] + generator.normal(0, 0.15, (count, 1, 28, 28)).astype(np.float32)
    return Digits(images.astype(np.float32), labels.astype(np.int64))


TRAINING, TEST = _digits(16 * BATCH, 1), _digits(500, 2)


def _short(task: Task) -> Task:
    """The task in a few steps: 16 an epoch."""
    return dataclasses.replace(task, dense_epochs=7, prune_epochs=2, share_epochs=1, dense_rate=0.02)


def _short_recipe(task: Task) -> Recipe:
    settings = {name: {**layer.settings(), "end": 16, "every": 4} for name, layer in task.recipe().layers.items()}
    return Recipe(settings)


def _silent(stage: str, done: int, total: int, note: str) -> None:
    pass


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Task, "recipe", lambda self: _short_recipe_of[self.name])


_short_recipe_of = {task.name: _short_recipe(task) for task in TASKS}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_file_classifies_as_the_shared_network_does(task: Task, tmp_path: Path) -> None:
    trained = training.train(_short(task), 0, TRAINING, TEST, tmp_path / "work", _silent)
    assert trained.dense_error < 5
    file = tmp_path / "net.dcmodel"
    report = trained.compressor.export(file, (torch.zeros(1, 1, 28, 28),))
    assert report.file_bytes == file.stat().st_size
    assert report.dense_bytes == sum(4 * p.numel() for p in task.network().parameters())
    outcome = evaluate(file, TEST)
    assert outcome.digits == 500
    assert outcome.error == pytest.approx(training.error(trained.compressor.model, TEST))
    assert outcome.error < 10


def test_an_interrupted_training_goes_on_and_ends_with_the_same_file(tmp_path: Path) -> None:
    task = _short(TASKS[0])
    whole = training.train(task, 3, TRAINING, TEST, tmp_path / "whole", _silent)
    whole.compressor.export(tmp_path / "whole.dcmodel", (torch.zeros(1, 1, 28, 28),))

    class StoppedError(Exception):
        pass

    def stop_at(moment: tuple[str, int]) -> training.Progress:
        def progress(stage: str, done: int, total: int, note: str) -> None:
            if (stage, done) == moment:
                raise StoppedError

        return progress

    for moment in (("train dense", 16), ("prune", 16), ("share", 0)):
        with pytest.raises(StoppedError):
            training.train(task, 3, TRAINING, TEST, tmp_path / "parts", stop_at(moment))
    parts = training.train(task, 3, TRAINING, TEST, tmp_path / "parts", _silent)
    parts.compressor.export(tmp_path / "parts.dcmodel", (torch.zeros(1, 1, 28, 28),))
    assert (tmp_path / "parts.dcmodel").read_bytes() == (tmp_path / "whole.dcmodel").read_bytes()

    again = training.train(task, 3, TRAINING, TEST, tmp_path / "whole", _silent)
    again.compressor.export(tmp_path / "again.dcmodel", (torch.zeros(1, 1, 28, 28),))
    assert (tmp_path / "again.dcmodel").read_bytes() == (tmp_path / "whole.dcmodel").read_bytes()
