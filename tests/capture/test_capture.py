from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from evaluate_graph import evaluate
from example_calls import Calls
from torch import nn

from dcmobile import operators
from dcmobile.capture import capture, supported_operators
from dcmobile.errors import CallError, GraphError, ModelError, UnsupportedOperatorError
from dcmobile.graph import BATCH, Graph
from examples.mnist.networks import LeNet5


class Sorted(nn.Module):
    """A module with an operator that no .dcmodel has."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.sort(1)[0]


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


def test_other_views_are_reshape() -> None:
    graph = capture(Calls(lambda self, x: x.view(3, 2).relu().flatten()), (torch.zeros(2, 3),))
    assert attributes(graph) == [operators.Reshape((3, 2)), operators.Relu(), operators.Reshape((6,))]


def test_no_ops_leave_nothing_behind() -> None:
    def forward(self: Calls, x: torch.Tensor) -> torch.Tensor:
        return self.drop(x.contiguous().clone().float()).view(2, 3).detach().relu()  # type: ignore[no-any-return, operator]

    graph = capture(Calls(forward, drop=nn.Dropout()), (torch.zeros(2, 3),))
    assert str(graph) == "input  inputs_0: [2, 3]\nrelu: [2, 3] = Relu()(inputs_0)\noutput output: relu"


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


def test_what_a_model_leaves_out_of_its_outputs_is_no_output() -> None:
    model = Calls(lambda self, x: (None, x.relu(), None))
    assert capture(model, (torch.zeros(1, 3),)).output_names == ("output",)


def test_constant_outputs_are_refused() -> None:
    model = Calls(lambda self, x: (x.relu(), torch.ones(3)))
    with pytest.raises(ModelError, match="output 1 of the model is a constant"):
        capture(model, (torch.zeros(1, 3),))


def test_what_is_computed_from_one_parameter_has_its_name() -> None:
    model = Calls(
        lambda self, x: F.linear(F.linear(x, self.w[:3]), self.w[3:].t() * 2) @ torch.ones(3, 2),
        w=nn.Parameter(torch.randn(6, 3)),
    )
    graph = capture(model, (torch.zeros(1, 3),))
    assert [op.weights["weight"] for op in graph.ops] == ["w", "w_2", "full"]


def test_one_matrix_that_is_used_twice_is_one_weight() -> None:
    graph = capture(Calls(lambda self, x: x @ self.w @ self.w, w=nn.Parameter(torch.randn(3, 3))), (torch.zeros(1, 3),))
    assert [op.weights["weight"] for op in graph.ops] == ["w", "w"]


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


def test_dynamic_batch_in_a_class_token_and_a_number_of_samples() -> None:
    token = nn.Parameter(torch.randn(1, 1, 4))
    model = Calls(lambda self, x: torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1), token=token)
    program = exported(model, torch.zeros(2, 3, 4), dynamic_shapes=(({0: torch.export.Dim.DYNAMIC},),))
    graph = capture(program)
    x = torch.randn(5, 3, 4)
    assert graph.values[graph.outputs[0]].shape == (BATCH, 4, 4)
    torch.testing.assert_close(evaluate(graph, x)[0], model(x))


def test_dynamic_batch_that_is_used_as_a_number_is_refused() -> None:
    model = Calls(lambda self, x: x / x.shape[0])
    program = exported(model, torch.zeros(2, 3), dynamic_shapes=(({0: torch.export.Dim.DYNAMIC},),))
    with pytest.raises(UnsupportedOperatorError, match=r"aten\.div\.Tensor \(its 'other' is not a tensor\)"):
        capture(program)


@pytest.mark.parametrize(
    ("forward", "obstacle"),
    [
        (lambda self, x: x.softmax(0), "Softmax does not treat it sample by sample"),
        (lambda self, x: x - x.mean(0, keepdim=True), "Reduce does not treat it sample by sample"),
        (lambda self, x: x[:1].relu(), "Slice does not treat it sample by sample"),
        (lambda self, x: x.relu().mean(1).sum(0, keepdim=True), "Reduce does not treat it"),
    ],
)
def test_dynamic_batch_that_cannot_be_free_is_refused(forward: Any, obstacle: str) -> None:
    program = exported(Calls(forward), torch.zeros(2, 3), dynamic_shapes=(({0: torch.export.Dim.DYNAMIC},),))
    with pytest.raises(ModelError, match=f"dynamic in the exported program, but {obstacle}.*: export it with a fixed"):
        capture(program)


def test_dynamic_batch_that_leaves_the_first_axis_is_refused() -> None:
    program = exported(
        Calls(lambda self, x: x.t().relu().t()), torch.zeros(2, 3), dynamic_shapes=(({0: torch.export.Dim.DYNAMIC},),)
    )
    with pytest.raises(
        UnsupportedOperatorError, match=r"dynamic size in dimension 1.*export the model with one sample"
    ):
        capture(program)


def test_inputs_with_and_without_a_dynamic_batch_are_refused() -> None:
    program = exported(
        Calls(lambda self, x, y: x + y),
        torch.zeros(2, 3),
        torch.zeros(1, 3),
        dynamic_shapes=(({0: torch.export.Dim.DYNAMIC}, None),),
    )
    with pytest.raises(ModelError, match="the inputs differ in it: make it dynamic for all inputs or for none"):
        capture(program)


def test_dynamic_size_elsewhere_is_refused() -> None:
    program = exported(
        Calls(lambda self, x: x.relu()), torch.zeros(2, 8), dynamic_shapes=(({1: torch.export.Dim.DYNAMIC},),)
    )
    with pytest.raises(ModelError, match="input 'inputs_0' has a dynamic size in dimension 1"):
        capture(program)


def test_unsupported_operators_come_in_one_error() -> None:
    model = Calls(lambda self, x: self.order(self.order(self.fc(x))).floor(), fc=nn.Linear(4, 4), order=Sorted())
    with pytest.raises(UnsupportedOperatorError) as caught:
        capture(model, (torch.zeros(2, 4),))
    text = str(caught.value)
    assert "\n" not in text
    assert "aten.sort.default in module 'order', " in text
    assert ", 2 times - take it out of the model and do it on the model's output" in text
    assert "aten.floor.default in the model's forward, " in text
    assert f"{__file__}:" in text
    assert "getitem" not in text
    assert "or leave that part of the model to ExecuTorch" in text


def test_many_unsupported_operators_are_counted() -> None:
    model = Calls(lambda self, x: x.sin().cos().tan().floor().round())
    with pytest.raises(UnsupportedOperatorError, match=r"aten\.tan\.default [^;]*; and 2 more: "):
        capture(model, (torch.zeros(2, 4),))


@pytest.mark.parametrize(
    ("forward", "shape", "text"),
    [
        (lambda self, x: F.conv1d(x, x), (2, 3, 5), "its 'weight' is computed"),
        (
            lambda self, x: F.conv2d(x[None], torch.ones(2, 3, 2, 2))[0, 0].sum(),
            (3, 8, 8),
            "its result has no dimension",
        ),
        (lambda self, x: F.linear(x, torch.ones(4, 3)), (3,), "add a batch dimension"),
        (lambda self, x: F.linear(x, torch.ones(3)), (2, 3), "its weight has no dimension of outputs"),
        (lambda self, x: F.conv3d(x, torch.ones(2, 3, 1, 1, 1)), (1, 3, 2, 2, 2), "only 1 and 2 are supported"),
        (lambda self, x: F.avg_pool3d(x, 2), (1, 3, 2, 2, 2), "it has 3 dimensions"),
        (lambda self, x: F.layer_norm(x, (3,)), (3,), "over all axes: add a batch dimension"),
        (lambda self, x: F.max_pool2d(x, 2, return_indices=True)[1].float(), (1, 1, 4, 4), "result 1 of aten.max_pool"),
        (lambda self, x: (x > 0) * x, (2, 3), "aten.gt.Scalar .*need no comparison"),
        (lambda self, x: torch.where(torch.tensor([True, False, True]), x, torch.inf), (2, 3), "infinite values"),
        (lambda self, x: (-2) ** x, (2, 3), "its base is -2"),
        (lambda self, x: x / 0, (2, 3), "a number that is not finite"),
        (lambda self, x: x.norm(p=3, dim=1), (2, 3), "of order 3, only 1, 2 and infinity"),
        (lambda self, x: x[..., None, None, None, None, None].relu(), (1, 1, 1, 1), "a tensor of 9 dimensions"),
        (lambda self, x: F.pad(x, (1, 1), value=torch.inf), (2, 3), "it pads with infinity"),
        (lambda self, x: F.interpolate(x, scale_factor=1.5, mode="nearest-exact"), (1, 1, 4, 4), 'use "nearest"'),
        (lambda self, x: F.interpolate(x, scale_factor=2, mode="bicubic"), (1, 1, 4, 4), 'bicubic2d.* mode="bilinear"'),
        (lambda self, x: x[:, torch.tensor([[0, 1]])], (2, 3), "its index has 2 dimensions"),
        (lambda self, x: x[[0, 1], [1, 2]], (2, 3), "several indices"),
        (lambda self, x: x.flip(1), (2, 65), "make 65 pieces, more than 64"),
        (lambda self, x: x.unfold(1, 65, 1), (2, 80), "65 elements, more than 64: use a convolution"),
        (lambda self, x: F.conv_transpose2d(x, torch.ones(1, 1, 2, 2), None, 2, 0, 1), (1, 1, 4, 4), "output_padding"),
        (lambda self, x: x.long().float(), (2, 3), "cuts numbers to whole ones"),
        (lambda self, x: x.half().float(), (2, 3), "gives float16"),
        (lambda self, x: x + torch.rand(3), (2, 3), "aten.rand"),
        (lambda self, x: F.scaled_dot_product_attention(x, x, x, dropout_p=0.5), (1, 2, 3), "drops out at random"),
        (
            lambda self, x: F.scaled_dot_product_attention(x, x, x, torch.ones(2, 2).tril(-1).bool()),
            (1, 2, 3),
            "leaves a query without any key",
        ),
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


def test_an_lstm_with_projections_is_refused() -> None:
    model = Calls(lambda self, x: self.rnn(x)[0], rnn=nn.LSTM(3, 4, proj_size=2))
    with pytest.raises(UnsupportedOperatorError, match=r"aten\.lstm\.input \(it has projections .*in module 'rnn'"):
        capture(model, (torch.zeros(1, 5, 3),))


def test_whole_numbers_are_moved_but_not_computed_with() -> None:
    model = Calls(lambda self, x: self.table(x + 1), table=nn.Embedding(10, 4))
    with pytest.raises(UnsupportedOperatorError, match=r"aten\.add\.Tensor \(gives int64, only float32 is supported\)"):
        capture(model, (torch.zeros(1, 3, dtype=torch.int64),))


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
