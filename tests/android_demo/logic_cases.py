"""What the Java logic of the demo app is tested with: inputs, and what the Python side makes of them."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from dcmobile.classify import Classifier
from dcmobile.errors import CallError
from dcmobile.image import PRESETS, ImagePreprocessing
from dcmobile.zoo.trained import package_file

_WORDS = (
    "resize=9",
    "resize=12x7",
    "resize=10 crop=7",
    "resize=16x12 crop=5x9 bicubic",
    "resize=40 crop=33 bicubic grey mean=127.5 deviation=0.25",
    "resize=8 bgr mean=1,-2.5,3 deviation=58.395,57.12,57.375",
    "resize=11x13 grey",
    "resize=30 bicubic bgr deviation=255",
)
_SIZES = ((13, 17), (40, 9), (1, 1), (64, 50), (5, 31))
_REFUSED = (
    "",
    "crop=3",
    "resize=0",
    "resize=4097",
    "resize=07",
    "resize=3 resize=4",
    "resize=3 crop=4",
    "resize=3x4 crop=4x4",
    "resize=3  crop=2",
    " resize=3",
    "resize=3 ",
    "resize=3 lanczos",
    "resize=3 mean=1,2",
    "resize=3 grey mean=1,2,3",
    "resize=3 deviation=0",
    "resize=3 deviation=-1",
    "resize=3 mean=1e3",
    "resize=3 mean=0.000001",
    "resize=3 mean=70000",
    "resize=3 rgb bgr",
    "resize=3 bilinear bicubic",
    "resize=3x",
    "=3",
    "resize",
    "resize=3 mean=" + "1" * 250,
    "resize=3 möan=1",
)
_TAKEN = ("resize=1", "resize=4096x1 crop=1", "resize=3 mean=-0", "grey resize=3 mean=65536", *PRESETS.values())


def write_cases(folder: Path) -> None:
    """Into folders of the names that the JUnit tests read."""
    for name in ("preprocessing", "orientation", "classes", "reports"):
        (folder / name).mkdir()
    _write_preprocessing(folder / "preprocessing")
    for words in _REFUSED:
        assert _refuses(words), words
    for words in _TAKEN:
        assert not _refuses(words), words
    (folder / "refused.txt").write_text("\n".join(_REFUSED) + "\n")
    (folder / "taken.txt").write_text("\n".join(_TAKEN) + "\n")
    _write_orientation(folder / "orientation")
    _write_classes(folder / "classes")


def _refuses(words: str) -> bool:
    try:
        ImagePreprocessing.parse(words)
    except CallError:
        return True
    return False


def _write_preprocessing(folder: Path) -> None:
    random = np.random.default_rng(0)
    for number, (words, (height, width)) in enumerate((words, size) for words in _WORDS for size in _SIZES):
        pixels = random.integers(0, 256, (height, width, 4), np.uint8)
        pixels[: height // 2, : width // 2] = [255, 0, 0, 255]  # edges, where bicubic leaves 0..255
        if number % 3:
            pixels[..., 3] = 255
        _write_case(folder / f"{number:02}", words, pixels)
    for name in ("chelsea", "coffee"):
        with Image.open(package_file("scikit-image==0.26.0", f"skimage/data/{name}.png")) as picture:
            photo = np.array(picture.convert("RGBA"))
        for preset, words in PRESETS.items():
            _write_case(folder / f"{name}-{preset}", words, photo)


def _write_case(path: Path, words: str, rgba: npt.NDArray[np.uint8]) -> None:
    """words as Java's readUTF reads them; width, height, a row of ARGB; channels, rows, columns, floats: big endian."""
    (_, channels, rows, columns) = (expected := ImagePreprocessing.parse(words).apply(rgba)).shape
    argb = rgba[..., [3, 0, 1, 2]]
    encoded = words.encode()
    path.write_bytes(
        struct.pack(">H", len(encoded))
        + encoded
        + struct.pack(">ii", rgba.shape[1], rgba.shape[0])
        + argb.tobytes()
        + struct.pack(">iii", channels, rows, columns)
        + expected.astype(">f4").tobytes()
    )


def _write_orientation(folder: Path) -> None:
    """Files of all orientations, in both byte orders, with what makes Pillow's result of the stored pixels."""
    stored = np.random.default_rng(1).integers(0, 256, (16, 24), np.uint8)
    lines = []
    for tag in range(10):  # 0 and 9 are none
        for order in ("II", "MM"):
            exif = Image.Exif()
            exif.endian = "<" if order == "II" else ">"
            exif[0x010F] = "a maker, before the tag that counts"
            exif[0x0112] = tag
            file = io.BytesIO()
            Image.fromarray(stored).save(file, "JPEG", exif=exif.tobytes())
            name = f"{tag}.jpg" if order == "II" else f"{tag}-{order}.jpg"
            (folder / name).write_bytes(file.getvalue())
            with Image.open(file) as picture:
                mirrored, degrees = _turn(np.array(picture), np.array(ImageOps.exif_transpose(picture)))
            lines.append(f"{name} {str(mirrored).lower()} {degrees}")
    file = io.BytesIO()
    Image.fromarray(stored).save(file, "JPEG")
    (folder / "plain.jpg").write_bytes(file.getvalue())
    lines.append("plain.jpg false 0")
    (folder / "expected.txt").write_text("\n".join(lines) + "\n")


def _turn(stored: npt.NDArray[np.uint8], upright: npt.NDArray[np.uint8]) -> tuple[bool, int]:
    for mirrored in (False, True):
        for quarters in range(4):
            turned = np.rot90(np.fliplr(stored) if mirrored else stored, -quarters)
            if turned.shape == upright.shape and (turned == upright).all():
                return mirrored, 90 * quarters
    raise AssertionError("no turn makes one of the other")


def _write_classes(folder: Path) -> None:
    random = np.random.default_rng(2)
    outputs = {
        "scores": (False, random.normal(0, 5, 1000)),
        "ties": (False, np.repeat([1.0, 2.0], 4)),
        "few": (False, np.array([3.0, -2.0])),
        "probabilities": (True, random.dirichlet(np.ones(20))),
    }
    for name, (probabilities, values) in outputs.items():
        output = values.astype(np.float32)
        classifier = cast(Any, SimpleNamespace(model=SimpleNamespace(gives_probabilities=probabilities), labels=()))
        scores = Classifier.scores(classifier, output[np.newaxis], 5)
        lines = [str(probabilities).lower(), " ".join(repr(float(value)) for value in output)]
        lines += [f"{score.class_index} {score.probability!r}" for score in scores]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
