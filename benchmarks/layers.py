"""Single layers of AlexNet and VGG-16 as networks of their own, for the paper's Figure 9: sparse against dense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from benchmarks.networks import Network
from dcmobile.recipe import Recipe
from dcmobile.zoo.initialisation import initialise


@dataclass(frozen=True)
class _Layer:
    """density: the paper's. shape: of a sample of its input."""

    network: str
    name: str
    make: Callable[[], nn.Module]
    shape: tuple[int, ...]
    density: float
    bits: int


def _conv(network: str, name: str, channels: int, filters: int, size: int, density: float) -> _Layer:
    """A 3x3 convolution with padding 1."""
    return _Layer(network, name, lambda: nn.Conv2d(channels, filters, 3, padding=1), (channels, size, size), density, 8)


def _fc(network: str, name: str, inputs: int, outputs: int, density: float) -> _Layer:
    return _Layer(network, name, lambda: nn.Linear(inputs, outputs), (inputs,), density, 5)


_LAYERS = (
    _conv("alexnet", "conv3", 256, 384, 13, 0.35),
    _fc("alexnet", "fc6", 9216, 4096, 0.09),
    _fc("alexnet", "fc7", 4096, 4096, 0.09),
    _fc("alexnet", "fc8", 4096, 1000, 0.25),
    _conv("vgg16", "conv2_2", 128, 128, 112, 0.36),
    _conv("vgg16", "conv4_2", 512, 512, 28, 0.27),
    _conv("vgg16", "conv5_2", 512, 512, 14, 0.29),
    _fc("vgg16", "fc6", 25088, 4096, 0.04),
    _fc("vgg16", "fc7", 4096, 4096, 0.04),
    _fc("vgg16", "fc8", 4096, 1000, 0.23),
)


def _build(layer: _Layer, batch: int) -> tuple[nn.Module, torch.Tensor]:
    """The layer, and what comes out of a ReLU: half of it is zero."""
    with torch.random.fork_rng(devices=()):
        module = nn.Sequential(layer.make()).eval()
    values = torch.randn((batch, *layer.shape), generator=torch.Generator().manual_seed(0)).relu()
    initialise(module, (values,))
    return module, values


def _network(layer: _Layer, batch: int) -> Network:
    return Network(
        f"{layer.network}.{layer.name}.b{batch}",
        f"{layer.network} {layer.name}, batch {batch}",
        lambda: _build(layer, batch),
        lambda module: Recipe({"0": {"density": layer.density, "bits": layer.bits}}),
    )


LAYERS = tuple(_network(layer, batch) for layer in _LAYERS for batch in (1, 64))
