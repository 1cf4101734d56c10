"""Pictures through networks that tell classes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import dcmobile
from dcmobile.classify import Classifier
from dcmobile.errors import CallError, FileError, ModelError
from dcmobile.fileformat import Metadata, build_file, read_file
from dcmobile.fileformat.metadata import IMAGE_KEY
from dcmobile.image import ImagePreprocessing, from_preset
from dcmobile.label_file import IMAGENET, read_labels

COLOURS = ("red", "green", "blue")
BYTES = ImagePreprocessing.parse("resize=4 deviation=255")
RED = np.full((5, 9, 3), [200, 40, 20], np.uint8)


class Brightest(nn.Module):
    """Scores of a picture's colours: how much there is of each channel, five times."""

    def __init__(self, last: nn.Module | None = None, channels: int = 3) -> None:
        super().__init__()
        self.fc = nn.Linear(channels, channels)
        self.last = last or nn.Identity()
        with torch.no_grad():
            self.fc.weight.copy_(5 * torch.eye(channels))
            self.fc.bias.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.last(self.fc(x.mean([2, 3])))
        return scores


def _compressed(
    path: Path, metadata: Metadata | None = None, last: nn.Module | None = None, channels: int = 3
) -> dcmobile.Model:
    network = Brightest(last, channels).eval()
    dcmobile.compress(network, path, (torch.rand(1, channels, 4, 4),), metadata=metadata)
    return dcmobile.load(path)


@pytest.fixture
def model(tmp_path: Path) -> dcmobile.Model:
    return _compressed(tmp_path / "m.dcmodel", Metadata(labels=COLOURS).with_preprocessing(BYTES))


def test_tells_what_the_file_says(model: dcmobile.Model) -> None:
    assert model.labels == COLOURS
    assert model.preprocessing == BYTES
    assert model.metadata.producer.startswith("dcmobile ")
    assert model.metadata.entries == {IMAGE_KEY: "resize=4 deviation=255"}


def test_best_first_with_the_softmax_of_the_scores(model: dcmobile.Model) -> None:
    scores = model.classify(RED)
    assert [each.label for each in scores] == ["red", "green", "blue"]
    assert [each.class_index for each in scores] == [0, 1, 2]
    expected = torch.tensor([1000.0, 200.0, 100.0]).div(255).softmax(0)
    np.testing.assert_allclose([each.probability for each in scores], expected, rtol=1e-5)
    label, probability, _ = model.classify(RED, top=1)[0]
    assert (label, probability) == ("red", scores[0].probability)


def test_paths_and_pillow_images(model: dcmobile.Model, tmp_path: Path) -> None:
    Image.fromarray(RED).save(tmp_path / "red.png")
    expected = model.classify(RED)
    assert model.classify(tmp_path / "red.png") == expected
    assert model.classify(str(tmp_path / "red.png")) == expected
    assert model.classify(Image.fromarray(RED)) == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (nn.Softmax(1), lambda scores: scores.softmax(1)),
        (nn.Sigmoid(), torch.sigmoid),
        (nn.ReLU(), lambda scores: scores.softmax(1)),
        (nn.LogSoftmax(1), lambda scores: scores.softmax(1)),
        (nn.Sequential(nn.Sigmoid(), nn.Softmax(1)), lambda scores: scores.sigmoid().softmax(1)),
        (nn.Sequential(nn.Softmax(1), nn.Sigmoid()), lambda scores: scores.softmax(1).sigmoid()),
    ],
    ids=["softmax", "sigmoid", "relu", "log softmax", "sigmoid, softmax", "softmax, sigmoid"],
)
def test_probabilities_whatever_comes_last(last: nn.Module, expected: object, tmp_path: Path) -> None:
    assert callable(expected)
    with _compressed(tmp_path / "m.dcmodel", last=last) as model:
        got = [each.probability for each in model.classify(RED, preprocessing=BYTES)]
        assert model.gives_probabilities == any(isinstance(each, nn.Softmax | nn.Sigmoid) for each in last.modules())
    np.testing.assert_allclose(got, expected(torch.tensor([[200.0, 40, 20]]) / 51)[0], rtol=1e-5)


class _Rows(nn.Module):
    """Reads a grey picture row by row. An LSTM makes three values in the file's graph, every other operator one."""

    def __init__(self, probabilities: bool) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 5, batch_first=True)
        self.fc = nn.Linear(5, 2)
        self.probabilities = probabilities

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.fc(self.lstm(x.squeeze(1))[0][:, -1])
        return scores.softmax(1) if self.probabilities else scores


@pytest.mark.parametrize("probabilities", [False, True])
def test_finds_what_makes_the_output_among_operators_of_many_values(probabilities: bool, tmp_path: Path) -> None:
    dcmobile.compress(_Rows(probabilities).eval(), tmp_path / "m.dcmodel", (torch.rand(1, 1, 4, 4),))
    with dcmobile.load(tmp_path / "m.dcmodel") as model:
        assert model.gives_probabilities == probabilities


class _Swapped(nn.Module):
    """Its first output is the features, which are made before the probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.fc(x).relu()
        return features, self.head(features).softmax(1)


def test_the_first_output_counts_whatever_is_last(tmp_path: Path) -> None:
    dcmobile.compress(_Swapped().eval(), tmp_path / "m.dcmodel", (torch.rand(1, 4),))
    with dcmobile.load(tmp_path / "m.dcmodel") as model:
        assert model.operators[-1].type == "Softmax"
        assert not model.gives_probabilities


def test_equal_scores_come_in_order(model: dcmobile.Model) -> None:
    assert [each.label for each in model.classify(np.full((4, 4), 9, np.uint8))] == list(COLOURS)
    classifier = Classifier(model)
    classifier.labels = ()
    scores = classifier.scores(np.tile(np.array([1, 0, 2], np.float32), 100), 300)
    assert [each.class_index for each in scores] == [*range(2, 300, 3), *range(0, 300, 3), *range(1, 300, 3)]


def test_without_labels_the_class_has_no_name(tmp_path: Path) -> None:
    with _compressed(tmp_path / "m.dcmodel", Metadata().with_preprocessing(BYTES)) as model:
        assert model.labels == ()
        assert [(each.label, each.class_index) for each in model.classify(RED, 2)] == [(None, 0), (None, 1)]


@pytest.mark.parametrize("top", [0, -1, True, 1.0])
def test_refuses_a_top_that_is_no_count(model: dcmobile.Model, top: int) -> None:
    with pytest.raises(CallError, match="it must be a number from 1"):
        model.classify(RED, top)


def test_more_than_all_classes_are_all(model: dcmobile.Model) -> None:
    assert len(model.classify(RED, top=100)) == 3


def test_a_file_that_does_not_say_how(tmp_path: Path) -> None:
    with _compressed(tmp_path / "m.dcmodel") as model:
        assert model.preprocessing is None
        with pytest.raises(CallError, match=r"does not say how .* \(it has no entry dcmobile\.image\)"):
            model.classify(RED)
        with pytest.raises(CallError, match=re.escape("makes [1, 3, 224, 224], the network takes [B, 3, 4, 4]")):
            model.classify(RED, preprocessing=from_preset("imagenet"))


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        (
            Metadata(entries={IMAGE_KEY: "resize=4 sharpen"}),
            "wrong, or of a newer version: 'sharpen'",
        ),
        (Metadata().with_preprocessing(ImagePreprocessing(5)), "makes [1, 3, 5, 5], the network takes [B, 3, 4, 4]"),
        (Metadata(labels=("a",)).with_preprocessing(BYTES), "1 labels for the network's 3 classes"),
    ],
)
def test_a_file_that_contradicts_itself(metadata: Metadata, reason: str, model: dcmobile.Model, tmp_path: Path) -> None:
    """As another writer may have made it: it runs, and only who relies on the words is told."""
    path = tmp_path / "other.dcmodel"
    path.write_bytes(build_file(read_file(tmp_path / "m.dcmodel").graph, metadata=metadata).data)
    with dcmobile.load(path) as other:
        assert other(np.ones((1, 3, 4, 4), np.float32)).shape == (1, 3)
        with pytest.raises(FileError, match=re.escape(reason)):
            other.classify(RED)


def test_compressing_refuses_what_does_not_fit(tmp_path: Path) -> None:
    for metadata, error in (
        (Metadata().with_preprocessing(ImagePreprocessing(4, colour="grey")), ModelError),
        (Metadata(entries={IMAGE_KEY: "resize=4 sharpen"}), FileError),
    ):
        with pytest.raises(error):
            _compressed(tmp_path / "m.dcmodel", metadata)
    assert list(tmp_path.iterdir()) == []


class _Map(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.relu()


def test_a_network_that_tells_no_classes(tmp_path: Path) -> None:
    dcmobile.compress(_Map().eval(), tmp_path / "m.dcmodel", (torch.rand(1, 3, 4, 4),))
    with (
        dcmobile.load(tmp_path / "m.dcmodel") as model,
        pytest.raises(CallError, match=re.escape("does not tell classes: its output 'output' has shape [B, 3, 4, 4]")),
    ):
        model.classify(RED, preprocessing=BYTES)


def test_scores_that_are_no_numbers(model: dcmobile.Model) -> None:
    for value in (np.nan, np.inf):
        with pytest.raises(CallError, match="no finite numbers"):
            Classifier(model).scores(np.array([[0, value, 1]], np.float32), 5)
    large = Classifier(model).scores(np.array([[-3e38, 3e38, 0]], np.float32), 1)
    assert large[0][:2] == ("green", 1.0)


def test_the_file_may_not_change_under_it(model: dcmobile.Model, tmp_path: Path) -> None:
    path = tmp_path / "m.dcmodel"
    path.replace(tmp_path / "aside")
    with pytest.raises(FileError, match=r"cannot read .*m\.dcmodel: No such file"):
        _ = model.labels
    path.write_bytes((tmp_path / "aside").read_bytes())
    with pytest.raises(FileError, match="has changed since it was loaded: load it again"):
        model.classify(RED)
    (tmp_path / "aside").replace(path)
    assert model.labels == COLOURS
    path.unlink()
    assert model.labels == COLOURS  # known by now


def test_a_relative_path_stays_the_same_file(
    model: dcmobile.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with dcmobile.load("m.dcmodel") as same:
        monkeypatch.chdir("/")
        assert same.labels == COLOURS


def test_imagenets_names() -> None:
    names = read_labels(IMAGENET)
    assert len(names) == len(set(names)) == 1000
    assert all(name == name.strip() and name.isascii() and len(name) <= 30 for name in names)
    known = {0: "tench", 1: "goldfish", 281: "tabby", 388: "giant panda", 404: "airliner", 999: "toilet tissue"}
    assert {index: names[index] for index in known} == known
    # A few of foolbox's photos by the number in their file name, as a person would call them.
    shown = {243: "bull mastiff", 949: "strawberry", 541: "drum", 915: "yurt", 22: "bald eagle", 251: "dalmatian"}
    assert {index: names[index] for index in shown} == shown
    cranes = [index for index, name in enumerate(names) if name.startswith("crane")]
    assert [names[index] for index in cranes] == ["crane (bird)", "crane (machine)"]
    assert cranes == [134, 517]
