"""``python -m benchmarks.costs``: fits the costs of ``runtime/src/kernels/costs.cc``, by which plans choose kernels.

Times every kernel that suits a layer of the networks, layer by layer on one core, and finds for each kind of work and
instruction set the costs, none below zero, with the least squared relative error of the estimates. Prints the tables of
``costs.cc``, how far estimates are off, and how much time choices by them lose against the best ones.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import nnls

from benchmarks.files import ensure_network
from benchmarks.folder import BUILD, network_folder
from benchmarks.networks import NETWORKS
from dcmobile import Compressor
from dcmobile.recipe import Recipe

_ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = _ROOT / "build" / "native" / "runtime" / "bench" / "dcmobile-time-kernels"

Row = dict[str, Any]


def measure(program: Path, models: list[Path]) -> list[Row]:
    """A row for each layer and kernel, timed on the last processor that this process may use."""
    processor = max(os.sched_getaffinity(0))
    lines = subprocess.run(
        ["taskset", "-c", str(processor), str(program), *map(str, models)], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return [json.loads(line) for line in lines]


def _dense_network() -> Path:
    """ResNet-50 with all its weights, for the kernels of dense ones; the file is made once."""
    file = BUILD / "dense.dcmodel"
    if not file.exists():
        module, example = next(network for network in NETWORKS if network.name == "resnet50").build()
        Compressor(module, Recipe({})).export(file, (example,))
    return file


def fit(rows: list[Row]) -> dict[tuple[str, int], list[float]]:
    """Costs of each (instruction set, kind of work), nanoseconds; estimates are written into the rows."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["isa"], row["kind"]].append(row)
    costs = {}
    for key, group in groups.items():
        amounts = np.array([row["amounts"] for row in group])
        ns = np.array([row["ns"] for row in group], float)
        scale = np.maximum(amounts.max(axis=0), 1)  # amounts differ by millions
        solution, _ = nnls(amounts / scale / ns[:, None], np.ones(len(group)))
        costs[key] = list(solution / scale)
        for row, estimate in zip(group, amounts @ (solution / scale), strict=True):
            row["fitted_ns"] = estimate
    return costs


def lost(rows: list[Row]) -> tuple[float, float, list[str]]:
    """Time of the kernels with the least estimates, of the fastest ones, ns, and where choices differ by over 5 %."""
    layers = defaultdict(list)
    for row in rows:
        layers[row["model"], row["op"]].append(row)
    chosen = best = 0.0
    differing = []
    for (model, op), group in layers.items():
        choice, fastest = min(group, key=lambda row: row["fitted_ns"]), min(group, key=lambda row: row["ns"])
        chosen, best = chosen + choice["ns"], best + fastest["ns"]
        if choice["ns"] > 1.05 * fastest["ns"]:
            differing.append(
                f"{Path(model).stem} {op}: {choice['kernel']} takes {choice['ns'] / fastest['ns']:.2f} "
                f"times what {fastest['kernel']} does"
            )
    return chosen, best, differing


def main() -> None:
    """Measure, fit, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.costs", description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, default=_PROGRAM, help="dcmobile-time-kernels (%(default)s)")
    parser.add_argument("--rows", type=Path, help="a file of an earlier run's lines instead of new measurements")
    options = parser.parse_args()
    if options.rows is not None:
        rows = [json.loads(line) for line in options.rows.read_text().splitlines()]
    else:
        if not options.program.exists():
            sys.exit(f"{options.program} does not exist: cmake --build build/native --target dcmobile-time-kernels")
        folders = [network_folder(network.name) for network in NETWORKS]
        for folder in folders:
            ensure_network(folder)
        models = [folder.dcmodel for folder in folders]
        rows = measure(options.program, [*models, _dense_network()])
    costs = fit(rows)
    for (isa, kind), values in sorted(costs.items()):
        group = [row for row in rows if (row["isa"], row["kind"]) == (isa, kind)]
        errors = [abs(row["fitted_ns"] / row["ns"] - 1) for row in group]
        print(
            f"{isa} kind {kind}: {{{', '.join(f'{value:.4g}' for value in values)}}}  // {len(group)} layers, "
            f"off by {np.median(errors):.0%} (median), {max(errors):.0%} (most)"
        )
    chosen, best, differing = lost(rows)
    print(
        f"choices by these estimates take {chosen / best - 1:.1%} more time than the best ones", *differing, sep="\n  "
    )


if __name__ == "__main__":
    main()
