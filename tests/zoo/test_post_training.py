"""Trained networks compressed without training: how small they get and how well they still do their work."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tasks import faces, photos
from tasks.calibration import calibration_inputs, crops

import dcmobile
from dcmobile import zoo
from dcmobile.errors import CallError
from dcmobile.zoo import trained
from dcmobile.zoo.recipes import post_training_recipe


def _compressed(name: str, path: Path) -> dcmobile.ExportReport:
    recipe = post_training_recipe(name)
    inputs = None if recipe.compensation is None else calibration_inputs(name, recipe.compensation.samples).numpy()
    return dcmobile.compress(trained.load(name), path, zoo.example_inputs(name), recipe, calibration=inputs)


@pytest.mark.slow
def test_mobilenet_v2_is_eight_times_smaller_and_knows_the_photos(tmp_path: Path) -> None:
    report = _compressed("mobilenet_v2", tmp_path / "net")
    assert report.dense_bytes == 4 * 3_504_872
    assert report.ratio >= 8.9
    top1, top5 = photos.top1_and_top5(dcmobile.load(tmp_path / "net"), photos.imagenet_normalised())
    assert (top1 >= 17, top5 >= 19) == (True, True), (top1, top5)


@pytest.mark.slow
def test_efficientnet_lite0_is_six_times_smaller_and_knows_the_photos(tmp_path: Path) -> None:
    report = _compressed("efficientnet_lite0", tmp_path / "net")
    assert report.ratio >= 6
    top1, top5 = photos.top1_and_top5(dcmobile.load(tmp_path / "net"), photos.efficientnet_lite_normalised())
    assert (top1 >= 16, top5 >= 18) == (True, True), (top1, top5)


@pytest.mark.slow
def test_onet_eighteen_times_smaller_tells_faces_after_a_scan_with_noise(tmp_path: Path) -> None:
    network, example = trained.load("mtcnn_onet"), zoo.example_inputs("mtcnn_onet")
    size = sum(4 * parameter.numel() for parameter in network.parameters()) // 18
    report = dcmobile.compress(network, tmp_path / "net", example, target_size=size)
    assert 0.98 * size < report.file_bytes <= size
    # 197 to 199 of 200: the last ones are near ties, which go either way with a processor's rounding.
    assert faces.right_patches(dcmobile.load(tmp_path / "net"), 48) >= 197
    # The same bits in every layer, in a larger file, are not worth much more than a guess.
    same = {"*": {"bits": 2, "codebook": "fp32", "biases": "fp32"}}
    uniform = dcmobile.compress(network, tmp_path / "uniform", example, same)
    assert uniform.file_bytes > size
    assert faces.right_patches(dcmobile.load(tmp_path / "uniform"), 48) < 150


def test_the_recipes_are_for_these_networks() -> None:
    with pytest.raises(
        CallError, match="there is no post-training recipe for 'vgg16'; there is efficientnet_lite0, mobilenet_v"
    ):
        post_training_recipe("vgg16")


def test_calibration_pictures_are_none_of_the_photos() -> None:
    pictures = torch.nn.functional.interpolate(crops(10), (16, 16), mode="area").flatten(1)
    judged = torch.nn.functional.interpolate(photos.photos()[0], (16, 16), mode="area").flatten(1)
    assert crops(2).equal(crops(10)[:2])
    likeness = torch.corrcoef(torch.cat([pictures, judged]))[:10, 10:]
    assert float(likeness.max()) < 0.9
