"""The user's side of compression: an ordinary training loop with the Compressor's four calls in it.

Three stages: train the dense network; prune while retraining (paper, section 2); share weights and train the
centroids (section 3). In the last two the dense network is the teacher: half the loss is cross-entropy, half
the divergence from its soft answers (Hinton, Vinyals, Dean, arXiv 1503.02531). After each epoch everything goes
into a checkpoint, from which an interrupted run goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from dcmobile import Compressor
from examples.mnist.data import Digits
from examples.mnist.task import BATCH, Task

MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
TEMPERATURE = 2.0
# Weights of pixels that are always blank have no gradient: only decay tells pruning that they do nothing.
PRUNE_DECAY = 2e-5

#: (stage, steps done, steps in all, note)
Progress = Callable[[str, int, int, str], None]


@dataclass
class Trained:
    """The compressor, ready to export, and the error of the dense network on the test digits in per cent."""

    compressor: Compressor
    dense_error: float


def train(task: Task, seed: int, training: Digits, test: Digits, folder: Path, progress: Progress) -> Trained:
    """Train, prune and share. ``folder`` takes the checkpoints."""
    run = _Run(task, seed, training, folder, progress)
    dense = run.dense()
    dense_error = error(dense, test)
    compressor = run.compress(dense)
    compressor.model.eval()
    return Trained(compressor, dense_error)


@torch.no_grad()
def error(model: nn.Module, digits: Digits) -> float:
    """Share of the digits that the model gets wrong, in per cent."""
    wrong = 0
    for first in range(0, len(digits.labels), 1000):
        scores = model(torch.from_numpy(digits.images[first : first + 1000]))
        wrong += int((scores.argmax(1) != torch.from_numpy(digits.labels[first : first + 1000])).sum())
    return 100.0 * wrong / len(digits.labels)


class _Run:
    """One network with one seed."""

    def __init__(self, task: Task, seed: int, training: Digits, folder: Path, progress: Progress) -> None:
        self.task = task
        self.seed = seed
        # The strides of channels_last tell the convolutions which of their algorithms to use: a third faster on a CPU.
        self.images = torch.from_numpy(training.images).as_strided(training.images.shape, (784, 1, 28, 1))
        self.labels = torch.from_numpy(training.labels)
        self.checkpoint = folder / "checkpoint.pt"
        self.progress = progress
        self.soft_answers = torch.empty(0)
        folder.mkdir(parents=True, exist_ok=True)

    def dense(self) -> nn.Module:
        """The dense network, trained."""
        torch.manual_seed(self.seed)
        model = self.task.network()
        path = self.checkpoint.with_name("dense.pt")
        if path.exists():
            model.load_state_dict(torch.load(path, weights_only=True))
            return model
        optimizer = torch.optim.SGD(
            model.parameters(), self.task.dense_rate, MOMENTUM, weight_decay=WEIGHT_DECAY, nesterov=True
        )
        self._epochs("train dense", model, optimizer, self.task.dense_epochs, F.cross_entropy, model.load_state_dict)
        _save(model.state_dict(), path)
        return model

    def compress(self, dense: nn.Module) -> Compressor:
        """Prune and share a copy of the dense network."""
        self.soft_answers = _soft_answers(dense, self.images)
        model = self.task.network()
        model.load_state_dict(dense.state_dict())
        compressor = Compressor(model, self.task.recipe())

        shared = self.checkpoint.with_name("shared.pt")
        if shared.exists():
            compressor.load_state_dict(torch.load(shared, weights_only=True))
            return compressor
        pruned = self.checkpoint.with_name("pruned.pt")
        if pruned.exists():
            compressor.load_state_dict(torch.load(pruned, weights_only=True))
        else:
            compressor.prune()
            self._retrain("prune", compressor, self.task.prune_epochs, self.task.prune_rate, PRUNE_DECAY)
            _save(model.state_dict(), pruned)
        compressor.share()
        self._retrain("share", compressor, self.task.share_epochs, self.task.share_rate)
        _save(model.state_dict(), shared)
        return compressor

    def _retrain(self, stage: str, compressor: Compressor, epochs: int, rate: float, decay: float = 0.0) -> None:
        optimizer = torch.optim.Adam(compressor.model.parameters(), rate, weight_decay=decay)
        self._epochs(
            stage, compressor.model, optimizer, epochs, self._taught, compressor.load_state_dict, compressor.step
        )

    def _taught(self, scores: torch.Tensor, labels: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        hard = F.cross_entropy(scores, labels)
        soft = F.kl_div(F.log_softmax(scores / TEMPERATURE, 1), teacher, reduction="batchmean")
        return 0.5 * hard + 0.5 * TEMPERATURE**2 * soft

    def _epochs(
        self,
        stage: str,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        epochs: int,
        loss_of: Callable[..., torch.Tensor],
        restore: Callable[[dict[str, torch.Tensor]], object],
        after_step: Callable[[], object] = lambda: None,
    ) -> None:
        """Train with a cosine learning rate, going on from the checkpoint if it is of this stage."""
        per_epoch = len(self.labels) // BATCH
        order = torch.Generator().manual_seed(1000 * self.seed + epochs)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _cosine(step / (epochs * per_epoch)))
        first = 0
        if self.checkpoint.exists():
            saved = torch.load(self.checkpoint, weights_only=True)
            if saved["stage"] == stage:
                first = saved["epoch"]
                restore(saved["model"])
                optimizer.load_state_dict(saved["optimizer"])
                schedule.load_state_dict(saved["schedule"])
                order.set_state(saved["order"])
        model.train()
        for epoch in range(first, epochs):
            shuffled = torch.randperm(len(self.labels), generator=order)
            for step in range(per_epoch):
                batch = shuffled[step * BATCH : (step + 1) * BATCH]
                optimizer.zero_grad()
                teacher = () if stage == "train dense" else (self.soft_answers[batch],)
                loss = loss_of(model(self.images[batch]), self.labels[batch], *teacher)
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
                after_step()
                if step % 20 == 0:
                    done = epoch * per_epoch + step
                    self.progress(
                        stage, done, epochs * per_epoch, f"epoch {epoch + 1}/{epochs}  loss {loss.item():.3f}"
                    )
            state = {
                "stage": stage,
                "epoch": epoch + 1,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "order": order.get_state(),
            }
            _save(state, self.checkpoint)
        self.progress(stage, epochs * per_epoch, epochs * per_epoch, "done")
        self.checkpoint.unlink(missing_ok=True)
        model.eval()


def _cosine(done: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


@torch.no_grad()
def _soft_answers(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The teacher's probabilities at the raised temperature, [N, 10]."""
    return torch.cat([F.softmax(model(part) / TEMPERATURE, 1) for part in torch.split(images, 1000)])


def _save(state: object, path: Path) -> None:
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)
