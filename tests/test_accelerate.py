"""The four calls in a loop of Hugging Face's accelerate, which wraps model and optimizer."""

from __future__ import annotations

from pathlib import Path

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import dcmobile
from dcmobile import Compressor, Recipe

RECIPE = Recipe({"0": {"density": 0.3, "bits": 4, "schedule": "cubic", "end": 20, "every": 4}, "2": {"bits": 5}})


def test_accelerate_trains_masks_and_codebooks(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 4))
    x = torch.randn(256, 16)
    data = TensorDataset(x, x[:, :4].abs())
    compressor = Compressor(model, RECIPE)
    compressor.prune()
    losses = []
    for stage in range(2):
        if stage == 1:
            compressor.share()
        accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
        wrapped, optimizer, batches = accelerator.prepare(
            model, torch.optim.Adam(model.parameters(), 1e-2), DataLoader(data, 16, shuffle=True)
        )
        for _ in range(6):
            for inputs, wanted in batches:
                with accelerator.accumulate(wrapped):
                    loss = (wrapped(inputs) - wanted).square().mean()
                    accelerator.backward(loss)
                    optimizer.step()
                    if accelerator.sync_gradients:
                        compressor.step()
                    optimizer.zero_grad()
        losses.append(float(loss.detach()))
    first, second = compressor.layers()
    assert (first.stage, second.stage) == ("shared", "shared")
    assert round(first.density, 2) == 0.3
    assert (first.bits, second.bits) == (4, 5)
    assert losses[1] < 0.2 * float(data.tensors[1].var())
    model.eval()
    compressor.export(tmp_path / "net.dcmodel", (x[:1],))
    with torch.no_grad():
        torch.testing.assert_close(dcmobile.load(tmp_path / "net.dcmodel")(x), model(x), atol=1e-4, rtol=1e-4)
