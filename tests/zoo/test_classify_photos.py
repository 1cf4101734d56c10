"""The command line on real photos: a trained MobileNetV2, exported, compressed with labels and preprocessing, run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

import dcmobile
from dcmobile import zoo
from dcmobile.cli.main import cli
from dcmobile.label_file import IMAGENET, read_labels
from dcmobile.zoo import trained


def _call(*arguments: object) -> str:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="dcmobile")
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.slow
def test_names_what_the_photos_show(tmp_path: Path) -> None:
    program, file = tmp_path / "mobilenet_v2.pt2", tmp_path / "mobilenet_v2.dcmodel"
    exported = torch.export.export(trained.load("mobilenet_v2"), zoo.example_inputs("mobilenet_v2"))
    torch.export.save(exported, program)
    _call("compress", program, "-q", "--bits", 8, "--label-file", "imagenet", "--image", "imagenet")

    first = trained.package_file("foolbox==3.3.4", "foolbox/data/imagenet_00_243.jpg")
    photos = sorted(first.parent.glob("imagenet_*.jpg"))
    names = read_labels(IMAGENET)
    shown = [names[int(photo.stem.rpartition("_")[2])] for photo in photos]
    assert shown[:6] == ["bull mastiff", "folding chair", "beaker", "buckeye", "strawberry", "thatch"]
    found = json.loads(_call("run", *photos, file, "--json"))
    best = [[each["label"] for each in result["scores"]] for result in found]
    assert sum(labels[0] == name for labels, name in zip(best, shown, strict=True)) >= 18
    assert all(name in labels for labels, name in zip(best, shown, strict=True))
    lines = _call("run", photos[0], file, "--top", 2).splitlines()
    assert lines[1].endswith(" %  bull mastiff")
    assert len(lines) == 3
    with dcmobile.load(file) as model:
        assert model.classify(photos[3])[0].label == "buckeye"
