"""The definitions: as many parameters as published, the shapes that the docstrings say, the same weights each time."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dcmobile import zoo
from dcmobile.errors import CallError
from dcmobile.zoo import trained
from dcmobile.zoo.efficientnet_lite import SameConv2d
from dcmobile.zoo.initialisation import initialise
from dcmobile.zoo.recipes import paper_recipe
from dcmobile.zoo.squeezenet import SqueezeNet

#: Published counts; those of the small recurrent, text and audio networks follow from their papers' or files' layers.
PARAMETERS = {
    "alexnet": 60_965_224,
    "vgg16": 138_357_544,
    "squeezenet1_0": 1_248_424,
    "squeezenet1_1": 1_235_496,
    "resnet18": 11_689_512,
    "resnet50": 25_557_032,
    "mobilenet_v2": 3_504_872,
    "mobilenet_v3_large": 5_483_032,
    "efficientnet_b0": 5_288_548,
    "efficientnet_lite0": 4_652_008,
    "shufflenet_v2": 2_278_604,
    "densenet121": 7_978_856,
    "vit_tiny": 5_717_416,
    "transformer_encoder": 925_960,
    "keyword_lstm": 205_324,
    "keyword_gru": 229_474,
    "ppocr_detector": 1_171_593,
    "ppocr_direction": 129_356,
    "mtcnn_pnet": 6_632,
    "mtcnn_rnet": 100_178,
    "mtcnn_onet": 389_040,
    "crepe_tiny": 486_552,
    "silero_vad": 243_585,
}
#: Of networks that do not end in 1,000 ImageNet classes.
OUTPUTS = {
    "transformer_encoder": [(1, 8)],
    "keyword_lstm": [(1, 12)],
    "keyword_gru": [(1, 2)],
    "ppocr_detector": [(1, 1, 256, 320)],
    "ppocr_direction": [(1, 2)],
    "mtcnn_pnet": [(1, 4, 19, 27), (1, 2, 19, 27)],
    "mtcnn_rnet": [(1, 4), (1, 2)],
    "mtcnn_onet": [(1, 4), (1, 10), (1, 2)],
    "crepe_tiny": [(1, 360)],
    "silero_vad": [(1, 1), (1, 128), (1, 128)],
}


def _outputs(model: nn.Module, inputs: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
    with torch.no_grad():
        result = model(*inputs)
    return list(result) if isinstance(result, tuple) else [result]


def test_every_network_has_its_count() -> None:
    assert set(PARAMETERS) == set(zoo.names())
    assert set(trained.names()) < set(zoo.names())


@pytest.mark.parametrize("name", zoo.names())
def test_parameters_shapes_and_values(name: str) -> None:
    model, inputs = zoo.build(name)
    assert sum(parameter.numel() for parameter in model.parameters()) == PARAMETERS[name]
    assert not any(module.training for module in model.modules())
    results = _outputs(model, inputs)
    assert [tuple(result.shape) for result in results] == OUTPUTS.get(name, [(1, 1000)])
    for result in results:
        assert result.isfinite().all()
        if result.numel() > 1:
            assert 1e-3 < result.std() < 100  # neither dead nor blown up by the depth


@pytest.mark.parametrize("name", ["squeezenet1_1", "keyword_gru", "silero_vad"])
def test_a_seed_gives_the_same_network(name: str) -> None:
    state = torch.random.get_rng_state()
    first, again, other = (zoo.build(name, seed) for seed in (3, 3, 4))
    for (key, tensor), same, different in zip(
        first[0].named_parameters(), again[0].parameters(), other[0].parameters(), strict=True
    ):
        assert torch.equal(tensor, same), key
        assert not torch.equal(tensor, different), key
    assert all(torch.equal(a, b) for a, b in zip(first[1], again[1], strict=True))
    assert torch.equal(state, torch.random.get_rng_state())


def test_batch_norms_get_the_statistics_of_what_they_meet() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.BatchNorm2d(5))
    image = torch.randn(2, 3, 12, 12)
    initialise(model, (image,))
    with torch.no_grad():
        before = model[3](model[2](model[1](model[0](image))))
    torch.testing.assert_close(model[4].running_mean, before.mean((0, 2, 3)))
    torch.testing.assert_close(model[4].running_var, before.var((0, 2, 3), correction=0))


@pytest.mark.parametrize(("size", "kernel", "stride"), [(224, 3, 2), (225, 3, 2), (7, 5, 1), (6, 5, 2), (9, 1, 2)])
def test_same_padding_keeps_the_rounded_up_size(size: int, kernel: int, stride: int) -> None:
    convolution = SameConv2d(1, 1, kernel, stride, bias=False)
    nn.init.ones_(convolution.weight)
    image = torch.ones(1, 1, size, size)
    with torch.no_grad():
        result = convolution(image)[0, 0]
    out = -(-size // stride)
    assert result.shape == (out, out)
    # Element o of TensorFlow's "same" starts at o s - floor(p / 2), p zeros in all; ones count what is inside.
    total = max(0, (out - 1) * stride + kernel - size)
    starts = [index * stride - total // 2 for index in range(out)]
    inside = torch.tensor([min(start + kernel, size) - max(start, 0) for start in starts])
    assert torch.equal(result, torch.outer(inside, inside).float())


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(CallError, match=r"no network is called 'resnet19'; there is alexnet, vgg16"):
        zoo.build("resnet19")
    with pytest.raises(CallError, match=r"the paper has no recipe for 'resnet18'; it has alexnet, vgg16"):
        paper_recipe("resnet18")
    with pytest.raises(ValueError, match=r"version is '2'"):
        SqueezeNet("2")


@pytest.mark.parametrize(("name", "kept", "layers"), [("alexnet", 0.11, 8), ("vgg16", 0.075, 16)])
def test_paper_recipes_keep_what_the_paper_says(name: str, kept: float, layers: int) -> None:
    recipe = paper_recipe(name)
    model = zoo.untrained(name)
    weights = {path: module.weight for path, module in model.named_modules() if hasattr(module, "weight")}
    recipe.check_patterns(weights)
    settings = {path: recipe.for_module(path) for path in weights}
    assert len(recipe.layers) == len(weights) == layers
    left = 0.0
    for path, layer in settings.items():
        assert layer is not None
        assert layer.density is not None
        assert layer.bits == (8 if weights[path].dim() == 4 else 5)
        left += layer.density * weights[path].numel()
    assert left / sum(weight.numel() for weight in weights.values()) == pytest.approx(kept, abs=0.004)
