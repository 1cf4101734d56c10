"""Time and memory of clustering one large layer: ``python benchmarks/kmeans.py [WEIGHTS [BITS [DENSITY]]]``.

The defaults are 35 million weights, all kept, and 5 bits. Prints one line an initialisation.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from dcmobile.share import cluster


def main() -> None:
    """Run and print."""
    weights = int(sys.argv[1]) if len(sys.argv) > 1 else 35_000_000
    bits = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    density = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    random = np.random.default_rng(0)
    values = random.standard_normal(weights, np.float32) * np.float32(0.02)
    if density < 1:
        values[np.abs(values) < np.quantile(np.abs(values[:1_000_000]), 1 - density)] = 0
    for init in ("linear", "density", "random"):
        started = time.perf_counter()
        result = cluster(values, 2**bits, init)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{init:8} {weights:,} weights, {result.centroids.size} centroids: {seconds:.1f} s, "
            f"{result.iterations} iterations, peak {peak:.2f} GiB"
        )


if __name__ == "__main__":
    main()
