"""The app's own classes, from a model in an APK to classes and reports, give what the Python side gives."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import java_build
import numpy as np
import pytest
import torch
from app_road import Road, drive
from java_tools import REPOSITORY
from PIL import Image
from torch import nn

import dcmobile
from dcmobile.fileformat import Metadata
from dcmobile.image import ImagePreprocessing

pytestmark = pytest.mark.skipif(
    bool(java_build.MISSING), reason=f"no {', '.join(java_build.MISSING)}: scripts/install-system-packages java"
)

_APK = REPOSITORY / "build/android-demo/dcmobile-demo.apk"


def _assert_same(road: Road, model: Path, picture: Path) -> None:
    with dcmobile.load(model) as loaded:
        expected = loaded.classify(picture)
    assert [(index, label) for index, _, label in road.scores] == [(each.class_index, each.label) for each in expected]
    np.testing.assert_allclose(
        [probability for _, probability, _ in road.scores], [each.probability for each in expected], rtol=1e-4
    )
    assert road.report["file_bytes"] == road.compared[0] == model.stat().st_size
    memory = road.report["memory_bytes"]
    assert memory["weights"] + memory["arena"] == road.compared[1]
    assert memory["peak_rss"] >= memory["rss_after_load"] > 0
    assert road.report["latency_ms"]["runs"] == 5
    assert road.report["energy"] == {"unavailable": "the device tells no energy, charge or current"}


@pytest.mark.parametrize("last", [[], [nn.Softmax(1)], [nn.Sigmoid()]], ids=["scores", "softmax", "sigmoid"])
def test_a_small_network(tmp_path: Path, last: list[nn.Module]) -> None:
    torch.manual_seed(1)
    layers: list[nn.Module] = [nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 10 * 14, 7)]
    network = nn.Sequential(*layers, *last).eval()
    metadata = Metadata(labels=tuple("abcdefg")).with_preprocessing(
        ImagePreprocessing.parse("resize=20 crop=12x16 bicubic bgr mean=120,110,100 deviation=60")
    )
    model, picture, apk = tmp_path / "net.dcmodel", tmp_path / "picture.png", tmp_path / "app.apk"
    dcmobile.compress(network, model, (torch.rand(1, 3, 12, 16),), {"*": {"bits": 4}}, metadata=metadata)
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (50, 70, 3), np.uint8)).save(picture)
    with zipfile.ZipFile(apk, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("odd", b"x")
        archive.write(model, "assets/net.dcmodel")
    _assert_same(drive(apk, "assets/net.dcmodel", picture, tmp_path), model, picture)


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("DCMOBILE_TEST_APK") != "1" or not _APK.exists(), reason="DCMOBILE_TEST_APK=1, an APK"
)
def test_mobilenet_v2_of_the_apk(tmp_path: Path) -> None:
    model, sample = _APK.parent / "models/mobilenet_v2.dcmodel", _APK.parent / "assets/sample.jpg"
    with zipfile.ZipFile(_APK) as archive:
        (asset,) = (name for name in archive.namelist() if name.endswith("/mobilenet_v2.dcmodel"))
    road = drive(_APK, asset, sample, tmp_path)
    _assert_same(road, model, sample)
    assert road.scores[0][2] == "Egyptian cat"
