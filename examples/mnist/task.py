"""The two jobs of the demo: which network, how it is trained, and its recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from dcmobile import Recipe
from examples.mnist import networks, paper

BATCH = 128


@dataclass(frozen=True)
class Task:
    """A network and its training.

    ``*_epochs`` and ``*_rate``: epochs and largest learning rate of the dense training (SGD), of pruning and of
    centroid training (both Adam). The paper is quoted in ``reported``.
    """

    name: str
    network: Callable[[], nn.Module]
    reported: paper.PaperNetwork
    dense_epochs: int
    dense_rate: float
    prune_epochs: int
    prune_rate: float
    share_epochs: int
    share_rate: float

    def numbers(self) -> tuple[float, ...]:
        """All that training depends on beside the network and the recipe."""
        dense, prune, share = self.dense_rate, self.prune_rate, self.share_rate
        return self.dense_epochs, dense, self.prune_epochs, prune, self.share_epochs, share

    @property
    def cost(self) -> float:
        """Roughly, seconds of training: a convolution's epoch takes ten times as long."""
        convolves = any(isinstance(module, nn.Conv2d) for module in self.network().modules())
        return (self.dense_epochs + self.prune_epochs + self.share_epochs) * (15.0 if convolves else 1.5)

    @property
    def recipe_file(self) -> Path:
        """The recipe, a TOML file beside this module."""
        return Path(__file__).with_name(f"{self.name}.toml")

    def recipe(self) -> Recipe:
        """The recipe, read."""
        return Recipe.load(self.recipe_file)


TASKS = (
    Task(
        "lenet300",
        networks.LeNet300,
        paper.LENET300,
        dense_epochs=9,
        dense_rate=0.1,
        prune_epochs=24,
        prune_rate=1e-3,
        share_epochs=12,
        share_rate=5e-4,
    ),
    Task(
        "lenet5",
        networks.LeNet5,
        paper.LENET5,
        dense_epochs=6,
        dense_rate=0.05,
        prune_epochs=12,
        prune_rate=1e-3,
        share_epochs=6,
        share_rate=3e-4,
    ),
)
