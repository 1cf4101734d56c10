"""What is timed: folding changes no result, recipes fit, layers and symbols are what they should be."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.fold import fold_batch_norms
from benchmarks.huffman import _gaps_and_codes
from benchmarks.layers import LAYERS
from benchmarks.networks import NETWORKS, Network
from dcmobile import _native, zoo


def test_folded_network_computes_the_same() -> None:
    module, (example,) = zoo.build("mobilenet_v2")
    with torch.inference_mode():
        expected = module(example)
        folded = fold_batch_norms(module)
        output = folded(example)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded.modules())
    assert not any(layer.training for layer in folded.modules())
    assert (output - expected).abs().max() <= 1e-4 * expected.abs().max()


@pytest.mark.parametrize("network", [each for each in NETWORKS if each.name != "vgg16"], ids=lambda each: each.name)
def test_recipes_name_layers_that_exist(network: Network) -> None:
    module, example = network.build()
    recipe = network.recipe(module)
    layers = [name for name, each in module.named_modules() if isinstance(each, nn.Linear | nn.Conv2d)]
    recipe.check_patterns(layers)
    settings = [recipe.for_module(name) for name in layers]
    assert all(each is not None and each.bits is not None for each in settings)
    assert example.shape[0] == 1


def test_fifteen_percent_leaves_the_first_and_depthwise_layers_dense() -> None:
    network = next(each for each in NETWORKS if each.name == "mobilenet_v2")
    module, _ = network.build()
    recipe = network.recipe(module)
    convolutions = [(name, each) for name, each in module.named_modules() if isinstance(each, nn.Conv2d)]
    dense = [name for name, _ in convolutions if (each := recipe.for_module(name)) and each.density is None]
    assert dense == [name for name, each in convolutions if each.groups > 1 or each.in_channels == 3]


@pytest.mark.parametrize("batch", [1, 64])
def test_layers_take_what_comes_out_of_a_relu(batch: int) -> None:
    layer = next(each for each in LAYERS if each.name == f"alexnet.fc8.b{batch}")
    module, values = layer.build()
    assert values.shape == (batch, 4096)
    assert 0.45 < (values == 0).float().mean() < 0.55
    layer.recipe(module).check_patterns(["0"])


@pytest.mark.parametrize("density", [0.5, 0.05, 0.002])
def test_symbols_are_those_of_the_file(density: float) -> None:
    random = np.random.default_rng(1)
    codes = np.where(random.random(50_000) < density, random.integers(1, 33, 50_000), 0).astype(np.uint16)
    encoded = _native.encode_sparse(codes, 32)
    assert encoded is not None
    gaps, symbols = _gaps_and_codes(codes, encoded.gap_bits)
    for found, expected in ((gaps, encoded.gaps), (symbols, encoded.codes)):
        share = np.bincount(found) / found.size
        share = share[share > 0]
        assert found.size == expected.symbols
        assert -(share * np.log2(share)).sum() * found.size == pytest.approx(expected.entropy_bits)
