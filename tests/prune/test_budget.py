from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import dcmobile
from dcmobile import Compressor, Recipe
from dcmobile.errors import ModelError, RecipeError
from dcmobile.prune.budget import Candidate, choose_masks
from dcmobile.prune.costs import multiplications


def candidates(sizes: list[int], seed: int, uses: list[float]) -> list[Candidate]:
    generator = torch.Generator().manual_seed(seed)
    made = []
    for size, use in zip(sizes, uses, strict=True):
        weight = torch.randint(-4, 5, (size,), generator=generator).float()
        mask = torch.rand(size, generator=generator) < 0.7
        mask[0] = True
        made.append(Candidate(weight.abs(), weight, mask, use))
    return made


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from([1.0, 3.0, 10.0])), min_size=1, max_size=4),
    st.integers(0, 9),
    st.floats(0.01, 1),
    st.sampled_from(["weights", "multiply_adds"]),
    st.booleans(),
)
def test_the_best_for_their_cost_stay(
    layers: list[tuple[int, float]], seed: int, share: float, cost: str, regrow: bool
) -> None:
    sizes, uses = [size for size, _ in layers], [use if cost == "multiply_adds" else 1.0 for _, use in layers]
    made = candidates(sizes, seed, uses)
    limit = share * sum(size * use for size, use in zip(sizes, uses, strict=True))
    masks = choose_masks(made, cost, limit, regrow, 1.0)
    spent = sum(int(mask.sum()) * each.uses for mask, each in zip(masks, made, strict=True))
    assert all(mask.any() for mask in masks)
    assert spent <= max(limit + 0.5, sum(uses))
    kept = torch.cat([(each.score / each.uses)[mask] for mask, each in zip(masks, made, strict=True)])
    for mask, each in zip(masks, made, strict=True):
        if not regrow:
            assert not (mask & ~each.mask).any()
        gone = ~mask if regrow else each.mask & ~mask
        best = (each.score / each.uses)[gone]
        if best.numel() and int(mask.sum()) > 1 and len(made) == 1:
            assert best.max() <= kept.min()


@settings(max_examples=20)
@given(st.integers(0, 100), st.integers(0, 9))
def test_equal_weights_give_equal_masks(seed: int, other: int) -> None:
    """What ranks of a distributed run rely on."""
    first = choose_masks(candidates([40, 30], seed, [1, 1]), "weights", 12, False, 0)
    torch.manual_seed(other)
    second = choose_masks(candidates([40, 30], seed, [1, 1]), "weights", 12, False, 0)
    assert all(torch.equal(one, two) for one, two in zip(first, second, strict=True))


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.fc1 = nn.Linear(8 * 36, 60)
        self.fc2 = nn.Linear(60, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(self.fc1(self.conv(x).relu().flatten(1)).relu())  # type: ignore[no-any-return]


def small() -> Small:
    torch.manual_seed(0)
    return Small()


def supports(model: Small) -> dict[str, torch.Tensor]:
    return {name: getattr(model, name).weight.detach() != 0 for name in ("conv", "fc1", "fc2")}


def kept(model: Small) -> dict[str, int]:
    return {name: int(support.sum()) for name, support in supports(model).items()}


X = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(1))


def test_a_budget_of_weights() -> None:
    model = small()
    compressor = Compressor(model, Recipe({"*": {}}, budget={"weights": 0.05}))
    compressor.prune()
    total = 72 + 60 * 288 + 600
    assert sum(kept(model).values()) == round(0.05 * total)
    assert kept(model)["conv"] > 0.5 * 72  # LAMP spares small layers


def test_layers_with_a_density_of_their_own_are_outside_the_budget() -> None:
    model = small()
    recipe = Recipe({"fc*": {}, "fc2": {"density": 0.5}}, budget={"weights": 0.1})
    Compressor(model, recipe).prune()
    assert kept(model) == {"conv": 72, "fc1": 1728, "fc2": 300}


def test_a_budget_of_multiply_adds() -> None:
    model = small()
    assert multiplications(model, {"conv": [model.conv], "fc1": [model.fc1]}, (X,)) == {"conv": 36, "fc1": 1}
    compressor = Compressor(model, Recipe({"*": {}}, budget={"multiply_adds": 0.2, "score": "magnitude"}))
    with pytest.raises(RecipeError, match="needs example inputs"):
        compressor.prune()
    compressor.prune((X,))
    spent = kept(model)
    full = 36 * 72 + 60 * 288 + 600
    assert 0.19 * full < 36 * spent["conv"] + spent["fc1"] + spent["fc2"] <= 0.2 * full
    with pytest.raises(RecipeError, match="call prune"):
        Compressor(small(), Recipe({"*": {"bits": 3}}, budget={"multiply_adds": 0.2})).share()


def test_multiply_adds_of_what_is_neither_convolution_nor_linear() -> None:
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 3))
    compressor = Compressor(model, Recipe({"*": {}}, budget={"multiply_adds": 0.2}))
    with pytest.raises(RecipeError, match="layer '0' is Embedding: give it a density"):
        compressor.prune((torch.zeros(1, 2, dtype=torch.int64),))
    with pytest.raises(RecipeError, match="do not reach layer"):
        multiplications(model, {"1": [nn.Linear(4, 3)]}, (torch.zeros(1, 2, dtype=torch.int64),))


@pytest.mark.parametrize("limit", [1500, 3000, 6000])
def test_a_budget_of_bytes_is_near_what_the_file_takes(limit: int, tmp_path: Path) -> None:
    model = small()
    compressor = Compressor(model, Recipe({"*": {"bits": 4, "biases": "fp16"}}, budget={"bytes": limit}))
    compressor.prune()
    compressor.share()
    model.eval()
    report = compressor.export(tmp_path / "net.dcmodel", (X,))
    assert 0.85 * limit < report.bytes.weights < 1.1 * limit


def test_a_budget_of_bytes_needs_bits() -> None:
    with pytest.raises(RecipeError, match="give layer 'conv' bits"):
        Compressor(small(), Recipe({"*": {}}, budget={"bytes": 1000}))


def train(model: Small, compressor: Compressor, steps: int, rate: float = 1e-3, first: int = 0) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), rate)
    losses = []
    for step in range(first, first + steps):
        x = torch.randn(16, 1, 8, 8, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        loss = (model(x) - x.flatten(1)[:, :10]).square().mean()
        torch.autograd.backward(loss)
        optimizer.step()
        compressor.step()
        losses.append(loss.item())
    return losses


def test_a_cubic_budget_falls_to_its_end() -> None:
    model = small()
    budget = {"weights": 0.05, "schedule": "cubic", "end": 20, "every": 5}
    compressor = Compressor(model, Recipe({"*": {}}, budget=budget))
    compressor.prune()
    assert compressor.last_step == 20
    counts = []
    for step in range(5):
        counts.append(sum(kept(model).values()))
        train(model, compressor, 5, first=5 * step)
    total = 72 + 60 * 288 + 600
    expected = [round((0.05 + 0.95 * (1 - part / 4) ** 3) * total) for part in range(5)]
    assert counts == pytest.approx(expected, abs=1)


def test_fisher_scores_come_from_gradients() -> None:
    model = small()
    budget = {"weights": 0.1, "score": "fisher", "begin": 3}
    compressor = Compressor(model, Recipe({"*": {}}, budget=budget))
    compressor.prune()
    assert sum(kept(model).values()) == 72 + 60 * 288 + 600
    train(model, compressor, 3)
    assert sum(kept(model).values()) == round(0.1 * (72 + 60 * 288 + 600))
    with pytest.raises(ModelError, match="'fisher' comes from gradients"):
        Compressor(small(), Recipe({"*": {}}, budget={"weights": 0.1, "score": "fisher"})).prune()


def test_splicing_does_not_diverge() -> None:
    """At 3 %, with an optimizer whose steps are as large for idle weights as for others."""
    model = small()
    budget = {"weights": 0.03, "regrow": True, "schedule": "cubic", "end": 200, "every": 10}
    compressor = Compressor(model, Recipe({"*": {}}, budget=budget))
    compressor.prune()
    train(model, compressor, 100, 3e-3)
    middle = supports(model)
    losses = train(model, compressor, 200, 3e-3, first=100)
    assert np.mean(losses[-20:]) < np.mean(losses[:20])
    assert sum(kept(model).values()) <= round(0.03 * (72 + 60 * 288 + 600))
    assert any(bool((support & ~middle[name]).any()) for name, support in supports(model).items())
    behind: Any = model.fc1.parametrizations.weight.original  # type: ignore[union-attr]
    assert torch.equal(behind != 0, supports(model)["fc1"])  # the schedule has ended: nothing is trained behind masks


@pytest.mark.parametrize("cost", ["weights", "multiply_adds"])
def test_resuming_continues_alike(cost: str) -> None:
    budget = {cost: 0.1, "score": "fisher", "begin": 2, "schedule": "cubic", "end": 20, "every": 4, "regrow": True}
    recipe = Recipe({"*": {}}, budget=budget)
    model = small()
    compressor = Compressor(model, recipe)
    compressor.prune((X,))
    train(model, compressor, 9)
    state = copy.deepcopy(compressor.state_dict())
    expected = train(model, compressor, 20, first=9)
    fresh = small()
    resumed = Compressor(fresh, recipe)
    resumed.load_state_dict(state)
    assert train(fresh, resumed, 20, first=9) == expected
    for name, tensor in model.state_dict().items():
        assert torch.equal(fresh.state_dict()[name], tensor), name


def test_a_budget_after_training(tmp_path: Path) -> None:
    model = small().eval()
    recipe = Recipe({"*": {"bits": 5}}, budget={"weights": 0.05})
    report = dcmobile.compress(model, tmp_path / "after.dcmodel", (X,), recipe)
    sizes = {"conv": 72, "fc1": 17280, "fc2": 600}
    assert sum(round(layer.density * sizes[layer.name]) for layer in report.layers) == round(0.05 * 17952)
    compressor = Compressor(model, recipe)
    compressor.prune()
    compressor.export(tmp_path / "during.dcmodel", (X,))
    assert (tmp_path / "after.dcmodel").read_bytes() == (tmp_path / "during.dcmodel").read_bytes()


@pytest.mark.parametrize(
    ("budget", "text"),
    [
        ({}, "a budget is one of weights, bytes, multiply_adds, but it has none of them"),
        ({"weights": 0.1, "bytes": 100}, "but it has weights and bytes"),
        ({"weights": 0}, "weights is 0: it must be above 0 and at most 1"),
        ({"multiply_adds": 2}, "multiply_adds is 2"),
        ({"bytes": 0.5}, "bytes is 0.5: it must be an integer"),
        ({"weights": 0.1, "score": "random"}, "score is 'random': it must be one of magnitude, lamp, fisher"),
        ({"weights": 0.1, "schedule": "cubic"}, "schedule 'cubic' needs 'end'"),
        ({"wieghts": 0.1}, "budget: unknown setting 'wieghts': did you mean 'weights'"),
        (5, "budget: settings are a table, not int"),
    ],
)
def test_bad_budgets(budget: object, text: str) -> None:
    with pytest.raises(RecipeError, match=text):
        Recipe({"*": {}}, budget=budget)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sharing", "text"),
    [
        ({"end": 100}, "sharing: needs 'rate'"),
        ({"rate": 0.01}, "sharing: needs 'end'"),
        ({"rate": 2, "end": 100}, "sharing: rate is 2: it must be from 0 to 1"),
        ({"rate": 0.01, "end": 0}, "end is 0"),
        ({"rate": 0.01, "end": 9, "centroids": 256}, "centroids is 256: it must be an integer from 1 to 255"),
        ({"rate": 0.01, "end": 9, "codebook": "fp8"}, "codebook is 'fp8'"),
    ],
)
def test_bad_sharings(sharing: object, text: str) -> None:
    with pytest.raises(RecipeError, match=text):
        Recipe({"*": {}}, sharing=sharing)  # type: ignore[arg-type]


def test_toml_round_trip() -> None:
    recipe = Recipe(
        {"*": {"biases": "fp16"}},
        seed=3,
        budget={"weights": np.float64(0.02), "schedule": "cubic", "end": 900, "regrow": True},
        sharing={"rate": 0.002, "end": np.int64(600)},
    )
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert eval(repr(recipe), {"Recipe": Recipe}) == recipe
    assert hash(Recipe.from_toml(recipe.to_toml())) == hash(recipe)
    assert recipe != Recipe({"*": {"biases": "fp16"}}, seed=3)
