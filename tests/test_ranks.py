"""Two processes that train one network with DistributedDataParallel have equal masks and codes at every step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from dcmobile import Compressor, Recipe

BUDGET = {"weights": 0.2, "score": "fisher", "begin": 2, "schedule": "cubic", "end": 12, "every": 2, "regrow": True}
RECIPE = Recipe({"*": {}}, budget=BUDGET, sharing={"rate": 0.02, "end": 14, "every": 3, "centroids": 6})


def _rank(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(12, 40), nn.ReLU(), nn.Linear(40, 4))
    compressor = Compressor(model, RECIPE)
    compressor.prune()
    states = []
    for stage in range(2):
        if stage == 1:
            compressor.share()
        wrapped = DistributedDataParallel(model)
        optimizer = torch.optim.Adam(model.parameters(), 3e-3)
        for step in range(20):
            x = torch.randn(8, 12, generator=torch.Generator().manual_seed(100 * step + rank))  # each its own data
            optimizer.zero_grad()
            torch.autograd.backward((wrapped(x) - x[:, :4].abs()).square().mean())
            optimizer.step()
            compressor.step()
            states.append({name: tensor.clone() for name, tensor in compressor.state_dict().items()})
    torch.save(states, Path(folder) / f"rank{rank}.pt")
    dist.destroy_process_group()


@pytest.mark.slow
@pytest.mark.skipif(not dist.is_available() or os.name == "nt", reason="torch was built without gloo")
def test_ranks_have_equal_masks_codes_and_centroids(tmp_path: Path) -> None:
    mp.spawn(_rank, (str(tmp_path),), nprocs=2)  # type: ignore[no-untyped-call,attr-defined]
    first, second = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in range(2))
    assert len(first) == 40
    for one, two in zip(first, second, strict=True):
        assert one.keys() == two.keys()
        assert all(torch.equal(one[name], two[name]) for name in one)
    assert int(first[-1]["0.parametrizations.weight.0.codes"].count_nonzero()) < 0.4 * 480
