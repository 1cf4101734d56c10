"""Exported programs and compressed files, made once a session."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from example_networks import Brightest, Digits, Siblings, export
from terminal import interruptible  # noqa: F401

import dcmobile


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's files are; tests do not write here."""
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="session")
def digits(folder: Path) -> Path:
    """The exported program of ``Digits``."""
    torch.manual_seed(1)
    return export(Digits().eval(), (torch.rand(1, 1, 28, 28),), folder / "digits.pt2")


@pytest.fixture(scope="session")
def digits_file(digits: Path, folder: Path) -> Path:
    """``Digits`` with a tenth of its weights and 16 values a layer."""
    path = folder / "digits.dcmodel"
    dcmobile.compress(torch.export.load(digits), path, recipe={"*": {"density": 0.1, "bits": 4}})
    return path


@pytest.fixture(scope="session")
def siblings_file(folder: Path) -> Path:
    """``Siblings``, shared without pruning."""
    torch.manual_seed(2)
    path = folder / "siblings.dcmodel"
    dcmobile.compress(Siblings().eval(), path, example_inputs=(torch.rand(1, 6), torch.rand(1, 3)))
    return path


@pytest.fixture(scope="session")
def brightest(folder: Path) -> Path:
    """The exported program of ``Brightest``, for pictures of 8x8."""
    return export(Brightest().eval(), (torch.rand(1, 3, 8, 8),), folder / "brightest.pt2")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures in a .npy file."""
    path = tmp_path / "x.npy"
    np.save(path, np.random.default_rng(0).random((3, 1, 28, 28), np.float32))
    return path
