"""The dense network as the teacher of its compressed self (Hinton, Vinyals and Dean, arXiv 1503.02531).

For any training loop::

    teach = Distillation(dense)                       # before Compressor(model, ...): a copy of the network as it is
    for x, y in batches:
        optimizer.zero_grad()
        scores = model(x)
        teach(scores, y, x).backward()
        optimizer.step()
        compressor.step()
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from dcmobile.errors import CallError, Code

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Distillation:
    """A loss: a part of the user's own on the labels, a part of the divergence from the teacher's softened answers.

    teacher: any classifier whose outputs are scores (logits), classes on axis 1. It is copied, put into eval mode and
        never trained; ``teacher`` of this object is the copy, to be moved to a device.
    temperature: that both networks' scores are divided by, above 0.
    share: of the divergence in the loss, 0..1; the rest is ``loss``.
    loss: on (scores, labels); cross-entropy unless given.
    """

    def __init__(
        self, teacher: nn.Module, temperature: float = 2.0, share: float = 0.5, loss: Loss = F.cross_entropy
    ) -> None:
        if not temperature > 0:
            raise CallError(f"temperature is {temperature!r}: it must be above 0", Code.CALL_ARGUMENT)
        if not 0 <= share <= 1:
            raise CallError(f"share is {share!r}: it must be from 0 to 1", Code.CALL_ARGUMENT)
        self.teacher = copy.deepcopy(teacher).eval().requires_grad_(False)
        self.temperature = temperature
        self.share = share
        self.loss = loss

    def __call__(self, scores: torch.Tensor, labels: torch.Tensor, *inputs: Any) -> torch.Tensor:
        """The loss of a batch. inputs: what the network was called with, for the teacher."""
        return self.from_answers(scores, labels, self.answers(*inputs))

    @torch.no_grad()
    def answers(self, *inputs: Any) -> torch.Tensor:
        """The teacher's scores; may be kept from one epoch to the next where the inputs do not change."""
        scores: torch.Tensor = self.teacher(*inputs)
        return scores

    def from_answers(self, scores: torch.Tensor, labels: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
        """The loss with the teacher's scores at hand: of the scores' shape.

        The divergence is a mean over everything but the classes, times the temperature's square, which keeps its
        gradient as large as that of the loss on the labels.
        """
        if answers.shape != scores.shape:
            raise CallError(
                f"the teacher's answers are {list(answers.shape)}, the network's {list(scores.shape)}",
                Code.CALL_ARGUMENT,
            )
        log_student = F.log_softmax(scores / self.temperature, 1)
        log_teacher = F.log_softmax(answers / self.temperature, 1)
        divergence = F.kl_div(log_student, log_teacher, reduction="none", log_target=True).sum(1).mean()
        hard = self.loss(scores, labels)
        return (1 - self.share) * hard + self.share * self.temperature**2 * divergence
