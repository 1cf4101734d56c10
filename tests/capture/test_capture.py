from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dcmobile import operators
from dcmobile.capture import capture, supported_operators
from dcmobile.errors import CallError, GraphError, ModelError, UnsupportedOperatorError
from dcmobile.graph import BATCH, Graph
from examples.mnist.networks import LeNet5


class Calls(nn.Module):
    """A model whose forward is a function of the test."""

    def __init__(self, forward: Any, **modules: nn.Module) -> None:
        super().__init__()
        self.function = forward
        for name, module in modules.items():
            setattr(self, name, module)
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(self, x)  # type: ignore[no-any-return]


def attributes(graph: Graph) -> list[operators.Attributes]:
    return [op.attributes for op in graph.ops]


def test_lenet5_as_text() -> None:
    graph = capture(LeNet5().eval(), (torch.zeros(2, 1, 28, 28),))
    assert str(graph) == (
        "input  image: [2, 1, 28, 28]\n"
        "conv2d: [2, 20, 24, 24] = Conv2d()(image, weight=conv1.weight, bias=conv1.bias)\n"
        "max_pool2d: [2, 20, 12, 12] = MaxPool2d(kernel_h=2, kernel_w=2, stride_h=2, stride_w=2)(conv2d)\n"
        "conv2d_1: [2, 50, 8, 8] = Conv2d()(max_pool2d, weight=conv2.weight, bias=conv2.bias)\n"
        "max_pool2d_1: [2, 50, 4, 4] = MaxPool2d(kernel_h=2, kernel_w=2, stride_h=2, stride_w=2)(conv2d_1)\n"
        "view: [2, 800] = Flatten(last_axis=3)(max_pool2d_1)\n"
        "linear: [2, 500] = Linear()(view, weight=fc1.weight, bias=fc1.bias)\n"
        "relu: [2, 500] = Relu()(linear)\n"
        "linear_1: [2, 10] = Linear()(relu, weight=fc2.weight, bias=fc2.bias)\n"
        "output output: linear_1"
    )


def test_module_paths_and_source_lines() -> None:
    graph = capture(LeNet5().eval(), (torch.zeros(1, 1, 28, 28),))
    lines = Path("examples/mnist/networks.py").resolve().read_text().splitlines()
    assert [op.name for op in graph.ops] == ["conv1", "", "conv2", "", "", "fc1", "", "fc2"]
    for op in graph.ops:
        file, _, line = op.source.rpartition(":")
        assert file.endswith("examples/mnist/networks.py")
        assert any(name in lines[int(line) - 1] for name in ("self.conv", "self.fc"))


def test_weights_are_the_models_own_memory() -> None:
    model = nn.Linear(3, 2).eval()
    graph = capture(model, (torch.zeros(1, 3),))
    assert np.shares_memory(graph.weights["weight"].values, model.weight.detach().numpy())


def test_noncontiguous_weights_become_row_major() -> None:
    model = nn.Conv2d(3, 4, 2).eval()
    model.weight.data = model.weight.data.contiguous(memory_format=torch.channels_last)
    graph = capture(model, (torch.zeros(1, 3, 4, 4),))
    values = graph.weights["weight"].values
    assert values.flags.c_contiguous
    np.testing.assert_array_equal(values, model.weight.detach().contiguous().numpy())


@pytest.mark.parametrize(
    ("kernel", "dilation", "expected"),
    [
        (3, 1, (1, 1, 1, 1)),
        ((2, 5), 1, (0, 2, 1, 2)),  # an even kernel: the greater half behind
        ((4, 3), (1, 2), (1, 2, 2, 2)),
    ],
)
def test_padding_same(kernel: Any, dilation: Any, expected: tuple[int, ...]) -> None:
    model = nn.Conv2d(1, 1, kernel, padding="same", dilation=dilation).eval()
    graph = capture(model, (torch.zeros(1, 1, 9, 9),))
    conv = graph.ops[0].attributes
    assert isinstance(conv, operators.Conv2d)
    assert (conv.pad_top, conv.pad_left, conv.pad_bottom, conv.pad_right) == expected
    # The values, against a convolution that is padded by hand.
    x = torch.randn(1, 1, 9, 9)
    top, left, bottom, right = expected
    padded = F.conv2d(F.pad(x, (left, right, top, bottom)), model.weight, model.bias, dilation=dilation)
    torch.testing.assert_close(model(x), padded)


def test_padding_valid() -> None:
    graph = capture(nn.Conv2d(1, 1, 3, padding="valid").eval(), (torch.zeros(1, 1, 9, 9),))
    assert attributes(graph) == [operators.Conv2d()]


def test_conv2d_attributes() -> None:
    model = nn.Conv2d(4, 8, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2, bias=False).eval()
    graph = capture(model, (torch.zeros(1, 4, 9, 9),))
    assert attributes(graph) == [operators.Conv2d(stride_h=2, pad_top=1, pad_bottom=1, dilation_w=2, groups=2)]
    assert graph.ops[0].weights == {"weight": "weight"}


def test_max_pool2d_attributes() -> None:
    model = Calls(lambda self, x: F.max_pool2d(x, (3, 2), stride=2, padding=1, dilation=(2, 1), ceil_mode=True))
    graph = capture(model, (torch.zeros(1, 1, 9, 9),))
    assert attributes(graph) == [operators.MaxPool2d(3, 2, 2, 2, 1, 1, 1, 1, 2, 1, True)]


def test_softmax_axis_counts_from_the_front() -> None:
    graph = capture(Calls(lambda self, x: x.softmax(-2)), (torch.zeros(1, 3, 4),))
    assert attributes(graph) == [operators.Softmax(1)]


def test_views_that_merge_axes_are_flatten() -> None:
    def forward(self: Calls, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.shape[0], 3, 20).relu().reshape(2, -1)

    graph = capture(Calls(forward), (torch.zeros(2, 3, 4, 5),))
    assert attributes(graph) == [operators.Flatten(2, 3), operators.Relu(), operators.Flatten(1, 2)]


def test_no_ops_leave_nothing_behind() -> None:
    def forward(self: Calls, x: torch.Tensor) -> torch.Tensor:
        return self.drop(x.contiguous().clone()).view(2, 3).detach().relu()  # type: ignore[no-any-return, operator]

    graph = capture(Calls(forward, drop=nn.Dropout()), (torch.zeros(2, 3),))
    assert str(graph) == "input  x: [2, 3]\nrelu: [2, 3] = Relu()(x)\noutput output: relu"


def test_in_place_operators() -> None:
    def forward(self: Calls, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(x)
        y += x
        return F.relu_(y)

    assert attributes(capture(Calls(forward), (torch.zeros(2, 3),))) == [
        operators.Relu(),
        operators.Add(),
        operators.Relu(),
    ]


def test_input_and_output_names() -> None:
    class Two(nn.Module):
        def forward(self, left: torch.Tensor, right: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return left + right, right.relu()

    graph = capture(Two().eval(), (torch.zeros(2, 3), torch.zeros(2, 3)))
    assert graph.inputs == ("left", "right")
    assert graph.output_names == ("output_0", "output_1")
    assert [op.kind for op in graph.ops] == ["Add", "Relu"]


def test_tied_weights_are_one_weight_with_the_first_name() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3)).eval()
    model[1].weight = model[0].weight
    graph = capture(model, (torch.zeros(1, 3),))
    assert [op.weights["weight"] for op in graph.ops] == ["0.weight", "0.weight"]
    assert set(graph.weights) == {"0.weight", "0.bias", "1.bias"}


def test_parametrized_weights_are_read_as_what_they_give() -> None:
    model = torch.nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)).eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    graph = capture(model, (torch.zeros(1, 3),))
    np.testing.assert_array_equal(graph.weights["weight"].values, model.weight.detach().numpy())
    assert [op.kind for op in graph.ops] == ["Linear"]
    assert model.state_dict().keys() == before.keys()
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(tensor, before[name], rtol=0, atol=0)


def exported(model: nn.Module, *inputs: torch.Tensor, **options: Any) -> torch.export.ExportedProgram:
    """Through a file, as the command line gets it."""
    file = io.BytesIO()
    torch.export.save(torch.export.export(model.eval(), inputs, **options), file)
    file.seek(0)
    return torch.export.load(file)


def test_program_from_a_file_gives_the_same_graph() -> None:
    model = LeNet5().eval()
    x = torch.zeros(2, 1, 28, 28)
    graph = capture(exported(model, x))
    assert str(graph) == str(capture(model, (x,)))
    assert [op.name for op in graph.ops] == ["conv1", "", "conv2", "", "", "fc1", "", "fc2"]


def test_strict_export_gives_the_same_graph() -> None:
    model = LeNet5().eval()
    x = torch.zeros(2, 1, 28, 28)
    assert str(capture(exported(model, x, strict=True))) == str(capture(model, (x,)))


def test_dynamic_first_dimension_is_the_batch() -> None:
    batch = torch.export.Dim("batch", min=2, max=64)
    program = exported(LeNet5(), torch.zeros(2, 1, 28, 28), dynamic_shapes=({0: batch},))
    graph = capture(program)
    assert {value.shape[0] for value in graph.values.values()} == {BATCH}
    assert graph.values["view"].shape == (BATCH, 800)


def test_dynamic_size_elsewhere_is_refused() -> None:
    program = exported(
        Calls(lambda self, x: x.relu()), torch.zeros(2, 8), dynamic_shapes=({1: torch.export.Dim.DYNAMIC},)
    )
    with pytest.raises(ModelError, match="input 'x' has a dynamic size in dimension 1"):
        capture(program)


def test_unsupported_operators_come_in_one_error() -> None:
    model = Calls(
        lambda self, x: self.act(self.act(self.norm(self.fc(x)))).tanh(),
        fc=nn.Linear(4, 4),
        norm=nn.BatchNorm1d(4),
        act=nn.GELU(),
    )
    with pytest.raises(UnsupportedOperatorError) as caught:
        capture(model, (torch.zeros(2, 4),))
    text = str(caught.value)
    assert "\n" not in text
    assert "aten._native_batch_norm_legit_no_training.default in module 'norm', " in text
    assert "aten.gelu.default in module 'act', " in text
    assert ", 2 times" in text
    assert "aten.tanh.default in the model's forward, " in text
    assert f"{__file__}:" in text
    assert "getitem" not in text
    assert "Linear, Conv2d" in text


def test_many_unsupported_operators_are_counted() -> None:
    model = Calls(lambda self, x: x.sin().cos().tan().exp().sigmoid())
    with pytest.raises(UnsupportedOperatorError, match=r"aten\.tan\.default [^;]*; and 2 more: "):
        capture(model, (torch.zeros(2, 4),))


@pytest.mark.parametrize(
    ("forward", "shape", "text"),
    [
        (lambda self, x: torch.add(x, x, alpha=2), (2, 3), "alpha is 2"),
        (lambda self, x: x + x.relu().view(1, 6).view(2, 3)[:1], (2, 3), "aten.slice"),
        (lambda self, x: x + 1, (2, 3), "its 'other' is not a tensor"),
        (lambda self, x: x.softmax(0), (2, 3), "over axis 0"),
        (lambda self, x: x.view(3, 2).relu(), (2, 3), r"from \[2, 3\] to \[3, 2\]"),
        (lambda self, x: x.flatten(), (2, 3), "only axes after the first may be merged"),
        (lambda self, x: F.linear(x, x), (2, 3), "its 'weight' is computed"),
        (lambda self, x: F.max_pool2d(x, 2), (3, 8, 8), "add a batch dimension"),
        (lambda self, x: x.double().relu().float(), (2, 3), "aten._to_copy"),
    ],
)
def test_unsupported_forms_say_why(forward: Any, shape: tuple[int, ...], text: str) -> None:
    with pytest.raises(UnsupportedOperatorError, match=text):
        capture(Calls(forward), (torch.zeros(shape),))


def test_train_mode_is_refused() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    with pytest.raises(ModelError, match=r"the model is in train mode: call \.eval\(\)"):
        capture(model, (torch.zeros(1, 3),))
    model.eval()
    model[1].train()
    with pytest.raises(ModelError, match="module '1' is in train mode"):
        capture(model, (torch.zeros(1, 3),))


@pytest.mark.parametrize("layer", [nn.Dropout(), nn.BatchNorm1d(3)])
def test_program_exported_in_train_mode_is_refused(layer: nn.Module) -> None:
    model = nn.Sequential(nn.Linear(3, 3), layer)
    program = torch.export.export(model, (torch.zeros(2, 3),))
    with pytest.raises(ModelError, match=r"exported in train mode .*in module '1'.*: call \.eval\(\)"):
        capture(program)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_named(value: float) -> None:
    layer = nn.Linear(3, 3)
    with torch.no_grad():
        layer.weight[1, 2] = value
    model = nn.Sequential(layer).eval()
    with pytest.raises(ModelError, match=r"weight '0\.weight' has 1 NaN or infinite values, the first at \[1, 2\]"):
        capture(model, (torch.zeros(1, 3),))


def test_unused_weights_are_left_out() -> None:
    model = Calls(lambda self, x: x.relu(), unused=nn.Linear(3, 3))
    with torch.no_grad():
        model.unused.weight.fill_(float("nan"))  # type: ignore[union-attr, operator]
    assert capture(model, (torch.zeros(1, 3),)).weights == {}


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_dtypes_are_refused(dtype: torch.dtype) -> None:
    with pytest.raises(ModelError, match=r"input 'input' is \w+: only float32"):
        capture(nn.Linear(3, 3).eval().to(dtype), (torch.zeros(1, 3, dtype=dtype),))


def test_example_inputs_are_needed_and_checked() -> None:
    model = nn.Linear(3, 3).eval()
    with pytest.raises(CallError, match="needs example_inputs"):
        capture(model)
    with pytest.raises(ModelError, match=r"torch\.export cannot trace the model: "):
        capture(model, (torch.zeros(1, 4),))
    with pytest.raises(CallError, match=r"expected a torch\.nn\.Module"):
        capture("net.pt2")  # type: ignore[arg-type]


def test_a_model_that_does_nothing_is_refused() -> None:
    with pytest.raises(GraphError, match="no operator to run"):
        capture(nn.Identity().eval(), (torch.zeros(1, 3),))


def test_a_model_with_state_is_refused() -> None:
    class Counts(nn.Module):
        calls: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("calls", torch.zeros(1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += x.sum()
            return x.relu()

    with pytest.raises((ModelError, UnsupportedOperatorError)):
        capture(Counts().eval(), (torch.zeros(1, 3),))


def test_every_translator_is_registered_by_its_aten_name() -> None:
    names = supported_operators()
    assert {"aten.linear.default", "aten.conv2d.padding", "aten.add.Tensor"} <= set(names)
    for name in names:
        namespace, packet, overload = name.split(".")
        assert namespace == "aten"
        assert hasattr(getattr(torch.ops.aten, packet), overload)
