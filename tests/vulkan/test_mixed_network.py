"""A network whose operators change sides: the CPU runs what has no shader, or what it must look at, between others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from vulkan_drivers import DRIVERS, MISSING, run_python

import dcmobile
from dcmobile import Recipe

pytestmark = [
    pytest.mark.skipif(not DRIVERS, reason=MISSING),
    pytest.mark.parametrize("driver", DRIVERS or ["none"]),
]

_ON_CPU = {
    "Embedding": "on the CPU: the CPU must look at its input's values",
    "Lstm": "on the CPU: no shader for it",
    "Gru": "on the CPU: no shader for it",
}


class Tagger(nn.Module):
    """int64 [N, 9] to [N, 9, 5]."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 24)
        self.first = nn.Linear(24, 32)
        self.lstm = nn.LSTM(32, 16, batch_first=True, bidirectional=True)
        self.norm = nn.LayerNorm(32)
        self.gru = nn.GRU(32, 20, batch_first=True)
        self.last = nn.Linear(20, 5)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.first(self.embedding(tokens)))
        x = x + self.norm(self.lstm(x)[0])  # the GPU's value is read on both sides
        scores: torch.Tensor = self.last(torch.tanh(self.gru(x)[0])).softmax(-1)
        return scores


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(4)
    folder = tmp_path_factory.mktemp("mixed")
    tokens = torch.randint(0, 40, (2, 9))
    dcmobile.compress(Tagger().eval(), folder / "tagger.dcmodel", (tokens,), Recipe({"*": {"density": 0.5, "bits": 6}}))
    np.save(folder / "tokens.npy", tokens.float().numpy())
    return folder / "tagger.dcmodel"


def test_inspect_says_what_runs_where(driver: str, file: Path) -> None:
    report = json.loads(run_python(driver, "-m", "dcmobile.cli", "inspect", str(file), "--json", "--device", "vulkan"))
    assert report["device"]["fallback"] == ""
    operators = [each for each in report["operators"] if not each["reason"].startswith("nothing to compute")]
    reasons = {each["type"]: each["reason"] for each in operators if each["reason"] != "on vulkan"}
    assert reasons == _ON_CPU
    on_device = [each for each in operators if each["reason"] == "on vulkan"]
    assert {each["type"] for each in on_device} >= {"Linear", "LayerNorm", "Softmax"}
    assert len(on_device) == report["device"]["ops_placed"]


# Results, and for how many samples: a context of another batch has other copies.
_RUN = """
import sys, numpy as np, dcmobile
tokens = np.load(sys.argv[2])
cpu, gpu = dcmobile.load(sys.argv[1], device="cpu"), dcmobile.load(sys.argv[1], device="vulkan")
for batch in (1, 2, 7, 1):
    x = np.resize(tokens, (batch, tokens.shape[1]))[:, ::-1].copy()
    for _ in range(2):
        np.testing.assert_allclose(gpu(x), cpu(x), atol=1e-5)
try:
    gpu(np.full_like(tokens, 40))
except dcmobile.errors.CallError as error:
    print(error.code.name)
np.testing.assert_allclose(gpu(tokens), cpu(tokens), atol=1e-5)
assert gpu.device_report.fallback == "", gpu.device_report
"""


def test_operators_of_both_sides_give_what_the_cpu_gives(driver: str, file: Path) -> None:
    printed = run_python(driver, "-c", _RUN, str(file), str(file.with_name("tokens.npy")))
    assert printed.split() == ["CALL_VALUE"]
