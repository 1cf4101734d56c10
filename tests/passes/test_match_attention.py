from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from evaluate_graph import evaluate
from small_graphs import GraphBuilder, changed
from torch import nn

from dcmobile.capture import capture
from dcmobile.graph import BATCH as B
from dcmobile.graph import Graph
from dcmobile.operators import Affine, Attention, MatMul, Softmax
from dcmobile.passes import prepare
from dcmobile.passes.drop_dead_code import drop_dead_code
from dcmobile.passes.match_attention import match_attention

Tensor = torch.Tensor


def written_out(scores_read_twice: bool = False) -> Graph:
    build = GraphBuilder(q=(B, 3, 8), k=(B, 8, 5), v=(B, 5, 6))
    build.add("a", MatMul(), "q", "k", shape=(B, 3, 5))
    build.add("b", Affine(0.3), "a", shape=(B, 3, 5))
    build.add("c", Softmax(2), "b", shape=(B, 3, 5))
    build.add("d", MatMul(), "c", "v", shape=(B, 3, 6))
    return build.graph("d", "c") if scores_read_twice else build.graph("d")


def test_before_and_after() -> None:
    graph = written_out()
    assert str(graph) == (
        "input  q: [B, 3, 8]\n"
        "input  k: [B, 8, 5]\n"
        "input  v: [B, 5, 6]\n"
        "a: [B, 3, 5] = MatMul()(q, k)\n"
        "b: [B, 3, 5] = Affine(scale=0.3)(a)\n"
        "c: [B, 3, 5] = Softmax(axis=2)(b)\n"
        "d: [B, 3, 6] = MatMul()(c, v)\n"
        "output output: d"
    )
    assert changed(lambda before: drop_dead_code(match_attention(before)), graph) == (
        "input  q: [B, 3, 8]\n"
        "input  k: [B, 8, 5]\n"
        "input  v: [B, 5, 6]\n"
        "d.1: [B, 5, 8] = Transpose(permutation=(0, 2, 1))(k)\n"
        "d: [B, 3, 6] = Attention(scale=0.3)(q, d.1, v)\n"
        "output output: d"
    )


def test_probabilities_that_are_an_output_stay() -> None:
    graph = written_out(scores_read_twice=True)
    assert match_attention(graph) == graph


class Heads(nn.Module):
    """Attention as users write it."""

    def __init__(self, attend: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.attend = attend
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        n, t, _ = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        return self.attend(q, k, v).transpose(1, 2).reshape(n, t, 8)


MASK = torch.randn(5, 5)

WAYS: dict[str, tuple[Callable[[Tensor, Tensor, Tensor], Tensor], float]] = {
    "scaled scores": (lambda q, k, v: ((q @ k.transpose(-2, -1)) * 0.5).softmax(-1) @ v, 0.5),
    "divided scores": (lambda q, k, v: ((q @ k.mT) / 2).softmax(-1) @ v, 0.5),
    "scaled queries": (lambda q, k, v: ((q * 0.5) @ k.mT).softmax(-1) @ v, 0.5),
    "not scaled": (lambda q, k, v: (q @ k.mT).softmax(-1) @ v, 1.0),
    "masked": (lambda q, k, v: ((q @ k.mT) * 0.5 + MASK).softmax(-1) @ v, 0.5),
    "mask first": (lambda q, k, v: (MASK[:1] + (q * 0.5) @ k.mT).softmax(-1) @ v, 0.5),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_it(way: str) -> None:
    attend, scale = WAYS[way]
    model = Heads(attend).eval()
    graph = prepare(capture(model, (torch.zeros(1, 5, 8),)))
    (attention,) = (op for op in graph.ops if isinstance(op.attributes, Attention))
    assert attention.attributes == Attention(scale)
    assert len(attention.inputs) == (4 if way.startswith("mask") else 3)
    assert not any(op.kind in ("MatMul", "Softmax") for op in graph.ops)
    x = torch.randn(3, 5, 8)
    with torch.no_grad():
        torch.testing.assert_close(evaluate(graph, x)[0], model(x), rtol=1e-5, atol=1e-5)


def test_another_axis_stays() -> None:
    model = Heads(lambda q, k, v: (q @ k.mT).softmax(-2) @ v).eval()
    graph = prepare(capture(model, (torch.zeros(1, 5, 8),)))
    assert not any(isinstance(op.attributes, Attention) for op in graph.ops)
