from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dcmobile.errors import ModelError
from dcmobile.prune.magnitude import exchanged
from dcmobile.prune.scores import score_of

weights = hnp.arrays("float32", hnp.array_shapes(max_dims=2, max_side=6), elements=st.floats(-100, 100, width=32))


@given(weights)
def test_lamp_is_its_definition(values: object) -> None:
    weight = torch.from_numpy(values)
    score = score_of("lamp", "fc", weight, None).flatten()
    squares = weight.flatten().double().square()
    order = sorted(range(squares.numel()), key=lambda index: (-float(squares[index]), index))
    total = 0.0
    for index in order:
        total += float(squares[index])
        expected = float(squares[index]) / total if total > 0 else 0.0
        assert float(score[index]) == pytest.approx(expected, rel=1e-5)


@given(weights)
def test_lamp_orders_a_layer_as_magnitudes_do(values: object) -> None:
    weight = torch.from_numpy(values).flatten()
    score = score_of("lamp", "fc", weight, None)
    order = torch.sort(weight.abs(), descending=True, stable=True).indices
    assert (score[order].diff() <= 0).all()


def test_fisher_is_the_loss_that_losing_a_weight_costs() -> None:
    """A quadratic loss of independent weights: exactly half of w^2 times its curvature."""
    weight, curvature = torch.tensor([2.0, -3.0, 0.5]), torch.tensor([1.0, 0.25, 8.0])
    score = score_of("fisher", "fc", weight, curvature)
    lost = curvature * weight.square() / 2
    torch.testing.assert_close(score, lost)


@pytest.mark.parametrize("squares", [None, torch.zeros(2)])
def test_fisher_needs_gradients(squares: torch.Tensor | None) -> None:
    with pytest.raises(ModelError, match="layer 'fc': the score 'fisher' comes from gradients"):
        score_of("fisher", "fc", torch.ones(2), squares)


masks = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=30)


@given(masks, st.floats(0, 1))
def test_an_exchange_keeps_the_count_and_its_bound(cells: list[tuple[bool, bool, int]], share: float) -> None:
    old, wanted = (torch.tensor([cell[index] for cell in cells], dtype=torch.bool) for index in (0, 1))
    score = torch.tensor([cell[2] for cell in cells], dtype=torch.float32)
    new = exchanged(score, old, wanted, share)
    newcomers = int((wanted & ~old).sum())
    allowed = min(newcomers, int(share * int(wanted.sum())))
    assert int((new & ~old).sum()) == allowed
    refused, leaving = newcomers - allowed, int((old & ~wanted).sum())
    assert int(new.sum()) == int(wanted.sum()) - max(0, refused - leaving)
    assert not (new & ~old & ~wanted).any()
    if (new & ~old).any() and (wanted & ~new).any():  # the best newcomers came
        assert score[new & ~old].min() >= score[wanted & ~new].max()
