"""Layers that are measured already, in a file, so that a scan that was interrupted goes on where it stopped, and a
second one with another target size takes no time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

import numpy as np

from dcmobile import _native
from dcmobile.budget.sensitivity import LayerSensitivity, layer_from_json, layer_to_json
from dcmobile.budget.settings import ALL_SETTINGS, SETTINGS
from dcmobile.calibration.inputs import Calibration
from dcmobile.errors import FileError
from dcmobile.fileformat import write_atomically
from dcmobile.graph import Graph
from dcmobile.recipe import Compensation

#: Goes up whenever the same network and inputs would be measured otherwise.
_VERSION = 2
#: Goes up whenever layers would make up for their errors otherwise.
_COMPENSATION_VERSION = 1


class ScanCache:
    """A JSON file of one network with one set of calibration inputs, ``<digest>.json`` in the folder.

    It is a help only: a file that cannot be read or written, or that is damaged, is as good as none.
    """

    def __init__(
        self,
        folder: Path,
        graph: Graph,
        calibration: Calibration,
        compensation: tuple[Compensation, Calibration] | None = None,
    ) -> None:
        self._key = _key(graph, calibration, compensation)
        self._path = folder / f"{self._key[:32]}.json"
        self._layers = _read(self._path, self._key)

    def get(self, layer: str) -> LayerSensitivity | None:
        """What was measured on the layer, or None."""
        return self._layers.get(layer)

    def put(self, layer: LayerSensitivity) -> None:
        """Keep the layer, at once."""
        self._layers[layer.name] = layer
        document = {"key": self._key, "layers": [layer_to_json(each) for each in self._layers.values()]}
        with contextlib.suppress(OSError, FileError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, [json.dumps(document).encode()])


def _key(graph: Graph, calibration: Calibration, compensation: tuple[Compensation, Calibration] | None) -> str:
    state = hashlib.sha256(
        f"{_VERSION} {_native.version} {SETTINGS} {ALL_SETTINGS}\n{graph}\n{calibration.digest}\n".encode()
    )
    if compensation is not None:
        how, fitting = compensation
        state.update(f"{_COMPENSATION_VERSION} {how} {fitting.digest}\n".encode())
    for name, weight in graph.weights.items():
        state.update(f"{name} {weight.values.shape} {weight.values.dtype}\n".encode())
        state.update(np.ascontiguousarray(weight.values).data)
    return state.hexdigest()


def _read(path: Path, key: str) -> dict[str, LayerSensitivity]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["key"] != key:
            return {}
        layers = [layer_from_json(layer) for layer in document["layers"]]
    except (OSError, KeyError, TypeError, ValueError):
        return {}
    return {layer.name: layer for layer in layers}
