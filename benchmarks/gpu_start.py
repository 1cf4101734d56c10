"""What it takes to start a network on a GPU, the first time and with what that left on the disk.

``python -m benchmarks.gpu_start FILE...`` opens and runs each file in two processes, one after the other, with cache
directories that are empty at first: the runtime's and, of Mesa's drivers, the driver's. VK_ICD_FILENAMES chooses the
driver.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_START = """
import dataclasses, json, sys, time, numpy, dcmobile
with dcmobile.load(sys.argv[1], device="vulkan") as model:
    inputs = [numpy.zeros([1 if size < 0 else size for size in each.shape], numpy.float32) for each in model.inputs]
    times = []
    for _ in range(2):
        start = time.monotonic_ns()
        model(*inputs)
        times.append(time.monotonic_ns() - start)
    print(json.dumps({**dataclasses.asdict(model.device_report), "warm_ns": max(0, times[0] - times[1])}))
"""

#: Of a start: the device opened and its memory filled, shaders compiled, checked, and what the first run took longer
#: than the second, since some drivers compile when a shader first runs.
_PARTS = ("open", "compile", "check", "warm")


def _start(file: str, cache: str) -> list[float]:
    """Milliseconds of each part."""
    environment = {**os.environ, "XDG_CACHE_HOME": cache, "MESA_SHADER_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", _START, file], env=environment, check=True, capture_output=True, text=True
    )
    report = json.loads(done.stdout.splitlines()[-1])
    if report["fallback"]:
        sys.exit(f"{file}: {report['fallback']}")
    return [report[f"{part}_ns"] / 1e6 for part in _PARTS]


def main(files: list[str]) -> None:
    """Prints a line for each file: times in milliseconds, and the bytes that the runtime kept after the first start."""
    heads = " ".join(f"{part:>8}" for part in (*_PARTS, *_PARTS))
    print(f"{'file':24} {heads} {'second / first':>15} {'bytes':>9}")
    for file in files:
        with tempfile.TemporaryDirectory() as cache:
            first = _start(file, cache)
            kept = sum(each.stat().st_size for each in Path(cache).glob("dcmobile/*"))
            second = _start(file, cache)
        shown = " ".join(f"{time:8.1f}" for time in (*first, *second))
        print(f"{Path(file).stem:24} {shown} {sum(second) / sum(first):15.2f} {kept:9}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
