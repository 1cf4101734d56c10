"""dcmobile: Deep Compression (Han, Mao, Dally, ICLR 2016) for mobile deployment.

Compress a PyTorch network into one ``.dcmodel`` file and run that file:

    import dcmobile
    dcmobile.compress(net, "net.dcmodel", example_inputs=(x,),
                      recipe=dcmobile.Recipe({"fc*": {"density": 0.09, "bits": 5}, "*": {"bits": 8}}))
    model = dcmobile.load("net.dcmodel")
    y = model(x)

Running a file needs numpy only, pictures Pillow; torch is imported when something is compressed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from dcmobile.errors import (
    CallError,
    DcmError,
    FileError,
    GraphError,
    MachineError,
    ModelError,
    RecipeError,
    UnsupportedOperatorError,
)

if TYPE_CHECKING:
    from dcmobile.budget.sensitivity import Sensitivity
    from dcmobile.compile import sensitivity
    from dcmobile.compressor import Compressor, ExportReport, compress
    from dcmobile.device import Device, DeviceReport, devices
    from dcmobile.distillation import Distillation
    from dcmobile.fileformat import Metadata
    from dcmobile.fold_batch_norms import fold_batch_norms
    from dcmobile.image import ImagePreprocessing
    from dcmobile.model import Model, load
    from dcmobile.recipe import Compensation, EntropySharing, LayerRecipe, PruningBudget, Recipe
    from dcmobile.trials.search import SearchResult, search

__version__ = "0.1.0"

__all__ = [
    "CallError",
    "Compensation",
    "Compressor",
    "DcmError",
    "Device",
    "DeviceReport",
    "Distillation",
    "EntropySharing",
    "ExportReport",
    "FileError",
    "GraphError",
    "ImagePreprocessing",
    "LayerRecipe",
    "MachineError",
    "Metadata",
    "Model",
    "ModelError",
    "PruningBudget",
    "Recipe",
    "RecipeError",
    "SearchResult",
    "Sensitivity",
    "UnsupportedOperatorError",
    "__version__",
    "compress",
    "devices",
    "fold_batch_norms",
    "load",
    "search",
    "sensitivity",
]

# Where the names live that are imported on first use, so that inference never waits for torch.
_LAZY = {
    "Compressor": "compressor",
    "ExportReport": "compressor",
    "compress": "compressor",
    "ImagePreprocessing": "image",
    "Metadata": "fileformat",
    "Device": "device",
    "DeviceReport": "device",
    "Distillation": "distillation",
    "Compensation": "recipe",
    "EntropySharing": "recipe",
    "LayerRecipe": "recipe",
    "PruningBudget": "recipe",
    "Recipe": "recipe",
    "Model": "model",
    "Sensitivity": "budget.sensitivity",
    "devices": "device",
    "fold_batch_norms": "fold_batch_norms",
    "load": "model",
    "search": "trials.search",
    "SearchResult": "trials.search",
    "sensitivity": "compile",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'dcmobile' has no attribute {name!r}")
    value = getattr(import_module(f"dcmobile.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
