"""``python -m benchmarks.worker PEER NETWORK THREADS CPUS``: one runtime in a fresh process, timed on command.

Standard input takes a number of seconds a line and standard output answers each with a line of JSON; the first line
says how loading went. CPUS, such as 0,1, are the processors that the process may use.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from benchmarks.folder import network_folder, relative_error
from benchmarks.peers import Run, find_peer
from benchmarks.summary import summarise


def main() -> None:
    """Load, answer, end with the input."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the runtime prints is no answer
    peer, network, threads, cpus = sys.argv[1:]
    os.sched_setaffinity(0, {int(cpu) for cpu in cpus.split(",")})
    try:
        run, facts = _start(peer, network, int(threads))
    except Exception as error:
        facts = {"failed": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}
    print(json.dumps(facts), file=answers, flush=True)
    if "failed" in facts:
        return
    for line in sys.stdin:
        print(json.dumps(_round(run, float(line))), file=answers, flush=True)


def _start(name: str, network: str, threads: int) -> tuple[Run, dict[str, Any]]:
    peer, folder = find_peer(name), network_folder(network)
    version = peer.import_runtime()
    base = _memory("VmRSS")
    begin = time.perf_counter_ns()
    run = peer.load(folder, threads)
    loaded = time.perf_counter_ns()
    output = run()
    first = time.perf_counter_ns()
    error = relative_error(output, folder.expected())
    if not error < peer.tolerance:
        raise ArithmeticError(f"wrong result: off by {error:.1e} of the largest output")
    run()
    return run, {
        "version": version,
        "load_ms": (loaded - begin) / 1e6,
        "first_run_ms": (first - loaded) / 1e6,
        "max_rel_err": error,
        "imported_rss_bytes": base,
        "peak_rss_bytes": _memory("VmHWM"),
        "file_bytes": sum(file.stat().st_size for file in peer.files(folder)),
    }


def _round(run: Run, seconds: float) -> dict[str, float]:
    """Two runs to warm up, then at least three."""
    run()
    run()
    times: list[int] = []
    clock = time.perf_counter_ns
    end = clock() + int(seconds * 1e9)
    while len(times) < 3 or clock() < end:
        begin = clock()
        run()
        times.append(clock() - begin)
    return summarise(times)


def _memory(key: str) -> int:
    """Bytes of this process: VmRSS now, VmHWM at the peak."""
    with open("/proc/self/status") as status:  # noqa: PTH123
        for line in status:
            if line.startswith(key):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
