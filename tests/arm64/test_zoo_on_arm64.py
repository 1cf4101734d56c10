"""Every network of the zoo on 64-bit Arm: dcmobile-bench under qemu beside the runtime of this machine.

``make test-arm64`` builds the program and says on which of qemu's processors it runs; elsewhere they are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import dcmobile
from dcmobile import Recipe, zoo
from dcmobile.zoo.recipes import paper_recipe

_BENCH = Path(__file__).parents[2] / "build/linux-arm64/runtime/bench/dcmobile-bench"
_CPUS = os.environ.get("DCMOBILE_ARM64_CPUS", "").split()
_NETWORKS = os.environ.get("DCMOBILE_ARM64_NETWORKS", "").split() or sorted(zoo.names())

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not _CPUS, reason="make test-arm64 runs it")]

Values = npt.NDArray[np.float32]


def _recipe(name: str) -> Recipe:
    """The paper's where it has one; else about its densities, so that an emulator can run the network."""
    return paper_recipe(name) if name in ("alexnet", "vgg16") else Recipe({"*": {"density": 0.25, "bits": 5}})


def _run_emulated(path: Path, cpu: str, inputs: list[Values], output_sizes: list[int]) -> tuple[list[Values], Any]:
    """The outputs and the program's own report."""
    folder = path.parent
    for i, value in enumerate(inputs):
        value.tofile(folder / f"in{i}")
    report = folder / f"{cpu}.json"
    arguments = {
        "graph": path,
        "input_files": ",".join(str(folder / f"in{i}") for i in range(len(inputs))),
        "output_files": ",".join(str(folder / f"{cpu}.out{i}") for i in range(len(output_sizes))),
        "json": report,
        "enable_op_profiling": "true",
        "num_runs": 1,
        **dict.fromkeys(("min_secs", "warmup_min_secs", "warmup_runs"), 0),
    }
    command = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", "-cpu", cpu, str(_BENCH)]
    finished = subprocess.run(
        [*command, *(f"--{name}={value}" for name, value in arguments.items())],
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    outputs = [np.fromfile(folder / f"{cpu}.out{i}", np.float32) for i in range(len(output_sizes))]
    assert [value.size for value in outputs] == output_sizes
    return outputs, json.loads(report.read_text())


@pytest.mark.parametrize("name", sorted(_NETWORKS, key=lambda name: name != "vgg16"))  # the longest first
def test_arm64_equals_this_machine(name: str, tmp_path: Path) -> None:
    network, example = zoo.build(name)
    path = tmp_path / f"{name}.dcmodel"
    dcmobile.compress(network, path, example, _recipe(name))
    inputs = [np.ascontiguousarray(value.float().numpy()) for value in example]
    with dcmobile.load(path) as model:
        results = model(*inputs)
    expected = [np.asarray(value) for value in (results if isinstance(results, tuple) else (results,))]
    for cpu in _CPUS:
        outputs, report = _run_emulated(path, cpu, inputs, [value.size for value in expected])
        for got, want in zip(outputs, expected, strict=True):
            assert float(np.abs(got - want.reshape(-1)).max()) <= 1e-4 * float(np.abs(want).max()), cpu
        assert any(op["kernel"].endswith("_neon") for op in report["operators"]), cpu
