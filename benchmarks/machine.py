"""What machine the figures are from, and what it can do at most."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any


def describe_machine(cpu: int) -> dict[str, Any]:
    """Processor, caches, memory, system; and measured on the given processor: fp32 GFLOP/s and GB/s of reading."""
    facts = _cpuinfo()
    return {
        "processor": facts.get("model name", platform.processor() or platform.machine()),
        "vector_extensions": [
            name for name in ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "asimd") if name in _flags(facts)
        ],
        "virtual": "hypervisor" in _flags(facts),
        "processors": len(os.sched_getaffinity(0)),
        "caches": _caches(cpu),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "compiler": _first_line(["g++", "--version"]),
        "python": platform.python_version(),
        **_peaks(cpu),
    }


def _cpuinfo() -> dict[str, str]:
    lines = (line.partition(":") for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}


def _flags(facts: dict[str, str]) -> set[str]:
    return set(facts.get("flags", facts.get("Features", "")).split())


def _caches(cpu: int) -> list[str]:
    """Like "L1d 32K", as the system tells them."""
    found = []
    for index in sorted(Path(f"/sys/devices/system/cpu/cpu{cpu}/cache").glob("index*")):
        level, kind, size = ((index / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found.append(f"L{level}{'d' if kind == 'Data' else ''} {size}")
    return found


def _first_line(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    except (OSError, IndexError):
        return "unknown"


def _peaks(cpu: int) -> dict[str, float]:
    """The best of several: a matrix product that stays in the cache, and a sum over 256 MB."""
    import torch

    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        left, right, product = (torch.randn(768, 768) for _ in range(3))
        values = torch.ones(64 << 20)
        matrix = min(_seconds(lambda: torch.mm(left, right, out=product)) for _ in range(20))
        reading = min(_seconds(lambda: values.sum()) for _ in range(5))
    finally:
        torch.set_num_threads(threads)
        os.sched_setaffinity(0, allowed)
    return {"gemm_gflops": 2 * 768**3 / matrix / 1e9, "read_gbytes": values.numel() * 4 / reading / 1e9}


def _seconds(call: Any) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
