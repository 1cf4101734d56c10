"""Dense training, then pruning and sharing around an ordinary loop with the Compressor's calls in it.

The dense network is the teacher in both, on pictures that are varied. After each epoch everything goes into a
checkpoint, from which an interrupted run goes on; it then gives the same file.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.compression.split import Split
from benchmarks.compression.task import BATCH, Task
from dcmobile import Compressor, Distillation, fold_batch_norms
from examples.mnist.training import MOMENTUM, WEIGHT_DECAY, Progress, error

EXAMPLE = (torch.zeros(1, 1, 28, 28),)

#: Learning rate at a share of the stage that is done, as a share of the largest.
Schedule = Callable[[float], float]
Batch = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Training:
    """One network with one seed. folder: takes the checkpoints."""

    def __init__(self, task: Task, seed: int, split: Split, folder: Path, progress: Progress) -> None:
        self.task = task
        self.seed = seed
        self.split = split
        self.images = torch.from_numpy(split.training.images)
        self.labels = torch.from_numpy(split.training.labels)
        self.folder = folder
        self.progress = progress
        folder.mkdir(parents=True, exist_ok=True)

    def dense(self) -> nn.Module:
        """The dense network, trained."""
        numbers = self.task.numbers
        torch.manual_seed(self.seed)
        model = self.task.network()
        done = self.folder / "dense.pt"
        if done.exists():
            model.load_state_dict(torch.load(done, weights_only=True))
            return model.eval()
        optimizer = torch.optim.SGD(
            model.parameters(), numbers.dense_rate, MOMENTUM, weight_decay=WEIGHT_DECAY, nesterov=True
        )
        random = torch.Generator().manual_seed(self.seed + 1)

        def loss(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            seen = self.task.vary(images, random) if numbers.dense_varied else images
            return F.cross_entropy(model(_strided(seen)), labels)

        run = _Stage(self, "dense", model, optimizer, numbers.dense_epochs, _cosine, loss, random)
        run.go(model.load_state_dict, lambda: None)
        _save(model.state_dict(), done)
        return model.eval()

    def compressed(self, dense: nn.Module) -> Compressor:
        """The compressor of a trained copy of the dense network, pruned and shared, ready to export."""
        numbers, recipe = self.task.numbers, self.task.recipe()
        model = self.task.network()
        model.load_state_dict(dense.state_dict())
        compressor = Compressor(model, recipe)
        teach = Distillation(dense)
        random = torch.Generator()

        def loss(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            seen = _strided(self.task.vary(images, random))
            return teach(model(seen), labels, seen)

        def ramped(done: float) -> float:
            ramp = compressor.last_step / (numbers.prune_epochs * (len(self.labels) // BATCH))
            return 1.0 if done < ramp else _cosine((done - ramp) / (1 - ramp))

        stages: tuple[tuple[str, int, float, float, Schedule, Callable[[], None]], ...] = (
            ("prune", numbers.prune_epochs, numbers.prune_rate, numbers.decay, ramped, compressor.prune),
            ("share", numbers.share_epochs, numbers.share_rate, 0.0, _cosine, compressor.share),
        )
        for stage, epochs, rate, decay, schedule, begin in stages:
            if stage == "share":
                fold_batch_norms(model, EXAMPLE)
            done = self.folder / f"{stage}.pt"
            if done.exists():
                compressor.load_state_dict(torch.load(done, weights_only=True))
                continue
            begin()
            random.manual_seed(self.seed + 1)  # for each stage alike: a run may be interrupted between two
            optimizer = torch.optim.Adam(model.parameters(), rate, weight_decay=decay)
            run = _Stage(self, stage, model, optimizer, epochs, schedule, loss, random)
            run.go(compressor.load_state_dict, compressor.step)
            _save(compressor.state_dict(), done)
        model.eval()
        return compressor

    def seconds(self) -> float:
        """What all stages took, also those of earlier runs."""
        return sum(_read_json(self.folder / "seconds.json").values())

    def add_seconds(self, stage: str, seconds: float) -> None:
        """Note what a stage took."""
        path = self.folder / "seconds.json"
        path.write_text(json.dumps({**_read_json(path), stage: round(seconds, 1)}))

    def held_back_error(self, model: nn.Module) -> float:
        """In per cent."""
        return error(model, self.split.held_back)


class _Stage:
    """Some epochs with one optimizer. random: of the batches, beside their order; kept in the checkpoint too."""

    def __init__(
        self,
        training: Training,
        name: str,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        epochs: int,
        schedule: Schedule,
        loss: Batch,
        random: torch.Generator | None = None,
    ) -> None:
        self.training = training
        self.name = name
        self.model = model
        self.optimizer = optimizer
        self.epochs = epochs
        self.loss = loss
        self.random = random or torch.Generator()
        self.order = torch.Generator().manual_seed(1000 * training.seed + len(name))
        self.steps = len(training.labels) // BATCH
        total = epochs * self.steps
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedule(step / total))
        self.checkpoint = training.folder / "checkpoint.pt"

    def go(self, restore: Callable[[dict[str, Any]], object], after_step: Callable[[], object]) -> None:
        """Train, from the checkpoint on if it is of this stage."""
        first, earlier = self._resume(restore)
        started = time.monotonic() - earlier
        self.model.train()
        for epoch in range(first, self.epochs):
            order = torch.randperm(len(self.training.labels), generator=self.order)
            for step in range(self.steps):
                batch = order[step * BATCH : (step + 1) * BATCH]
                self.optimizer.zero_grad()
                loss = self.loss(self.training.images[batch], self.training.labels[batch])
                loss.backward()  # type: ignore[no-untyped-call]
                self.optimizer.step()
                self.scheduler.step()
                after_step()
                if step % 20 == 0:
                    note = f"epoch {epoch + 1}/{self.epochs}  loss {loss.item():.3f}"
                    self.training.progress(self.name, epoch * self.steps + step, self.epochs * self.steps, note)
            _save(self._state(epoch + 1, time.monotonic() - started), self.checkpoint)
        self.model.eval()
        self.training.add_seconds(self.name, time.monotonic() - started)
        self.checkpoint.unlink(missing_ok=True)

    def _state(self, epoch: int, seconds: float) -> dict[str, Any]:
        return {
            "stage": self.name,
            "epoch": epoch,
            "seconds": seconds,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.scheduler.state_dict(),
            "order": self.order.get_state(),
            "random": self.random.get_state(),
        }

    def _resume(self, restore: Callable[[dict[str, Any]], object]) -> tuple[int, float]:
        """Epochs that are done, and what they took."""
        if not self.checkpoint.exists():
            return 0, 0.0
        saved = torch.load(self.checkpoint, weights_only=True)
        if saved["stage"] != self.name:
            return 0, 0.0
        restore(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.scheduler.load_state_dict(saved["schedule"])
        self.order.set_state(saved["order"])
        self.random.set_state(saved["random"])
        return int(saved["epoch"]), float(saved["seconds"])


def _strided(images: torch.Tensor) -> torch.Tensor:
    """The strides of channels_last tell the convolutions which of their algorithms to use: faster on a CPU."""
    return images.contiguous().as_strided(images.shape, (784, 1, 28, 1))


def _read_json(path: Path) -> dict[str, float]:
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _cosine(done: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


def _save(state: object, path: Path) -> None:
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)
