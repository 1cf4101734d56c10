"""A .pte from anywhere gives an error, never a crash: damage to the network in it, and to the rest of the file."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from programs import blobs, export, lower, save
from torch import nn

import dcmobile
from dcmobile.executorch import DcmPartitioner
from dcmobile.executorch.program import Program

#: Loads every file of a folder and prints what came of it. A program of its own: it is there to find crashes.
_LOAD_ALL = """
import sys
from pathlib import Path
import numpy as np
from dcmobile.errors import DcmError
from dcmobile.executorch.program import Program
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        Program(path)([np.ones((1, 1, 12, 12), np.float32)])
        print(path.name, "ran")
    except DcmError as error:
        print(path.name, "refused", type(error).__name__, str(error)[-60:])
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A .pte and the blob in it."""
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(150, 10))
    recipe = {"0": {"bits": 3}, "4": {"density": 0.2, "bits": 4}}
    lowered = lower(export(model, (torch.randn(1, 1, 12, 12),)), DcmPartitioner(recipe))
    path = save(lowered, tmp_path_factory.mktemp("program") / "net.pte")
    return path.read_bytes(), blobs(lowered)[0]


def _load_all(folder: Path) -> dict[str, str]:
    done = subprocess.run([sys.executable, "-c", _LOAD_ALL, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if line)


def test_damaged_networks(program: tuple[bytes, bytes], tmp_path: Path) -> None:
    whole, blob = program
    start = whole.index(blob)
    golden = sorted((Path(__file__).parents[1] / "golden").glob("*.dcmodel"))
    assert len(golden) > 5
    dice = random.Random(5)
    put: dict[str, bytes] = {
        "whole": blob,
        "zeros": bytes(len(blob)),
        "text": (b"no network " * len(blob))[: len(blob)],
    }
    for at in range(0, len(blob), max(len(blob) // 60, 1)):
        put[f"flip{at}"] = bytes([*blob[:at], blob[at] ^ 1 << dice.randrange(8), *blob[at + 1 :]])
    for kept in (4, 8, 40, len(blob) // 2, len(blob) - 100):
        put[f"cut{kept}"] = blob[:kept] + bytes(len(blob) - kept)
    for path in golden:  # networks that load, but take and give other tensors
        if path.stat().st_size <= len(blob):
            put[path.stem] = path.read_bytes().ljust(len(blob), b"\0")
    for name, data in put.items():
        (tmp_path / name).write_bytes(whole[:start] + data + whole[start + len(blob) :])
    verdicts = _load_all(tmp_path)
    assert verdicts.keys() == put.keys()
    assert verdicts["whole"] == "ran"
    for name in ("zeros", "text", "cut4", "cut8", "cut40"):
        assert verdicts[name].startswith("refused FileError"), (name, verdicts[name])
        assert "0x23" in verdicts[name]
    assert sum(verdict.startswith("refused") for verdict in verdicts.values()) > len(verdicts) // 3


def test_a_program_that_is_cut_short(program: tuple[bytes, bytes], tmp_path: Path) -> None:
    whole, _ = program
    for kept in (0, 3, 8, 100, 500, len(whole) // 2):
        (tmp_path / "net.pte").write_bytes(whole[:kept])
        with pytest.raises(dcmobile.FileError, match=r"net\.pte"):
            Program(tmp_path / "net.pte")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(dcmobile.FileError, match="No such file"):
        Program(tmp_path / "net.pte")
