"""Decides which sizes are tried."""

from __future__ import annotations

import math
from collections.abc import Callable

from dcmobile.errors import CallError, Code, SizeError
from dcmobile.trials.record import Trial
from dcmobile.trials.target import Target

#: Sizes nearer to each other than this are not worth another trial.
_NEAR = 1.02


def drive(
    target: Target, dense_error: float, sizes: tuple[int, int], most: int, attempt: Callable[[int, int], Trial]
) -> tuple[Trial, tuple[Trial, ...]]:
    """The best trial, and all of them.

    target: with a size, one trial of it. Else the ratio between a size that is known to be too small and one that is
    not is halved again and again. sizes: smallest and largest that can be asked for. most: trials at most.
    attempt: makes the trial number so and so (from 0) of a size. Raises ``SizeError`` if there is no such file.

    Raises ``CallError`` if no trial reaches the target.
    """
    if target.size is not None:
        only = attempt(0, target.size)
        return only, (only,)
    assert target.rise is not None
    limit = dense_error + target.rise
    low, high = sizes
    done: list[Trial] = []
    best: Trial | None = None
    while len(done) < most and high > low * _NEAR:
        asked = round(math.sqrt(low * high))
        try:
            trial = attempt(len(done), asked)
        except SizeError:  # what was measured adds up to less than files of it have
            low = asked
            continue
        done.append(trial)
        if trial.error <= limit:
            best = trial if best is None or trial.file_bytes < best.file_bytes else best
            high = min(trial.asked, trial.file_bytes)
        else:
            low = trial.asked
    if best is None:
        least = min(trial.error for trial in done) if done else math.nan
        raise CallError(
            f"no file has an error of at most {limit:g} (the uncompressed network: {dense_error:g}): the least of "
            f"{len(done)} trials is {least:g}; train longer, allow more trials or a greater error",
            Code.CALL_VALUE,
        )
    return best, tuple(done)
