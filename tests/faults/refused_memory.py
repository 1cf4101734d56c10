"""Run by ``test_failing_memory.py`` with failing_memory.cc preloaded: walks through every request for memory.

Prints how many requests were refused in what, as JSON.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from dcmobile import _native
from dcmobile.errors import Code, MachineError

MEMALIGN, NEW = 0, 1

shim = ctypes.CDLL(None)


def walk(kind: int, attempt: Callable[[], Any]) -> int:
    """Refuse the first request of attempt(), then the second, and so on, until there is none left."""
    accepted = 0
    while refused_once(kind, accepted, attempt):
        accepted += 1
    return accepted


def refused_once(kind: int, accepted: int, attempt: Callable[[], Any]) -> bool:
    """Whether a request was refused; then it was told as an error.

    But for operator new in an algorithm that can do without (std::stable_sort).
    """
    told: Exception | None = None
    shim.dcm_test_refuse_after(kind, accepted)
    try:
        attempt()
    except (MachineError, MemoryError) as error:
        told = error
    refused = bool(shim.dcm_test_refused() == 1)
    if (told is not None and not refused) or (told is None and refused and kind == MEMALIGN):
        raise AssertionError(f"refused: {refused}; told: {told}")
    if isinstance(told, MachineError) and told.code is not Code.MACHINE_MEMORY:
        raise AssertionError(told)
    return refused


def main() -> None:
    """All of it."""
    file = np.fromfile(sys.argv[1], np.uint8)
    model = _native.Model.open_memory(file, threads=2)
    codes = np.random.default_rng(1).integers(0, 5, 3000).astype(np.uint16)
    attempts: dict[str, Callable[[], Any]] = {
        "load": lambda: _native.Model.open_memory(file, threads=2),
        "context": lambda: model.create_context(threads=2),
        "batch": lambda: model.create_context().set_batch(50),
        "operators": lambda: model.operators,
        "encode": lambda: _native.encode_sparse(codes, 4),
        "encode shared": lambda: _native.encode_dense_shared(codes, 5),
        "symbols": lambda: _native.encode_symbols(codes.astype(np.uint8)),
    }
    refusals = {}
    for name, attempt in attempts.items():
        attempt()  # what is made once is there
        refusals[name] = [walk(kind, attempt) for kind in (MEMALIGN, NEW)]
        gc.collect()
    print(json.dumps(refusals))


main()
