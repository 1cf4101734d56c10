"""The networks, how long each is trained, and what the paper and the project's goal say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import torch
from torch import nn

from benchmarks.compression import fashion
from benchmarks.compression.resnet20 import ResNet20
from benchmarks.compression.vary import shifted, shifted_and_mirrored
from dcmobile import Recipe
from examples.mnist import data, networks, paper

BATCH = 128

#: Pictures [N, 1, H, W] and random numbers, to pictures that show the same otherwise.
Vary = Callable[[torch.Tensor, torch.Generator], torch.Tensor]


@dataclass(frozen=True)
class Numbers:
    """Epochs and largest learning rate of each stage: dense (SGD), pruning and sharing (both Adam).

    decay: weight decay while pruning. dense_varied: whether pictures are varied for the dense network too.
    """

    dense_epochs: int
    dense_rate: float
    prune_epochs: int
    prune_rate: float
    share_epochs: int
    share_rate: float
    decay: float = 2e-5
    dense_varied: bool = False


@dataclass(frozen=True)
class Task:
    """goal: dense bytes over the file's. loss: points of error that the file may have more than its dense network;
    largest_error: in per cent, that it may have at all.

    fetch: gives the folder of the data. vary: applied to the pictures that the network is compressed with.
    reported: the paper's, where it has the network. share: of the training pictures that is used, and of the recipe's
    steps: less than 1 for a look at the whole road.
    """

    name: str
    title: str
    network: Callable[[], nn.Module]
    goal: float
    largest_error: float
    numbers: Numbers
    loss: float = 0.0
    reported: paper.PaperNetwork | None = None
    fetch: Callable[[], Path] = data.fetch
    vary: Vary = shifted
    share: float = 1.0

    @property
    def recipe_file(self) -> Path:
        """The recipe, a TOML file beside this module."""
        return Path(__file__).with_name(f"{self.name}.toml")

    def recipe(self) -> Recipe:
        """The recipe, read; with a share of its steps."""
        recipe = Recipe.load(self.recipe_file)
        if self.share == 1:
            return recipe
        assert recipe.budget is not None
        assert recipe.budget.end is not None
        assert recipe.sharing is not None
        budget = replace(recipe.budget, end=self._steps(recipe.budget.end), every=self._steps(recipe.budget.every))
        sharing = replace(recipe.sharing, end=self._steps(recipe.sharing.end), every=self._steps(recipe.sharing.every))
        return Recipe(recipe.layers, recipe.seed, budget, sharing, recipe.drop_dead_channels)

    def _steps(self, steps: int | None) -> int:
        return max(1, int(self.share * (steps or 1)))

    def parts(self) -> tuple[object, ...]:
        """All that training depends on beside the code and the recipe."""
        return astuple(self.numbers), self.share


LENETS = (
    Task(
        "lenet300",
        "LeNet-300-100",
        networks.LeNet300,
        goal=120,
        largest_error=1.64,
        reported=paper.LENET300,
        numbers=Numbers(
            dense_epochs=9, dense_rate=0.1, prune_epochs=50, prune_rate=1e-3, share_epochs=20, share_rate=5e-4
        ),
    ),
    Task(
        "lenet5",
        "LeNet-5",
        networks.LeNet5,
        goal=250,
        largest_error=0.80,
        reported=paper.LENET5,
        numbers=Numbers(
            dense_epochs=6, dense_rate=0.05, prune_epochs=20, prune_rate=1e-3, share_epochs=8, share_rate=5e-4
        ),
    ),
)

#: Takes hours a seed.
FASHION = Task(
    "resnet20",
    "ResNet-20, Fashion-MNIST",
    ResNet20,
    goal=60,
    largest_error=100.0,
    loss=0.2,
    fetch=fashion.fetch,
    vary=shifted_and_mirrored,
    numbers=Numbers(
        dense_epochs=24,
        dense_rate=0.1,
        prune_epochs=36,
        prune_rate=2e-3,
        share_epochs=12,
        share_rate=5e-4,
        dense_varied=True,
    ),
)

TASKS = (*LENETS, FASHION)


def task_of(name: str) -> Task:
    """The task of this name."""
    return next(task for task in TASKS if task.name == name)
