"""What the tests of faults compress, and this process made ready to fork."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

import dcmobile


def make_program(folder: Path) -> Path:
    """A program of torch.export.save, whose .dcmodel takes a moment to write; with that beside it.

    Everything is imported that a child will need.
    """
    torch.manual_seed(1)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 10)).eval()
    path = folder / "net.pt2"
    torch.export.save(torch.export.export(network, (torch.rand(2, 1, 28, 28),)), path)
    dcmobile.compress(torch.export.load(path), path.with_suffix(".dcmodel"), recipe={"*": {"bits": 8}})
    return path


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads of torch do not survive a fork, and a child that needs them hangs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
