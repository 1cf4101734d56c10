"""Weights out of an ONNX file, layer by layer in the order in which they run.

ONNX names tensors as the tool that wrote the file pleased; what can be relied on is the order of the nodes, which is
that of execution. So a network is loaded from an ONNX file by a torch module whose layers stand in that order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from dcmobile.errors import FileError

_Array = npt.NDArray[Any]

#: Nodes that begin a layer with weights, and the names of torch's tensors for their inputs after the first.
_LAYERS = {
    "Conv": ("weight", "bias"),
    "ConvTranspose": ("weight", "bias"),
    "BatchNormalization": ("weight", "bias", "running_mean", "running_var"),
    "MatMul": ("weight",),
}


@dataclass
class _Layer:
    """kind: the node's type ("Scale" for a product with a learned number). tensors: by torch's names."""

    kind: str
    tensors: dict[str, _Array]


def load_in_order(model: nn.Module, path: Path) -> None:
    """Fill the model's parameters and running statistics from the file.

    model: its modules with weights stand in the order in which they run. Understood are convolutions and transposed
    ones, BatchNorm, linear layers, and modules with two parameters ``scale`` and ``bias`` of one element.
    Raises ``ValueError`` at the first layer that does not fit, and for one too many or too few; ``FileError`` if the
    package ``onnx`` is missing.
    """
    layers = list(_layers(path))
    modules = [
        (name, module)
        for name, module in model.named_modules()
        if next(module.parameters(recurse=False), None) is not None
    ]
    if len(layers) != len(modules):
        raise ValueError(f"the file has {len(layers)} layers with weights, the network {len(modules)}")
    for (name, module), layer in zip(modules, layers, strict=True):
        tensors = dict(module.named_parameters(recurse=False)) | dict(module.named_buffers(recurse=False))
        tensors.pop("num_batches_tracked", None)
        if tensors.keys() != layer.tensors.keys():
            raise ValueError(f"{name} has {sorted(tensors)}, the file's {layer.kind} {sorted(layer.tensors)}")
        for role, tensor in tensors.items():
            values = layer.tensors[role].T if layer.kind == "MatMul" and role == "weight" else layer.tensors[role]
            if role == "bias":
                values = values.reshape(-1)
            if tuple(tensor.shape) != values.shape:
                raise ValueError(f"{name}.{role} is {list(tensor.shape)}, the file's {list(values.shape)}")
            with torch.no_grad():
                tensor.copy_(torch.from_numpy(np.array(values, np.float32)))


def _layers(path: Path) -> Iterator[_Layer]:
    """The layers with weights. A sum with a constant after a layer without bias is its bias."""
    constants, nodes = _read(path)
    layer: _Layer | None = None
    output = ""  # of the layer
    for kind, inputs, made in nodes:
        known = [constants[name] for name in inputs if name in constants]
        if kind == "Reshape" and inputs[0] in constants:  # a bias, brought into the shape that Add wants
            constants[made] = constants[inputs[0]]
        elif kind in _LAYERS and known:
            if layer is not None:
                yield layer
            layer, output = _Layer(kind, dict(zip(_LAYERS[kind], known, strict=False))), made
        elif kind == "Mul" and known and known[0].shape == (1,):
            if layer is not None:
                yield layer
            layer, output = _Layer("Scale", {"scale": known[0]}), made
        elif kind == "Add" and known and known[0].ndim and layer is not None and output in inputs:
            layer.tensors.setdefault("bias", known[0])
    if layer is not None:
        yield layer


def _read(path: Path) -> tuple[dict[str, _Array], list[tuple[str, list[str], str]]]:
    """The file's constants by name, and of each other node its type, its inputs and its first output."""
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError:
        raise FileError(f"{path.name} is read with a package that is not installed: pip install onnx") from None
    graph = onnx.load(path).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        else:
            nodes.append((node.op_type, list(node.input), node.output[0]))
    return constants, nodes
