"""Runs files on the CPU and on Vulkan, in a process of its own, and compares: ``run_on_device.py FOLDER``.

FOLDER has NAME.dcmodel and NAME.npz with arrays in0, in1, ... Prints a line of JSON for each.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

import dcmobile


def main(folder: Path) -> None:
    """Compares every file of the folder."""
    for path in sorted(folder.glob("*.dcmodel")):
        with np.load(path.with_suffix(".npz")) as held:
            inputs = [held[f"in{i}"] for i in range(len(held.files))]
        with dcmobile.load(path, device="cpu") as model:
            expected = _outputs(model, inputs)
        with dcmobile.load(path, device="vulkan") as model:
            found = _outputs(model, inputs)
            report = {**asdict(model.device_report), "decode_ns": model.load_info.decode_ns}
            on_cpu = sorted({each.reason for each in model.placements if each.device == "cpu"})
        errors = [
            float(np.abs(got - want).max() / max(float(np.abs(want).max()), 1e-30))
            for got, want in zip(found, expected, strict=True)
        ]
        finite = all(bool(np.isfinite(got).all()) for got in found)
        line = {"name": path.stem, "error": max(errors), "finite": finite, "on_cpu": on_cpu, "report": report}
        print(json.dumps(line), flush=True)


def _outputs(model: dcmobile.Model, inputs: list[np.ndarray]) -> list[np.ndarray]:
    results = model(*inputs)
    return list(results) if isinstance(results, tuple) else [results]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
