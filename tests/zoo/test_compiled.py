"""Whole networks through the compiler and the runtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tasks import directions, faces, page, photos, speech, tones
from tasks.network import outputs
from torch import nn
from weights_of_file import with_weights_of_file

import dcmobile
from dcmobile import Recipe, zoo
from dcmobile.capture import capture
from dcmobile.graph import BATCH, Graph
from dcmobile.graph_file import dense_bytes, write_graph
from dcmobile.passes import prepare
from dcmobile.report import file_report
from dcmobile.zoo import trained
from dcmobile.zoo.recipes import paper_recipe

#: The paper's own networks go by the paper's recipe. Bytes at most: within 3 % of what the entropy of their codes and
#: gaps would take if the codes were 3.5 bits (6.93 and 11.89 MB).
LARGE = {"alexnet": 7.2e6, "vgg16": 12.3e6}
EIGHT_BITS = Recipe({"*": {"bits": 8}})

Compressed = Callable[..., dcmobile.Model]


def _network(name: str) -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    """With trained weights where there are some: their layers differ more in scale than random ones."""
    if name in trained.names():
        return trained.load(name), zoo.example_inputs(name)
    return zoo.build(name)


def _batch_of(name: str, samples: int) -> tuple[torch.Tensor, ...]:
    inputs = [zoo.example_inputs(name, seed) for seed in range(1, samples + 1)]
    return tuple(torch.cat(of_one_input) for of_one_input in zip(*inputs, strict=True))


def _with_whole_biases(recipe: Recipe) -> Recipe:
    return Recipe({pattern: replace(settings, biases="fp32") for pattern, settings in recipe.layers.items()})


def _compile(model: nn.Module, inputs: tuple[torch.Tensor, ...], recipe: Recipe, path: Path) -> Graph:
    """The steps of ``dcmobile.compress``; returns the graph before sharing, too."""
    captured = capture(model, inputs)
    graph = prepare(captured)
    recipe.check_patterns(op.name for op in graph.ops)
    write_graph(graph, recipe, path, dense_bytes(captured))
    return graph


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(zoo.names(), key=lambda name: name not in LARGE))  # the long ones first
def test_runtime_equals_torch_on_the_shared_weights(name: str, tmp_path: Path) -> None:
    network, example = _network(name)
    path = tmp_path / f"{name}.dcmodel"
    # Biases stay as they are: those of a folded BatchNorm are no factor times the model's own.
    graph = _compile(network, example, _with_whole_biases(paper_recipe(name) if name in LARGE else EIGHT_BITS), path)
    reference = with_weights_of_file(network, graph, path)
    inputs = example if name in LARGE else _batch_of(name, 2)

    with dcmobile.load(path) as model:
        assert all(info.shape[0] == BATCH for info in model.inputs)
        results = outputs(model, *(value.float() for value in inputs))
    expected = outputs(reference, *inputs)
    assert len(results) == len(expected)
    for got, want in zip(results, expected, strict=True):
        assert got.shape == want.shape
        assert float((got - want).abs().max()) <= 1e-4 * float(want.abs().max())
    if name in LARGE:
        # The reference does use the file's weights, not its own.
        assert not torch.allclose(outputs(network, *inputs)[0], expected[0], rtol=0.1)
        _check_size(path, LARGE[name])


def _check_size(path: Path, most: float) -> None:
    """Nothing is spent on anything but the entropy of the codes and gaps."""
    report = file_report(path)
    entropy = sum(row.statistics.code_entropy_bits + row.statistics.gap_entropy_bits for row in report.layers)
    assert report.file_bytes <= 1.03 * entropy / 8
    assert report.file_bytes <= most


@pytest.fixture(scope="module")
def compressed(tmp_path_factory: pytest.TempPathFactory) -> Compressed:
    """Compresses a trained network without training and without data, to 8 bits a weight, and loads the file."""
    folder = tmp_path_factory.mktemp("compressed")

    def compress(name: str, example: torch.Tensor | None = None) -> dcmobile.Model:
        inputs = zoo.example_inputs(name) if example is None else (example,)
        report = dcmobile.compress(trained.load(name), folder / name, inputs, EIGHT_BITS)
        assert report.file_bytes < 0.5 * report.dense_bytes
        return dcmobile.load(folder / name)

    return compress


@pytest.mark.slow
def test_compressed_mobilenet_v2_knows_the_photos(compressed: Compressed) -> None:
    top1, top5 = photos.top1_and_top5(compressed("mobilenet_v2"), photos.imagenet_normalised())
    assert (top1 >= 18, top5 >= 20) == (True, True), (top1, top5)


@pytest.mark.slow
def test_compressed_efficientnet_lite0_knows_the_photos(compressed: Compressed) -> None:
    top1, top5 = photos.top1_and_top5(compressed("efficientnet_lite0"), photos.efficientnet_lite_normalised())
    assert (top1 >= 17, top5 >= 19) == (True, True), (top1, top5)


@pytest.mark.slow
def test_the_compressed_detector_finds_the_lines_of_the_page(compressed: Compressed) -> None:
    assert page.lines_and_false_boxes(compressed("ppocr_detector", page.page())) == (7, 0)


@pytest.mark.slow
def test_the_compressed_classifier_tells_the_direction_of_text(compressed: Compressed) -> None:
    assert directions.right_directions(compressed("ppocr_direction"), directions.lines()) >= 78  # of 80


@pytest.mark.parametrize(("name", "size", "right"), [("pnet", 12, 199), ("rnet", 24, 200), ("onet", 48, 200)])
def test_compressed_mtcnn_tells_faces_from_other_patches(
    name: str, size: int, right: int, compressed: Compressed
) -> None:
    model = compressed(f"mtcnn_{name}", faces.patches(size)[:1])
    assert faces.right_patches(model, size) >= right


def test_compressed_crepe_hears_the_pitch(compressed: Compressed) -> None:
    assert tones.within_50_cents(compressed("crepe_tiny")) == 60


def test_compressed_silero_hears_speech_and_nothing_else(compressed: Compressed) -> None:
    model = compressed("silero_vad")
    right, steps = speech.right_steps(model)
    assert right == steps
    assert speech.loudest_false_alarm(model) < 0.2
