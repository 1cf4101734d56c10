from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from evaluate_graph import evaluate
from small_graphs import same_results
from torch import nn

from dcmobile.capture import capture
from dcmobile.operators import LocalResponseNorm
from dcmobile.passes import prepare
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.free_batch import free_batch
from dcmobile.passes.match_lrn import match_lrn
from dcmobile.passes.merge_affine import merge_affine
from dcmobile.passes.merge_shapes import merge_shapes


def test_before_and_after() -> None:
    captured = capture(nn.LocalResponseNorm(5, 1e-2, 0.75, 2.0).eval(), (torch.zeros(1, 8, 4, 6),))
    graph = drop_dead_code(merge_affine(merge_shapes(free_batch(captured))))
    assert str(graph) == (
        "input  input: [B, 8, 4, 6]\n"
        "mul: [B, 8, 4, 6] = Multiply()(input, input)\n"
        "view: [B, 1, 8, 4, 6] = Reshape(shape=(1, 8, 4, 6))(mul)\n"
        "pad: [B, 1, 12, 4, 6] = Pad(before=(0, 0, 2, 0, 0), after=(0, 0, 2, 0, 0))(view)\n"
        "avg_pool3d.1: [B, 1, 12, 24] = Flatten(first_axis=3, last_axis=4)(pad)\n"
        "avg_pool3d.2: [B, 1, 8, 24] = AveragePool2d(kernel_h=5, kernel_w=1)(avg_pool3d.1)\n"
        "squeeze: [B, 8, 4, 6] = Reshape(shape=(8, 4, 6))(avg_pool3d.2)\n"
        "add: [B, 8, 4, 6] = Affine(scale=0.01, shift=2.0)(squeeze)\n"
        "pow_1: [B, 8, 4, 6] = PowerScalar(exponent=0.75)(add)\n"
        "div: [B, 8, 4, 6] = Divide()(input, pow_1)\n"
        "output output: div"
    )
    matched = drop_dead_code(match_lrn(graph))
    assert str(matched) == (
        "input  input: [B, 8, 4, 6]\n"
        "div: [B, 8, 4, 6] = LocalResponseNorm(size=5, alpha=0.01, beta=0.75, k=2.0)(input)\n"
        "output output: div"
    )
    same_results(graph, matched)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("shape", [(1, 6, 5), (1, 6, 5, 3)])
def test_every_size(size: int, shape: tuple[int, ...]) -> None:
    captured = capture(nn.LocalResponseNorm(size, 0.1, 0.5, 1.5).eval(), (torch.zeros(shape),))
    graph = prepare(captured)
    if size == 1:
        assert all(op.kind != "AveragePool2d" for op in graph.ops)
    else:
        assert [op.attributes for op in graph.ops] == [LocalResponseNorm(size, 0.1, 0.5, 1.5)]
    x = torch.randn(3, *shape[1:])
    torch.testing.assert_close(evaluate(graph, x)[0], F.local_response_norm(x, size, 0.1, 0.5, 1.5))


class Other(nn.Module):
    """Divides by the norm of something else, or pads otherwise."""

    def __init__(self, other: bool, before: int) -> None:
        super().__init__()
        self.other, self.before = other, before

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x.relu() if self.other else x
        square = F.pad((y * y).unsqueeze(1), (0, 0, self.before, 4 - self.before))
        mean = F.avg_pool2d(square, (5, 1), stride=1).squeeze(1)
        return x / (mean * 0.1 + 1.0) ** 0.75


@pytest.mark.parametrize(("other", "before", "found"), [(False, 2, True), (True, 2, False), (False, 1, False)])
def test_what_is_another_formula_stays(other: bool, before: int, found: bool) -> None:
    graph = prepare(capture(Other(other, before).eval(), (torch.zeros(1, 8, 6),)))
    assert any(op.kind == "LocalResponseNorm" for op in graph.ops) == found
