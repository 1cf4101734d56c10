"""The networks that are timed: module, example input, recipe, and the ratio to the best peer that is aimed at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from benchmarks.fold import fold_batch_norms
from dcmobile import zoo
from dcmobile.recipe import Recipe
from dcmobile.zoo.initialisation import initialise
from dcmobile.zoo.recipes import paper_recipe
from examples.mnist.networks import LeNet5, LeNet300


@dataclass(frozen=True)
class Network:
    """name: in reports and of its folder. title: for people.

    build: makes the module in eval mode without BatchNorm, with random weights that are the same each time, and its
    input, float32 [N, ...]. recipe: how it is compressed. goal: the best fp32 or fp16 peer's time over this project's
    that it should reach at batch 1; None where there is no such goal.
    """

    name: str
    title: str
    build: Callable[[], tuple[nn.Module, torch.Tensor]]
    recipe: Callable[[nn.Module], Recipe]
    goal: float | None = None


def lenet(make: Callable[[], nn.Module]) -> tuple[nn.Module, torch.Tensor]:
    """One of the paper's networks for MNIST, with He's weights and a random picture."""
    with torch.random.fork_rng(devices=()):
        module = make().eval()
    picture = torch.rand((1, 1, 28, 28), generator=torch.Generator().manual_seed(0))
    initialise(module, (picture,))
    return module, picture


def from_zoo(name: str) -> tuple[nn.Module, torch.Tensor]:
    """A network of ``dcmobile.zoo``, its BatchNorms folded into the convolutions before them."""
    module, (picture,) = zoo.build(name)
    return fold_batch_norms(module), picture


def table(bits: Mapping[str, int], density: Mapping[str, float]) -> Callable[[nn.Module], Recipe]:
    """A recipe from a table of the paper."""
    layers: dict[str, Any] = {name: {"density": density[name], "bits": bits[name]} for name in density}
    return lambda module: Recipe(layers)


def fifteen_percent(module: nn.Module) -> Recipe:
    """15 % and 5 bits for every layer but depthwise convolutions and the first, which keep all weights, at 8 bits."""
    layers: dict[str, Any] = {}
    for name, layer in module.named_modules():
        if isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.groups == 1 and layers):
            layers[name] = {"density": 0.15, "bits": 5}
        elif isinstance(layer, nn.Conv2d):
            layers[name] = {"bits": 8}
    return Recipe(layers)


NETWORKS = (
    Network(
        "lenet300",
        "LeNet-300-100",
        lambda: lenet(LeNet300),
        table({"fc1": 6, "fc2": 6, "fc3": 6}, {"fc1": 0.08, "fc2": 0.09, "fc3": 0.26}),  # Table 2
        1.5,
    ),
    Network(
        "lenet5",
        "LeNet-5",
        lambda: lenet(LeNet5),
        table(
            {"conv1": 8, "conv2": 8, "fc1": 5, "fc2": 5}, {"conv1": 0.66, "conv2": 0.12, "fc1": 0.08, "fc2": 0.19}
        ),  # Table 3
        1.5,
    ),
    Network("alexnet", "AlexNet", lambda: from_zoo("alexnet"), lambda module: paper_recipe("alexnet"), 2.0),
    Network("mobilenet_v2", "MobileNetV2", lambda: from_zoo("mobilenet_v2"), fifteen_percent, 2.0),
    Network("resnet50", "ResNet-50", lambda: from_zoo("resnet50"), fifteen_percent, 4.0),
    Network("vgg16", "VGG-16", lambda: from_zoo("vgg16"), lambda module: paper_recipe("vgg16"), 1.2),
)
