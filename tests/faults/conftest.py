"""What the tests of faults damage: a small exported program, and this process ready to fork."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

import dcmobile


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program of torch.export.save, whose file takes a moment to write."""
    torch.manual_seed(1)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 10)).eval()
    path = tmp_path_factory.mktemp("program") / "net.pt2"
    torch.export.save(torch.export.export(network, (torch.rand(2, 1, 28, 28),)), path)
    # Everything is imported that a child will need.
    dcmobile.compress(torch.export.load(path), path.with_suffix(".dcmodel"), recipe={"*": {"bits": 8}})
    return path


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of torch do not survive a fork, and a child that needs them hangs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
