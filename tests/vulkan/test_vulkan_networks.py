"""Whole networks on Vulkan give what the CPU gives, and the validation layer has nothing to say.

``make test`` runs the golden files and some networks; ``make test-vulkan`` every network of the zoo, with its trained
weights where there are any.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from vulkan_drivers import DRIVERS, MISSING, run_python

import dcmobile
from dcmobile import Recipe, zoo
from dcmobile.zoo import trained
from dcmobile.zoo.recipes import paper_recipe

_RUN = str(Path(__file__).with_name("run_on_device.py"))
_GOLDEN = Path(__file__).parents[1] / "golden"
_SOME = ("mobilenet_v2", "mtcnn_onet", "ppocr_direction", "transformer_encoder", "crepe_tiny")
_NETWORKS = sorted(zoo.names()) if os.environ.get("DCMOBILE_LARGE_NETWORKS") else _SOME

#: Of the largest output.
TOLERANCE = 1e-3

pytestmark = [
    pytest.mark.skipif(not DRIVERS, reason=MISSING),
    pytest.mark.parametrize("driver", DRIVERS or ["none"]),
]


def _compare(driver: str, folder: Path, validated: bool = True) -> dict[str, Any]:
    """Runs all files of the folder; returns the lines by name."""
    lines = {}
    for line in run_python(driver, _RUN, str(folder), validated=validated).splitlines():
        if line.startswith("{"):
            result = json.loads(line)
            lines[result["name"]] = result
    return lines


def _check(result: dict[str, Any]) -> None:
    assert result["report"]["fallback"] == "", result
    assert result["report"]["ops_placed"] > 0, result
    assert result["finite"], result
    assert result["error"] <= TOLERANCE, result


def test_golden_files(driver: str, tmp_path: Path) -> None:
    names = sorted(path.stem for path in _GOLDEN.glob("*.dcmodel"))
    for name in names:
        shutil.copy(_GOLDEN / f"{name}.dcmodel", tmp_path)
        with np.load(_GOLDEN / f"{name}.npz") as held:
            inputs: dict[str, Any] = {
                key.replace("input", "in"): held[key] for key in held.files if key.startswith("input")
            }
        np.savez(tmp_path / f"{name}.npz", **inputs)
    results = _compare(driver, tmp_path)
    assert sorted(results) == names
    for result in results.values():
        _check(result)


def _network(name: str) -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    """With its trained weights, if there are any."""
    network, example = zoo.build(name)
    return (trained.load(name) if name in trained.names() else network), example


@pytest.fixture(scope="module", params=_NETWORKS)
def compressed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one network of the zoo, for all drivers."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    network, example = _network(name)
    recipe = paper_recipe(name) if name in ("alexnet", "vgg16") else Recipe({"*": {"density": 0.3, "bits": 6}})
    dcmobile.compress(network, folder / f"{name}.dcmodel", example, recipe)
    inputs: dict[str, Any] = {f"in{i}": value.float().numpy() for i, value in enumerate(example)}
    np.savez(folder / f"{name}.npz", **inputs)
    return folder


@pytest.mark.slow
def test_networks_of_the_zoo(driver: str, compressed: Path, record_property: Callable[[str, object], None]) -> None:
    (result,) = _compare(driver, compressed).values()
    record_property("result", result)  # for --junitxml
    _check(result)
