"""How long a network takes to start on a GPU, the first time and with what the first start left on the disk.

``python -m benchmarks.gpu_start FILE...`` opens each file twice, in processes of their own, with an empty cache
directory at first. VK_ICD_FILENAMES chooses the driver. Caches of the driver's own are off where that can be said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_OPEN = """
import dataclasses, json, sys, dcmobile
with dcmobile.load(sys.argv[1], device="vulkan") as model:
    print(json.dumps(dataclasses.asdict(model.device_report)))
"""


def _start(file: str, cache: str) -> dict[str, Any]:
    environment = {**os.environ, "XDG_CACHE_HOME": cache, "MESA_SHADER_CACHE_DISABLE": "true"}
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, file], env=environment, check=True, capture_output=True, text=True
    )
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if report["fallback"]:
        sys.exit(f"{file}: {report['fallback']}")
    return report


def main(files: list[str]) -> None:
    """Prints a line for each file: times in milliseconds, and the bytes that the first start left on the disk."""
    parts = ("open", "compile", "check")
    heads = " ".join(f"{part:>9}" for part in (*parts, *parts))
    print(f"{'file':24} {heads} {'second / first':>15} {'bytes':>9}")
    for file in files:
        with tempfile.TemporaryDirectory() as cache:
            first = _start(file, cache)
            kept = sum(each.stat().st_size for each in Path(cache).glob("dcmobile/*"))
            second = _start(file, cache)
        times = [each[f"{part}_ns"] / 1e6 for each in (first, second) for part in parts]
        ratio = sum(times[3:]) / sum(times[:3])
        shown = " ".join(f"{time:9.1f}" for time in times)
        print(f"{Path(file).stem:24} {shown} {ratio:15.2f} {kept:9}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
