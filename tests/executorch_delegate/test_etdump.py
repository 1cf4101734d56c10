"""Operators of a delegate as ``executorch.devtools`` shows them."""

from __future__ import annotations

from pathlib import Path

import torch
from executorch.devtools import Inspector
from executorch.runtime import Runtime
from programs import export, lower, save
from torch import nn

import dcmobile.executorch
from dcmobile.executorch import DcmPartitioner


def test_the_inspector_shows_every_operator(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(150, 10))
    x = torch.randn(1, 1, 12, 12)
    program = save(lower(export(model, (x,)), DcmPartitioner({"*": {"bits": 4}})), tmp_path / "net.pte")
    dcmobile.executorch.register()
    loaded = Runtime.get().load_program(program, enable_etdump=True)
    method = loaded.load_method("forward")
    for _ in range(3):
        method.execute([x])
    loaded.write_etdump_result_to_file(str(tmp_path / "net.etdp"), str(tmp_path / "net.debug"))
    inspector = Inspector(etdump_path=str(tmp_path / "net.etdp"))
    events = [event for block in inspector.event_blocks for event in block.events if event.is_delegated_op]
    names = [str(event.name) for event in events]
    assert [name.split()[1] for name in names] == ["Conv2d", "MaxPool2d", "Flatten", "Linear"]
    assert names[0].startswith("0 Conv2d 0 conv")
    assert all(event.perf_data is not None and min(event.perf_data.raw) >= 0 for event in events)
