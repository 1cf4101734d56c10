"""How far outputs are from those of the uncompressed network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dcmobile.calibration.inputs import Arrays
from dcmobile.errors import ModelError


class OutputError:
    """The relative squared error: for each output ``sum (y - y0)^2 / sum (y0 - mean(y0))^2`` over all samples and
    elements, and of several outputs the mean.

    0.01 is noise 20 dB below the signal. Independent errors of several layers add up in this measure.
    """

    def __init__(self, original: Sequence[Arrays]) -> None:
        """original: the outputs for each batch. Raises ``ModelError`` where one is not finite."""
        self._original = original
        self._energy = {name: _energy(name, [batch[name] for batch in original]) for name in original[0]}

    def of(self, outputs: Sequence[Arrays]) -> float:
        """The error of these outputs, for the same batches; an output that is missing has none. Infinite where a value
        is not finite.
        """
        total = 0.0
        for name in outputs[0]:
            squares = sum(
                float(np.square(batch[name].astype(np.float64) - before[name]).sum())
                for batch, before in zip(outputs, self._original, strict=True)
            )
            total += squares / self._energy[name]
        return total / len(self._energy) if np.isfinite(total) else float("inf")


def _energy(name: str, batches: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]) -> float:
    values = np.concatenate([batch.ravel() for batch in batches]).astype(np.float64)
    if not np.isfinite(values).all():
        raise ModelError(f"the network's output {name!r} is not finite for the calibration inputs: check their range")
    energy = float(np.square(values - values.mean()).sum())
    # An output that is the same everywhere is measured against its own size.
    return energy or float(np.square(values).sum()) or 1.0
