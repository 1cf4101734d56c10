"""``python -m benchmarks.prepare NETWORK``: compresses a network; every runtime then gets the same shared weights."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from benchmarks.folder import NetworkFolder, network_folder
from benchmarks.layers import LAYERS
from benchmarks.networks import NETWORKS, Network
from dcmobile import Compressor, Recipe


def prepare(network: Network, folder: NetworkFolder) -> None:
    """Fill the folder: the .dcmodel, and the module with the very weights that are in it, for the others."""
    folder.path.mkdir(parents=True, exist_ok=True)
    module, example = network.build()
    compressor = Compressor(module, network.recipe(module))
    compressor.prune()
    compressor.share()
    written = folder.path / "written.dcmodel"
    compressor.export(written, (example,))
    if find_spec("executorch") is not None:
        _write_delegated(module, example, compressor.recipe, folder)
    _spell_out(module)
    with torch.inference_mode():
        expected = module(example).numpy()
    np.save(folder.path / "input.npy", example.numpy())
    example.numpy().tofile(folder.input_values)
    np.save(folder.path / "expected.npy", expected)
    torch.save(module, folder.module)
    torch.onnx.export(
        module, (example,), str(folder.onnx), dynamo=False, input_names=["x"], output_names=["y"], opset_version=17
    )
    written.replace(folder.dcmodel)  # last: once it is there, all are


def _write_delegated(module: nn.Module, example: torch.Tensor, recipe: Recipe, folder: NetworkFolder) -> None:
    """The same codebooks, in a .pte."""
    from executorch.exir import to_edge_transform_and_lower

    from dcmobile.executorch import DcmPartitioner

    exported = torch.export.export(module, (example,))
    lowered = to_edge_transform_and_lower(exported, partitioner=[DcmPartitioner(recipe)])
    folder.delegated.write_bytes(lowered.to_executorch().buffer)


def _spell_out(module: nn.Module) -> None:
    """Replace every parametrization by the weights that it gives."""
    for layer in module.modules():
        if parametrize.is_parametrized(layer):
            for name in list(layer.parametrizations):  # type: ignore[arg-type]
                parametrize.remove_parametrizations(layer, name, leave_parametrized=True)


def main() -> None:
    """Prepare the network that the command line names."""
    torch.set_num_threads(1)
    network = next(each for each in (*NETWORKS, *LAYERS) if each.name == sys.argv[1])
    prepare(network, network_folder(network.name))


if __name__ == "__main__":
    main()
