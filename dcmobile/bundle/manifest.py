"""The manifest of a bundle: a JSON asset that org.dcmobile.BundleManifest reads."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dcmobile import __version__
from dcmobile.bundle.bundled_model import BundledModel
from dcmobile.model import TensorInfo

#: As in BundleManifest.java.
VERSION = 1


def manifest_asset(java_class: str) -> str:
    """Its path under ``assets/``: two bundles in one app do not meet."""
    return f"dcmobile/{java_class}.json"


def manifest_json(models: Sequence[BundledModel]) -> bytes:
    """Asset, bytes, SHA-256, inputs and outputs of each model."""
    listed = [
        {
            "asset": model.asset,
            "bytes": len(model.data),
            "sha256": model.sha256,
            "inputs": _tensors(model.inputs),
            "outputs": _tensors(model.outputs),
        }
        for model in models
    ]
    return (
        json.dumps({"version": VERSION, "producer": f"dcmobile {__version__}", "models": listed}, indent=1) + "\n"
    ).encode()


def _tensors(tensors: Sequence[TensorInfo]) -> list[dict[str, object]]:
    return [{"name": each.name, "shape": list(each.shape)} for each in tensors]
