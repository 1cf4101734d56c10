from __future__ import annotations

import copy
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import dcmobile
from dcmobile import Compressor, Recipe
from dcmobile.fileformat import read_file
from dcmobile.prune.mask import Mask


class Residual(nn.Module):
    """Norms that can be folded and norms that cannot."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(2, 6, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, groups=2)
        self.bn2 = nn.BatchNorm2d(6, affine=False)
        self.after_relu = nn.BatchNorm2d(6)
        self.twice = nn.Conv2d(6, 6, 1)
        self.bn3 = nn.BatchNorm2d(6)
        self.fc = nn.Linear(6, 4)
        self.bn4 = nn.BatchNorm1d(4)
        self.tokens = nn.Linear(4, 4)
        self.bn5 = nn.BatchNorm1d(4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.after_relu(F.relu(x + self.bn2(self.conv2(x))))
        x = self.twice(self.bn3(self.twice(x)))
        x = self.bn4(self.fc(x.mean((2, 3))))
        x = self.bn5(self.tokens(x[:, None].expand(-1, 4, -1)))  # its channels are no outputs of the layer
        return x.flatten(1)


Network = TypeVar("Network", bound=nn.Module)

X = (torch.randn(3, 2, 5, 5, generator=torch.Generator().manual_seed(1)),)


def trained(model: Network) -> Network:
    """With statistics, factors and terms of its own."""
    torch.manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            if module.affine:
                nn.init.uniform_(module.weight, -1.5, 1.5)
                nn.init.normal_(module.bias)
    model.eval()
    return model


def test_the_model_computes_what_it_did() -> None:
    model = trained(Residual())
    expected = copy.deepcopy(model)(*X)
    model.after_relu.train()
    assert dcmobile.fold_batch_norms(model, X) == ("bn1", "bn2", "bn4")
    assert [name for name, module in model.named_modules() if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d)] == [
        "after_relu",
        "bn3",
        "bn5",
    ]
    assert [name for name, module in model.named_modules() if module.training] == ["after_relu"]
    model.eval()
    torch.testing.assert_close(model(*X), expected, rtol=1e-5, atol=1e-5)
    assert isinstance(model.conv1.bias, nn.Parameter)
    assert dcmobile.fold_batch_norms(model, X) == ()


def small() -> nn.Sequential:
    layers = (nn.Conv2d(2, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 4, 3), nn.BatchNorm2d(4))
    return nn.Sequential(*layers, nn.Flatten())


def test_masks_stay_and_know_the_new_gradients(tmp_path: Path) -> None:
    model = trained(small())
    layers = {"0": {"density": 0.5, "biases": "fp32"}, "3": {"density": 0.5, "bits": 3, "biases": "fp32"}}
    compressor = Compressor(model, Recipe(layers, sharing={"rate": 0.001, "end": 5}))
    compressor.prune()
    density = compressor.layers()[0].density
    mask = model[0].parametrizations["weight"][0]  # type: ignore[index]
    assert isinstance(mask, Mask)
    assert mask.squares is not None

    def gradient() -> torch.Tensor:
        model.zero_grad()
        model(*X).square().sum().backward()
        found = compressor._layers[0].parameter.grad
        assert found is not None
        return found.clone()

    mask.squares.copy_(gradient().square())
    expected = model(*X)
    assert dcmobile.fold_batch_norms(model, X) == ("1", "4")
    torch.testing.assert_close(model(*X), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(mask.squares, gradient().square(), rtol=1e-4, atol=1e-6)
    assert compressor.layers()[0].density == density

    compressor.share()
    state = compressor.state_dict()
    compressor.export(tmp_path / "net.dcmodel", X)
    assert [op.kind for op in read_file(tmp_path / "net.dcmodel").graph.ops] == ["Conv2d", "Conv2d", "Flatten"]
    with torch.no_grad():
        np.testing.assert_allclose(dcmobile.load(tmp_path / "net.dcmodel")(X[0].numpy()), model(*X), atol=1e-5)

    fresh = small().eval()
    again = Compressor(fresh, compressor.recipe)
    dcmobile.fold_batch_norms(fresh, X)
    again.load_state_dict(state)
    assert torch.equal(fresh(*X), model(*X))


def test_a_norm_behind_a_codebook_stays() -> None:
    model = trained(small())
    compressor = Compressor(model, {"3": {"bits": 3}})
    compressor.share()
    expected = model(*X)
    assert dcmobile.fold_batch_norms(model, X) == ("1",)
    torch.testing.assert_close(model(*X), expected, rtol=1e-5, atol=1e-5)
