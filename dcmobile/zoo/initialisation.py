"""Weights for networks that were never trained, under which every layer's output has a usual size.

Speed, size and rounding then are those of a trained network; what it says about a picture means nothing.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def initialise(model: nn.Module, example_inputs: tuple[torch.Tensor, ...], seed: int = 0) -> None:
    """Give the model random weights, and its BatchNorms the statistics that they meet on the example inputs.

    Convolutions, linear layers: normal with He's variance 2 / fan-in (He et al., ICCV 2015), so that activations keep
    their size through ReLUs. Other parameters of two or more dimensions: normal, deviation 0.02. Biases: within 0.05 of
    0. Scales of normalisations: within 0.2 of 1. Leaves the model in eval mode and torch's own generator as it was.
    """
    generator = torch.Generator().manual_seed(seed)
    model.eval()
    with torch.no_grad():
        for module in model.modules():
            for name, parameter in module.named_parameters(recurse=False):
                _fill(module, name, parameter, generator)
        hooks = [
            module.register_forward_pre_hook(_take_statistics)
            for module in model.modules()
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d)
        ]
        if hooks:
            model(*example_inputs)
        for hook in hooks:
            hook.remove()


def _fill(module: nn.Module, name: str, parameter: nn.Parameter, generator: torch.Generator) -> None:
    if isinstance(module, nn.Conv1d | nn.Conv2d | nn.ConvTranspose2d | nn.Linear) and name == "weight":
        fan_in = parameter[0].numel()
        parameter.normal_(0, (2 / fan_in) ** 0.5, generator=generator)
    elif isinstance(module, nn.RNNBase | nn.RNNCellBase) and parameter.dim() > 1:
        parameter.normal_(0, parameter.shape[1] ** -0.5, generator=generator)
    elif parameter.dim() > 1:
        parameter.normal_(0, 0.02, generator=generator)
    elif name == "weight":
        centre = 0.25 if isinstance(module, nn.PReLU) else 1.0
        parameter.uniform_(centre - 0.2, centre + 0.2, generator=generator)
    else:
        parameter.uniform_(-0.05, 0.05, generator=generator)


def _take_statistics(module: nn.Module, inputs: tuple[Any, ...]) -> None:
    """Set the mean and variance of each channel (axis 1) to those of the input that comes in."""
    assert isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d)
    assert module.running_mean is not None
    assert module.running_var is not None
    others = [axis for axis in range(inputs[0].dim()) if axis != 1]
    variance, mean = torch.var_mean(inputs[0], others, correction=0)
    module.running_mean.copy_(mean)
    module.running_var.copy_(variance.clamp_min(1e-2))  # a channel may be constant, as behind a dead ReLU
