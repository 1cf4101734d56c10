"""``dcmobile bench`` of a .pte, in ExecuTorch's Python runtime."""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dcmobile.cli.exported_program import quiet_torch
from dcmobile.cli.terminal import print_out
from dcmobile.report.printable import printable

_WARM_UP = 3


def bench_pte(file: Path, batch: int | None, runs: int, seconds: float, as_json: bool) -> None:
    """Print the figures of ``dcmobile-bench`` that a .pte has; memory is that of the process, with Python and torch."""
    with quiet_torch():
        from dcmobile.executorch.program import Program
        from dcmobile.executorch.registration import register

        register()
    before = _memory("VmRSS")
    start = time.perf_counter_ns()
    program = Program(file)
    loaded = time.perf_counter_ns()
    inputs = _inputs(program, batch)
    first = time.perf_counter_ns()
    program(inputs)
    ran = time.perf_counter_ns()
    for _ in range(_WARM_UP):
        program(inputs)
    times: list[int] = []
    end = time.perf_counter_ns() + int(seconds * 1e9)
    while len(times) < runs or time.perf_counter_ns() < end:
        begin = time.perf_counter_ns()
        program(inputs)
        times.append(time.perf_counter_ns() - begin)
    figures = {
        "program": os.fspath(file),
        "file_bytes": file.stat().st_size,
        "delegates": [each.backend for each in program.method.delegates],
        "kernels": program.method.kernels,
        "load_ms": (loaded - start) / 1e6,
        "first_run_ms": (ran - first) / 1e6,
        "latency_ms": _spread(times),
        "memory_bytes": {"rss_before_load": before, "peak_rss": _memory("VmHWM")},
    }
    print_out(json.dumps(figures, indent=2) + "\n" if as_json else _text(figures))


def _inputs(program: Any, batch: int | None) -> list[npt.NDArray[Any]]:
    """Normal noise, or zeros for whole numbers, which are row numbers of a table."""
    noise = np.random.default_rng(0)
    made = []
    for tensor, kind in zip(program.method.inputs, program.method.types, strict=True):
        shape = tensor.shape if batch is None else (batch, *tensor.shape[1:])
        made.append(noise.standard_normal(shape, np.float32) if kind == "float32" else np.zeros(shape, kind))
    return made


def _spread(times: list[int]) -> dict[str, float]:
    ordered = sorted(each / 1e6 for each in times)
    rank = {"p90": 0.9, "p99": 0.99}
    return {
        "runs": len(ordered),
        "min": ordered[0],
        "median": statistics.median(ordered),
        "mean": statistics.fmean(ordered),
        **{name: ordered[min(int(share * len(ordered)), len(ordered) - 1)] for name, share in rank.items()},
        "max": ordered[-1],
    }


def _text(figures: dict[str, Any]) -> str:
    latency, memory = figures["latency_ms"], figures["memory_bytes"]
    backends = ", ".join(figures["delegates"]) or "no delegate"
    return (
        f"{printable(figures['program'])}: {figures['file_bytes'] / 1e6:.3f} MB, {printable(backends)}, "
        f"{len(figures['kernels'])} kernels of ExecuTorch\n"
        f"load      {figures['load_ms']:.3f} ms\n"
        f"first run {figures['first_run_ms']:.4f} ms\n"
        f"runs      {latency['runs']} of median {latency['median']:.4f} ms\n"
        f"          min {latency['min']:.4f}, mean {latency['mean']:.4f}, p90 {latency['p90']:.4f}, "
        f"p99 {latency['p99']:.4f}, max {latency['max']:.4f} ms\n"
        f"memory    resident, with Python and torch: {memory['rss_before_load'] / 1e6:.2f} MB before loading, "
        f"{memory['peak_rss'] / 1e6:.2f} MB at the peak\n"
    )


def _memory(key: str) -> int:
    """Bytes of this process by Linux: VmRSS now, VmHWM at the peak; 0 elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{key}:")), 0)
