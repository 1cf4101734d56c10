"""The networks, how long each is trained, and what the paper and the project's goal say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

from torch import nn

from dcmobile import Recipe
from examples.mnist import networks, paper

BATCH = 128


@dataclass(frozen=True)
class Numbers:
    """Epochs and largest learning rate of each stage: dense (SGD), pruning and sharing (both Adam).

    decay: weight decay while pruning.
    """

    dense_epochs: int
    dense_rate: float
    prune_epochs: int
    prune_rate: float
    share_epochs: int
    share_rate: float
    decay: float = 2e-5


@dataclass(frozen=True)
class Task:
    """goal: dense bytes over the file's. largest_error: of the file, in per cent; so is its dense network's."""

    name: str
    network: Callable[[], nn.Module]
    reported: paper.PaperNetwork
    goal: float
    largest_error: float
    numbers: Numbers

    @property
    def recipe_file(self) -> Path:
        """The recipe, a TOML file beside this module."""
        return Path(__file__).with_name(f"{self.name}.toml")

    def recipe(self) -> Recipe:
        """The recipe, read."""
        return Recipe.load(self.recipe_file)

    def parts(self) -> tuple[object, ...]:
        """All that training depends on beside the code and the recipe."""
        return astuple(self.numbers)


TASKS = (
    Task(
        "lenet300",
        networks.LeNet300,
        paper.LENET300,
        goal=120,
        largest_error=1.64,
        numbers=Numbers(
            dense_epochs=9, dense_rate=0.1, prune_epochs=50, prune_rate=1e-3, share_epochs=20, share_rate=5e-4
        ),
    ),
    Task(
        "lenet5",
        networks.LeNet5,
        paper.LENET5,
        goal=250,
        largest_error=0.80,
        numbers=Numbers(
            dense_epochs=6, dense_rate=0.05, prune_epochs=20, prune_rate=1e-3, share_epochs=8, share_rate=5e-4
        ),
    ),
)


def task_of(name: str) -> Task:
    """The task of this name."""
    return next(task for task in TASKS if task.name == name)
