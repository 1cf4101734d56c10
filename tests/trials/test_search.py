"""A small network end to end, with and without training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import dcmobile
from dcmobile.errors import CallError, ModelError
from dcmobile.recipe import Recipe

_GENERATOR = torch.Generator().manual_seed(0)
X = torch.randn(512, 20, generator=_GENERATOR)
Y = (X @ torch.randn(20, 4, generator=_GENERATOR)).argmax(1)
NEW = torch.randn(512, 20, generator=_GENERATOR)


@pytest.fixture(scope="module")
def trained() -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 48), nn.ReLU())
    model.append(nn.Linear(48, 4))
    _fit(model, lambda: None, steps=150)
    return model.eval()


def _fit(model: nn.Module, after_step: Callable[[], None], steps: int = 40) -> None:
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(steps):
        batch = torch.randint(0, len(X), (64,))
        optimizer.zero_grad()
        loss: Any = F.cross_entropy(model(X[batch]), Y[batch])
        loss.backward()
        optimizer.step()
        after_step()


def _train(compressor: dcmobile.Compressor) -> None:
    _fit(compressor.model, compressor.step)


def _error(network: Callable[..., Any]) -> float:
    """Per cent."""
    return 100 - 100 * float((network(X).argmax(1) == Y).float().mean())


def _search(model: nn.Module, path: Path, target: str | int, **settings: Any) -> dcmobile.SearchResult:
    how: dict[str, Any] = {"calibration": NEW[:12].numpy(), "train_fn": _train, "evaluate": _error} | settings
    return dcmobile.search(model, how.pop("train_fn"), how.pop("evaluate"), target, path, (X[:1],), **how)


def test_a_size_is_kept_and_training_makes_up_for_it(trained: nn.Module, tmp_path: Path) -> None:
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    found = _search(trained, tmp_path / "net.dcmodel", "1.7 kB", folder=tmp_path / "work")
    assert (tmp_path / "net.dcmodel").stat().st_size == found.file_bytes <= 1700
    assert found.file_bytes > 1450  # not far below what was asked
    with dcmobile.load(tmp_path / "net.dcmodel") as model:
        assert found.error == pytest.approx(_error(model))
    untrained = _search(trained, tmp_path / "other", "1.7 kB", train_fn=lambda compressor: None)
    assert found.error < untrained.error - 3
    assert found.dense_error == _error(trained)
    assert Recipe.load(tmp_path / "work" / "recipe.toml") == found.recipe
    assert all(torch.equal(value, before[name]) for name, value in trained.state_dict().items())


def test_an_error_is_kept_in_few_bytes(trained: nn.Module, tmp_path: Path) -> None:
    found = _search(trained, tmp_path / "net", "max_error=2", trials=4, folder=tmp_path / "work")
    assert found.error <= found.dense_error + 2
    assert len(found.trials) <= 4
    assert found.file_bytes == min(t.file_bytes for t in found.trials if t.error <= found.dense_error + 2)
    assert found.ratio > 4
    picture = ElementTree.fromstring((tmp_path / "work" / "pareto.svg").read_text())
    circles = [each for each in picture.iter() if each.tag.endswith("circle")]
    assert len(circles) == len(found.trials)
    assert any(f"{found.file_bytes:,} bytes" in (each[0].text or "") for each in circles)


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("killed_at", [1, 4])
def test_what_goes_on_after_a_kill_gives_the_same_bytes(killed_at: int, trained: nn.Module, tmp_path: Path) -> None:
    calls = 0
    killing = False

    def train(compressor: dcmobile.Compressor) -> None:
        nonlocal calls
        calls += 1
        if killing and calls == killed_at:
            _fit(compressor.model, compressor.step, steps=7)
            raise _KilledError
        _train(compressor)

    settings: dict[str, Any] = {"target": "max_error=3", "trials": 2}
    whole = _search(trained, tmp_path / "whole", train_fn=train, **settings)
    assert whole.trials[0].asked != whole.trials[1].asked
    needed, calls, killing, path = calls, 0, True, tmp_path / "net"
    assert needed >= 4  # two a trial
    with pytest.raises(_KilledError):
        _search(trained, path, train_fn=train, folder=tmp_path / "work", **settings)
    assert not path.exists()
    again = _search(trained, path, train_fn=train, folder=tmp_path / "work", **settings)
    assert calls == needed + 1  # the one that was killed
    assert path.read_bytes() == (tmp_path / "whole").read_bytes()
    assert again.trials == whole.trials
    assert not list((tmp_path / "work").glob("*/*.pt"))


def test_another_seed_does_not_take_up_what_was_done(trained: nn.Module, tmp_path: Path) -> None:
    calls: list[int] = []

    def train(compressor: dcmobile.Compressor) -> None:
        calls.append(1)

    for seed in (0, 1, 1):
        _search(trained, tmp_path / "net", 4000, train_fn=train, seed=seed, folder=tmp_path / "work")
    assert len(calls) == 4


def test_without_training_layers_make_up_for_their_errors(trained: nn.Module, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"train_fn": None, "calibration": NEW[:90].numpy()}
    found = _search(trained, tmp_path / "net", 5000, evaluate=None, **settings)
    assert found.file_bytes <= 5000
    assert found.recipe.compensation is not None
    assert 0 < found.error < 0.1
    assert found.dense_error == 0
    judged = _search(trained, tmp_path / "judged", 5000, **settings)
    assert judged.error == pytest.approx(_error(dcmobile.load(tmp_path / "judged")))
    program = torch.export.export(trained, (X[:1],))
    again = dcmobile.search(program, None, None, "5 kB", tmp_path / "program", calibration=NEW[:90].numpy())
    assert again.error == pytest.approx(found.error, rel=0.2)
    small = _search(trained, tmp_path / "small", "max_error=0.02", evaluate=None, trials=3, **settings)
    assert small.error <= 0.02


@pytest.mark.parametrize(
    ("target", "settings", "text"),
    [
        ("30 parsecs", {}, "'30 parsecs' is no target: write a size (30 KB, 2MB, 120000) or max_error=0.0"),
        ("max_error=-1", {}, "the error is a number, 0 or more"),
        ("max_error=many", {}, "the error is a number, 0 or more"),
        ("max_error=nan", {}, "the error is a number, 0 or more"),
        (0, {}, "is no size"),
        (2.5, {}, "a target is a text or bytes, not float"),
        ("900", {}, "the target size of 900 bytes cannot be reached"),
        ("max_error=0", {"evaluate": lambda network: 0.0 if isinstance(network, nn.Module) else 1.0}, "no file has an"),
        ("3kB", {"trials": 0}, "trials is 0"),
        ("3kB", {"evaluate": None}, "a search with training needs evaluate"),
        ("3kB", {"train_fn": None, "calibration": None}, "a search without training needs calibration inputs"),
    ],
)
def test_refuses(target: Any, settings: dict[str, Any], text: str, trained: nn.Module, tmp_path: Path) -> None:
    how = {"train_fn": lambda compressor: None, "trials": 2} | settings
    with pytest.raises(CallError) as error:
        _search(trained, tmp_path / "net", target, **how)
    assert text in str(error.value)
    assert not (tmp_path / "net").exists()


def test_refuses_to_train_a_program_and_to_judge_by_nothing(trained: nn.Module, tmp_path: Path) -> None:
    program = torch.export.export(trained, (X[:1],))
    with pytest.raises(CallError, match="a program cannot be trained"):
        dcmobile.search(program, _train, _error, 3000, tmp_path / "net")
    with pytest.raises(CallError, match="needs example_inputs"):
        dcmobile.search(trained, _train, _error, 3000, tmp_path / "net")
    with pytest.raises(ModelError, match="evaluate gave nan"):
        _search(trained, tmp_path / "net", 3000, evaluate=lambda network: float("nan"))
