"""Each translator, and the passes after it, against the module in eager PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch
from evaluate_graph import evaluate
from example_calls import cases
from torch import nn

from dcmobile.capture import capture, supported_operators
from dcmobile.capture.program import aten_program
from dcmobile.capture.translation import kept_operators, operator_name
from dcmobile.graph import BATCH, Graph
from dcmobile.passes import prepare

CASES = cases()

#: What has no free batch: its result does not have the samples first, or it mixes them.
FIXED = {
    "attentions: attention, matrices",
    "products: addmm",
    "products: mm",
    "products: vector by matrix",
    "reductions: mean of all, kept",
    "reductions: softmax over all",
    "sequences: gru",  # the last states have the layers first
    "sequences: gru, no bias",
    "sequences: lstm",
    "sequences: lstm, time first",
    "shapes: expand to more axes",
    "shapes: matrix",
    "shapes: squeeze all",
    "shapes: tile",
    "shapes: view without samples",
}


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def flat(made: Any) -> list[torch.Tensor]:
    return [made] if isinstance(made, torch.Tensor) else [tensor for part in made for tensor in flat(part)]


def eager(model: nn.Module, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    with torch.no_grad():
        return flat(model(*inputs))


def assert_equal(graph: Graph, inputs: Sequence[torch.Tensor], expected: Sequence[torch.Tensor]) -> None:
    for made, right in zip(evaluate(graph, *inputs), expected, strict=True):
        torch.testing.assert_close(made, right, rtol=1e-5, atol=1e-5 * float(right.abs().max()) + 1e-9)


@pytest.mark.parametrize("name", CASES)
def test_graphs_equal_the_module(name: str) -> None:
    """As captured, as prepared and, where the batch is free, for several samples: what one after the other gives."""
    model, inputs = CASES[name]
    graph = capture(model, inputs)
    assert_equal(graph, inputs, eager(model, inputs))
    prepared = prepare(graph)
    assert_equal(prepared, inputs, eager(model, inputs))
    free = prepared.values[prepared.inputs[0]].shape[0] == BATCH
    assert free == (name not in FIXED)
    if free:
        many = [torch.cat([x, x.flip(-1), x.roll(1, -1)]) for x in inputs]
        samples = [eager(model, [x[i : i + 1] for x in many]) for i in range(3)]
        assert_equal(prepared, many, [torch.cat(parts) for parts in zip(*samples, strict=True)])


DECOMPOSED = [
    "activations: clamp from above",
    "activations: Hardswish()",
    "convolutions: conv1d",
    "convolutions: conv2d same",
    "convolutions: conv transpose 2d",
    "convolutions: conv transpose 1d",
    "products: linear over tokens",
    "products: matmul by a constant",
    "poolings: max 2d, plain",
    "poolings: adaptive average 2d, all",
    "normalisations: layer norm",
    "normalisations: group norm",
    "reductions: softmax",
    "reductions: log softmax",
    "reductions: var",
    "shapes: pad",
    "shapes: repeat",
    "shapes: pixel shuffle",
    "shapes: stack",
    "sequences: lstm cell",
]


@pytest.mark.parametrize("name", DECOMPOSED)
def test_programs_that_the_user_decomposed(name: str) -> None:
    """``run_decompositions()`` before saving gives core ATen operators, which are captured too."""
    model, inputs = CASES[name]
    program = torch.export.export(model, inputs).run_decompositions()
    assert_equal(prepare(capture(program)), inputs, eager(model, inputs))


class All(nn.Module):
    """All cases in one module, so that they are exported at once."""

    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList([model for model, _ in CASES.values()])

    def forward(self, *inputs: torch.Tensor) -> list[Any]:
        remaining = iter(inputs)
        return [
            model(*(next(remaining) for _ in own)) for model, (_, own) in zip(self.members, CASES.values(), strict=True)
        ]


def test_there_is_a_case_for_every_translator() -> None:
    inputs = tuple(x for _, own in CASES.values() for x in own)
    program = aten_program(All().eval(), inputs, kept_operators())
    core = program.run_decompositions()
    tried = {operator_name(node) for each in (program, core) for node in each.graph.nodes}
    assert set(supported_operators()) - tried == set()
