"""Trained ImageNet classifiers compressed to several sizes without training; prints size, predicted error and accuracy.

``python benchmarks/post_training.py [NETWORK] [--seed N] [--samples N] [--noise] [--uniform] [--recipes FOLDER]``

NETWORK: mobilenet_v2 or efficientnet_lite0; default: both. Layers are measured with crops of scikit-image's photographs
(or with noise), accuracy on foolbox's 20 photos, which are not among them. ``--uniform`` adds 8 to 4 bits in every
layer, for comparison. ``--recipes`` writes the recipe of each size. A scan takes two to three minutes on one core.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "zoo"))

from tasks import photos
from tasks.calibration import calibration_inputs

import dcmobile
from dcmobile import zoo
from dcmobile.zoo import trained

RATIOS = {"mobilenet_v2": (6, 6.5, 7, 7.5, 8), "efficientnet_lite0": (5, 6, 6.5, 7, 8)}
PHOTOS: dict[str, Callable[[], torch.Tensor]] = {
    "mobilenet_v2": photos.imagenet_normalised,
    "efficientnet_lite0": photos.efficientnet_lite_normalised,
}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("network", nargs="?", choices=sorted(RATIOS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=12)
    parser.add_argument("--noise", action="store_true")
    parser.add_argument("--uniform", action="store_true")
    parser.add_argument("--recipes", type=Path)
    options = parser.parse_args()
    for name in [options.network] if options.network else RATIOS:
        _report(name, options)


def _report(name: str, options: argparse.Namespace) -> None:
    network, example, images = trained.load(name), zoo.example_inputs(name), PHOTOS[name]()
    print(f"{name}: {photos.top1_and_top5(network, images)} of 20 photos before compression")
    with torch.no_grad():
        logits = network(images)
    calibration = None if options.noise else calibration_inputs(name, options.samples, options.seed).numpy()
    started, used = time.perf_counter(), time.process_time()
    found = dcmobile.sensitivity(network, calibration, example, samples=options.samples, threads=1)
    print(f"scan: {time.perf_counter() - started:.0f} s, {time.process_time() - used:.0f} s of one core")
    print("            bytes  ratio  predicted  error on photos  top-1  top-5")
    for bits in (8, 7, 6, 5, 4) if options.uniform else ():
        recipe = dcmobile.Recipe({"*": {"bits": bits}})
        _row(f"{bits} bits", name, recipe, None, logits)
    for ratio in RATIOS[name]:
        choice = found.choose(target_size=int(found.dense_bytes / ratio))
        _row(f"{ratio:g}x", name, choice.recipe, choice.error, logits)
        if options.recipes:
            choice.recipe.save(options.recipes / f"{name}_{ratio:g}x.toml")


def _row(title: str, name: str, recipe: dcmobile.Recipe, predicted: float | None, logits: torch.Tensor) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = dcmobile.compress(trained.load(name), f"{folder}/net", zoo.example_inputs(name), recipe)
        with dcmobile.load(f"{folder}/net") as model:
            result = model(PHOTOS[name]().contiguous())
            top1, top5 = photos.top1_and_top5(model, PHOTOS[name]())
    error = float((result - logits).square().sum() / (logits - logits.mean()).square().sum())
    told = "" if predicted is None else f"{100 * predicted:.2f} %"
    print(
        f"{title:7} {report.file_bytes:9,}  {report.ratio:.2f}x  {told:>9}  {100 * error:13.2f} %  {top1:5}  {top5:5}",
        flush=True,
    )


if __name__ == "__main__":
    main()
