from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from measured_networks import NETWORKS
from torch import nn

import dcmobile
from dcmobile.errors import CallError, FileError


class Unequal(nn.Module):
    """Its large layer hardly matters to the output, its small one is all that matters."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.vital = nn.Linear(32, 32)
        self.idle = nn.Linear(32, 512)
        self.join = nn.Linear(512, 32)
        with torch.no_grad():
            self.join.weight.mul_(0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.vital(x) + self.join(torch.relu(self.idle(x)))
        return result


X = torch.randn(64, 32, generator=torch.Generator().manual_seed(0))


def _error(path: Path) -> float:
    with torch.no_grad():
        expected = Unequal().eval()(X)
    with dcmobile.load(path) as model:
        result = model(X)
    return float((result - expected).square().sum() / (expected - expected.mean()).square().sum())


def test_a_target_size_beats_the_same_bits_everywhere(tmp_path: Path) -> None:
    uniform, measured = tmp_path / "uniform", tmp_path / "measured"
    for bits in (5, 3):
        report = dcmobile.compress(Unequal().eval(), uniform, (X[:1],), {"*": {"bits": bits}})
        size = report.file_bytes
        found = dcmobile.compress(Unequal().eval(), measured, (X[:1],), target_size=size, calibration=X[:12].numpy())
        assert measured.stat().st_size == found.file_bytes <= size
        assert found.predicted_error is not None
        assert found.predicted_error == pytest.approx(_error(measured), rel=0.6)
        assert _error(measured) < 0.3 * _error(uniform)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_file_never_exceeds_the_target(name: str, tmp_path: Path) -> None:
    model, example = NETWORKS[name]()
    cache = tmp_path / "cache"
    metadata = {"made by": "a test", "long": "x" * 300}
    found = dcmobile.sensitivity(model, None, example, cache=cache, metadata=metadata)
    largest = found.choose(max_error=0).file_bytes
    for size in np.linspace(found.smallest_size, largest + 100, 4).astype(int):
        path = tmp_path / "net.dcmodel"
        report = dcmobile.compress(model, path, example, metadata=metadata, target_size=int(size), cache=cache)
        assert path.stat().st_size == report.file_bytes <= size
    assert report.predicted_error == 0.0


def test_what_is_too_small_is_said_and_nothing_written(tmp_path: Path) -> None:
    model, example = NETWORKS["branches"]()
    with pytest.raises(CallError, match="target size of 500 bytes cannot be reached: the smallest file without"):
        dcmobile.compress(model, tmp_path / "net.dcmodel", example, target_size=500)
    assert list(tmp_path.iterdir()) == []


def test_the_recipe_gives_the_same_file(tmp_path: Path) -> None:
    model, example = NETWORKS["branches"]()
    found = dcmobile.sensitivity(model, None, example)
    choice = found.choose(found.smallest_size + 700)
    choice.recipe.save(tmp_path / "r.toml")
    dcmobile.compress(model, tmp_path / "a", example, dcmobile.Recipe.load(tmp_path / "r.toml"))
    dcmobile.compress(model, tmp_path / "b", example, target_size=choice.file_bytes)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_size_is_spent_where_one_step_of_a_layer_is_much_of_it(tmp_path: Path) -> None:
    found = dcmobile.sensitivity(Unequal().eval(), X[:12].numpy(), (X[:1],), compensate=False)
    size = 9000
    choice = found.choose(size)
    assert choice.file_bytes < 0.97 * size
    for calibration, compensate in ((X[:12].numpy(), False), (X[:60].numpy(), True)):
        path = tmp_path / "net"
        report = dcmobile.compress(
            Unequal().eval(), path, (X[:1],), target_size=size, calibration=calibration, compensate=compensate
        )
        assert size - 48 <= report.file_bytes <= size
        assert report.predicted_error is not None
        assert report.predicted_error < choice.error


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"target_size": 1000, "recipe": {"*": {"bits": 4}}}, "exclude each other"),
        ({"calibration": X.numpy(), "compensate": False}, "calibration inputs are for nothing"),
        ({"recipe": dcmobile.Recipe({"*": {"bits": 4}}, compensation={})}, "give calibration inputs"),
        ({"target_size": 5000, "calibration": X[:, :5].numpy()}, "they must be [samples, 32]"),
    ],
)
def test_refuses(settings: dict[str, Any], text: str, tmp_path: Path) -> None:
    with pytest.raises(CallError) as error:
        dcmobile.compress(Unequal().eval(), tmp_path / "net", (X[:1],), **settings)
    assert text in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_cannot_be_written_is_told_before_the_scan(tmp_path: Path) -> None:
    stages = []
    with pytest.raises(FileError):
        dcmobile.compress(
            Unequal().eval(), tmp_path / "no" / "net", (X[:1],), target_size=9000, progress=lambda *s: stages.append(s)
        )
    assert stages == []


def test_progress_tells_every_layer() -> None:
    stages = []
    dcmobile.sensitivity(Unequal().eval(), None, (X[:1],), samples=2, progress=lambda *stage: stages.append(stage))
    assert [stage for stage in stages if stage[0] == "scan"] == [("scan", done, 3) for done in range(4)]


def test_values_beyond_float16_stay_in_fp32(tmp_path: Path) -> None:
    first, second = nn.Linear(16, 16), nn.Linear(16, 4)
    with torch.no_grad():
        first.weight.mul_(1e6)
        second.bias.fill_(1e5)
    model = nn.Sequential(first, second).eval()
    report = dcmobile.compress(model, tmp_path / "net", (X[:1, :16],), target_size=1900)
    assert report.file_bytes <= 1900
    with torch.no_grad():
        expected = model(X[:, :16])
    result = dcmobile.load(tmp_path / "net")(X[:, :16].contiguous())
    assert float((result - expected).abs().max()) < 0.2 * float(expected.abs().max())
