"""What the mocks show: the demo's two models, run on this machine. Nothing is made up; nothing is of a phone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import dcmobile
from dcmobile.classify import Classifier, Score

_RUNS = 40
_WARM_UP_RUNS = 5
_BENCHMARK_RUNS = 50


@dataclass(frozen=True)
class Figures:
    """Times in nanoseconds. reports: of dcmobile-bench; pairs: runs of both networks, in turns; best: classes."""

    names: tuple[str, str]
    reports: tuple[dict[str, Any], dict[str, Any]]
    pairs: tuple[list[int], list[int]]
    best: tuple[list[Score], list[Score]]
    prepare_ns: int
    run_ns: int
    every_run: list[int]
    first_run: int


def measure(models: Path, sample: Path) -> Figures:
    """models: the folder that scripts/build-android-demo fills. sample: the picture."""
    names = ("mobilenet_v2.dcmodel", "mobilenet_v2_uncompressed.dcmodel")
    one, other = (Classifier(dcmobile.load(models / name)) for name in names)
    one.prepare(sample)
    begin = time.perf_counter_ns()
    picture = one.prepare(sample)
    middle = time.perf_counter_ns()
    one.model(picture)
    end = time.perf_counter_ns()
    best = tuple(each.scores(np.asarray(each.model(picture)), 5) for each in (one, other))
    pairs: tuple[list[int], list[int]] = ([], [])
    for _ in range(_WARM_UP_RUNS + _RUNS):
        for times, each in zip(pairs, (one, other), strict=True):
            times.append(_time(partial(each.model, picture)))
    counted = (pairs[0][_WARM_UP_RUNS:], pairs[1][_WARM_UP_RUNS:])
    first, *every = [_time(partial(one.model, picture)) for _ in range(1 + _BENCHMARK_RUNS)]
    reports = tuple(_bench(models / name) for name in names)
    return Figures(names, reports, counted, best, middle - begin, end - middle, every, first)  # type: ignore[arg-type]


def percentile(times: list[int], share: float) -> int:
    """The value at rank ceil(share * runs)."""
    return sorted(times)[int(np.ceil(share * len(times))) - 1]


def _time(run: Callable[[], object]) -> int:
    begin = time.perf_counter_ns()
    run()
    return time.perf_counter_ns() - begin


def _bench(model: Path) -> dict[str, Any]:
    program = Path(sys.executable).parent / "dcmobile-bench"
    flags = [f"--graph={model}", "--num_runs=50", "--report_peak_memory_footprint", "--json=-"]
    found: dict[str, Any] = json.loads(
        subprocess.run([program, *flags], check=True, capture_output=True, text=True).stdout
    )
    return found
