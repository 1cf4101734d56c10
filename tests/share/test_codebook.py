from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from dcmobile.share import Codebook


def shared(layer: nn.Module, codes: torch.Tensor, centroids: torch.Tensor) -> tuple[Codebook, nn.Parameter]:
    codebook = Codebook(codes, tuple(layer.weight.shape), centroids.numel())  # type: ignore[arg-type]
    parametrize.register_parametrization(layer, "weight", codebook, unsafe=True)
    listed: Any = layer.parametrizations
    original = listed.weight.original
    with torch.no_grad():
        original.copy_(centroids)
    return codebook, original


def test_weight_is_looked_up() -> None:
    layer = nn.Linear(3, 2)
    _, original = shared(layer, torch.tensor([0, 1, 2, 2, 0, 1]), torch.tensor([0.5, -1.0]))
    torch.testing.assert_close(layer.weight, torch.tensor([[0.0, 0.5, -1.0], [-1.0, 0.0, 0.5]]))
    assert [tuple(parameter.shape) for parameter in layer.parameters()] == [(2,), (2,)]
    assert isinstance(original, nn.Parameter)


def test_gradient_is_the_papers_equation_3_by_hand() -> None:
    """Section 3.3: dL/dC_k = sum over i, j of dL/dW_ij where I_ij = k. Here L = sum(W x), so dL/dW_ij = x_j."""
    layer = nn.Linear(3, 2, bias=False)
    codes = torch.tensor([[0, 1, 2], [2, 2, 1]])
    _, original = shared(layer, codes, torch.tensor([0.5, -1.0]))
    layer(torch.tensor([[2.0, 3.0, 5.0]])).sum().backward()
    # Centroid 1 stands at (0, 1) and (1, 2): 3 + 5. Centroid 2 at (0, 2), (1, 0) and (1, 1): 5 + 2 + 3.
    torch.testing.assert_close(original.grad, torch.tensor([8.0, 10.0]))


@pytest.mark.parametrize("pruned", [True, False])
@pytest.mark.parametrize("kind", ["linear", "conv"])
def test_gradient_is_autograds(kind: str, pruned: bool) -> None:
    torch.manual_seed(3)
    layer: nn.Module = nn.Linear(20, 30) if kind == "linear" else nn.Conv2d(4, 6, 3)
    x = torch.randn(5, 20) if kind == "linear" else torch.randn(2, 4, 7, 7)
    codes = torch.randint(0 if pruned else 1, 17, layer.weight.shape)  # type: ignore[arg-type]
    centroids = torch.randn(16)
    _, original = shared(layer, codes, centroids)
    torch.autograd.backward(layer(x).square().sum())

    plain = centroids.clone().requires_grad_()
    weight = torch.cat((torch.zeros(1), plain))[codes]
    output = (
        nn.functional.linear(x, weight, layer.bias) if kind == "linear" else nn.functional.conv2d(x, weight, layer.bias)  # type: ignore[arg-type]
    )
    torch.autograd.backward(output.square().sum())
    torch.testing.assert_close(layer.weight, weight, rtol=0, atol=0)
    torch.testing.assert_close(original.grad, plain.grad)


def test_gradcheck() -> None:
    codebook = Codebook(torch.tensor([0, 1, 2, 2, 0, 3]), (2, 3), 3)
    assert torch.autograd.gradcheck(codebook, (torch.randn(3, dtype=torch.float64, requires_grad=True),))


def test_a_tiny_net_trains_like_its_shared_weights() -> None:
    """Steps of SGD on the centroids against steps on equation 3, worked out from the gradient of a plain weight."""
    torch.manual_seed(0)
    layer = nn.Linear(4, 3)
    codes = torch.tensor([0, 1, 2, 3, 1, 1, 0, 2, 3, 3, 2, 1])
    centroids = torch.tensor([-0.5, 0.25, 1.0])
    x, y = torch.randn(8, 4), torch.randn(8, 3)
    bias = layer.bias.detach().clone()
    _, original = shared(layer, codes, centroids)
    optimizer = torch.optim.SGD([original], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        (layer(x) - y).square().mean().backward()
        optimizer.step()

        weight = torch.cat((torch.zeros(1), centroids))[codes].view(3, 4).requires_grad_()
        torch.autograd.backward(((x @ weight.T + bias) - y).square().mean())
        assert weight.grad is not None
        for k in range(3):
            centroids[k] -= 0.1 * weight.grad.flatten()[codes == k + 1].sum()
        torch.testing.assert_close(original.detach(), centroids)


def test_buffers_are_small_and_hold_256_centroids() -> None:
    assert Codebook(torch.arange(256).remainder(256), (16, 16), 255).codes.dtype == torch.uint8
    full = Codebook(torch.arange(1, 257), (16, 16), 256)
    assert full.codes.dtype == torch.int16
    torch.testing.assert_close(full(torch.arange(256.0)), torch.arange(256.0).view(16, 16))


def test_assigning_a_weight_averages_it_over_each_centroids_members() -> None:
    layer = nn.Linear(3, 2)
    _, original = shared(layer, torch.tensor([0, 1, 2, 2, 0, 1]), torch.zeros(2))
    layer.weight = torch.tensor([[9.0, 1, 2], [4, 9, 5]])
    torch.testing.assert_close(original.detach(), torch.tensor([3.0, 3.0]))


def test_state_dict_and_deepcopy() -> None:
    layer = nn.Linear(3, 2)
    shared(layer, torch.tensor([0, 1, 2, 2, 0, 1]), torch.tensor([0.5, -1.0]))
    state = layer.state_dict()
    assert set(state) == {"bias", "parametrizations.weight.original", "parametrizations.weight.0.codes"}

    other = nn.Linear(3, 2)
    shared(other, torch.tensor([1, 1, 1, 2, 2, 2]), torch.zeros(2))
    other.load_state_dict(state)
    torch.testing.assert_close(other.weight, layer.weight)

    twin = copy.deepcopy(layer)
    with torch.no_grad():
        twin.parametrizations.weight.original.zero_()  # type: ignore[union-attr, operator]
    assert layer.weight.abs().sum() > 0
