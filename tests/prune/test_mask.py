from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import parametrize

from dcmobile.prune import Mask


def masked_linear(regrow: bool = False) -> tuple[nn.Linear, Mask, nn.Parameter]:
    layer = nn.Linear(3, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, -2.0, 3.0], [0.5, -0.25, 4.0]]))
    mask = Mask(layer.weight, regrow)
    parametrize.register_parametrization(layer, "weight", mask)
    original = layer.parametrizations.weight.original  # type: ignore[union-attr]
    assert isinstance(original, nn.Parameter)
    mask.choose(original, 0.5)
    return layer, mask, original


def test_weight_is_zero_where_pruned() -> None:
    layer, mask, _ = masked_linear()
    torch.testing.assert_close(layer.weight, torch.tensor([[0.0, -2, 3], [0, 0, 4]]))
    assert mask.density == 0.5


def test_gradient_reaches_only_what_is_kept() -> None:
    layer, mask, original = masked_linear()
    layer(torch.ones(1, 3)).sum().backward()
    torch.testing.assert_close(original.grad, mask.mask.float())


def test_straight_through_gradient_reaches_everything() -> None:
    layer, mask, original = masked_linear(regrow=True)
    layer(torch.ones(1, 3)).sum().backward()
    torch.testing.assert_close(original.grad, torch.ones(2, 3))
    with torch.no_grad():
        original[0, 0] = 9
    mask.choose(original, 0.5)
    torch.testing.assert_close(layer.weight, torch.tensor([[9.0, 0, 3], [0, 0, 4]]))
    mask.zero_pruned(original)
    assert original[0, 1] == -2  # goes on behind the mask


def test_masks_only_shrink() -> None:
    layer, mask, original = masked_linear()
    with torch.no_grad():
        original.fill_(1)
        original[0, 0] = 9  # pruned
    mask.choose(original, 0.5)
    torch.testing.assert_close(layer.weight, torch.tensor([[0.0, 1, 1], [0, 0, 1]]))
    mask.choose(original, 0.3)
    torch.testing.assert_close(layer.weight, torch.tensor([[0.0, 1, 1], [0, 0, 0]]))


def test_zero_pruned_undoes_momentum() -> None:
    layer, mask, original = masked_linear()
    with torch.no_grad():
        original.add_(1)
    mask.zero_pruned(original)
    torch.testing.assert_close(original, torch.tensor([[0.0, -1, 4], [0, 0, 5]]))
    torch.testing.assert_close(layer.weight, original)


def test_state_dict_holds_mask_and_step() -> None:
    layer, mask, _ = masked_linear()
    mask.step = 12
    other, other_mask, _ = masked_linear()
    other_mask.mask.fill_(True)
    other.load_state_dict(layer.state_dict())
    assert other_mask.step == 12
    assert torch.equal(other_mask.mask, mask.mask)
