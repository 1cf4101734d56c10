"""Folds BatchNorms into the convolutions before them, as every runtime does when it loads a network."""

from __future__ import annotations

from torch import nn
from torch.fx import symbolic_trace
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norms(module: nn.Module) -> nn.Module:
    """The module, in eval mode, changed in place: an ``nn.Identity`` where a BatchNorm2d follows a Conv2d alone."""
    layers = dict(module.named_modules())
    for node in symbolic_trace(module).graph.nodes:
        if node.op != "call_module" or not isinstance(norm := layers[node.target], nn.BatchNorm2d):
            continue
        (before,) = node.all_input_nodes
        if before.op != "call_module" or len(before.users) != 1:
            continue
        if isinstance(convolution := layers[before.target], nn.Conv2d):
            _replace(layers, before.target, fuse_conv_bn_eval(convolution, norm))
            _replace(layers, node.target, nn.Identity())
    return module.eval()


def _replace(layers: dict[str, nn.Module], path: str, layer: nn.Module) -> None:
    parent, _, name = path.rpartition(".")
    setattr(layers[parent], name, layer)
