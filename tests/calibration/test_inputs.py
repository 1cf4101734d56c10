from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from measured_networks import branches, sums
from torch import nn

from dcmobile.calibration.inputs import calibration_of
from dcmobile.capture import capture
from dcmobile.errors import CallError, ModelError
from dcmobile.graph import Graph
from dcmobile.passes import prepare

X = np.random.default_rng(0).random((7, 2, 6, 6), np.float32)
A, B = np.ones((4, 3, 6), np.float32), np.zeros((4, 6), np.float32)


@pytest.fixture(scope="module")
def one() -> Graph:
    return prepare(capture(*branches()))


@pytest.fixture(scope="module")
def two() -> Graph:
    return prepare(capture(*sums()))


def test_takes_samples_evenly_spread(one: Graph) -> None:
    for given in (X, [X], {"x": X}):
        calibration = calibration_of(one, given, 4)
        np.testing.assert_array_equal(calibration.arrays["x"], X[[0, 2, 4, 6]])
        assert not calibration.random
    assert calibration_of(one, X, 100).samples == 7


def test_batches_hold_every_sample_once(one: Graph) -> None:
    batches = list(calibration_of(one, X, 7).batches(one))
    np.testing.assert_array_equal(np.concatenate([batch["x"] for batch in batches]), X)


def test_a_fixed_input_gets_one_sample_at_a_time() -> None:
    class Fixed(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(x.permute(1, 0))

    graph = capture(Fixed().eval(), (torch.rand(3, 4),))
    samples = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    batches = list(calibration_of(graph, samples, 9).batches(graph))
    assert len(batches) == 2
    np.testing.assert_array_equal(batches[1]["x"], samples[1])


def test_several_inputs_by_order_or_name(two: Graph) -> None:
    for given in ([A, B], (A, B), {"b": B, "a": A}):
        calibration = calibration_of(two, given, 3)
        assert {name: array.shape for name, array in calibration.arrays.items()} == {"a": (3, 3, 6), "b": (3, 6)}


def test_other_numbers_become_float32(one: Graph) -> None:
    for dtype in (np.float16, np.float64, np.uint8, np.int64):
        calibration = calibration_of(one, np.ones((2, 2, 6, 6), dtype), 2)
        assert calibration.arrays["x"].dtype == np.float32


def _with(index: int, value: float) -> Any:
    changed = X.copy()
    changed[index, 1, 2, 3] = value
    return changed


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (X[:, :1], "the samples for 'x' have shape [7, 1, 6, 6]; they must be [samples, 2, 6, 6]"),
        (X[0], "have shape [2, 6, 6]; they must be [samples, 2, 6, 6]"),
        (X[:0], "there are no samples for 'x'"),
        (_with(5, np.nan), "sample 5 for 'x' has values that are not finite numbers"),
        (_with(0, np.inf), "sample 0 for 'x' has values that are not finite numbers"),
        (np.full((1, 2, 6, 6), 1e39), "sample 0 for 'x' has values that are not finite numbers"),
        (np.full((1, 2, 6, 6), 2**24 + 1), "hold whole numbers beyond 16,777,216, which float32 rounds"),
        (X.astype(np.complex64), "are complex64; they must be real numbers"),
        (X.astype("U4"), "they must be real numbers"),
        ({"y": X}, "the network has no input 'y'; it has 'x'"),
        ({}, "no samples for the input 'x'"),
        ([X, X], "2 arrays for 1 inputs ('x')"),
    ],
)
def test_refuses(one: Graph, given: Any, text: str) -> None:
    with pytest.raises(CallError) as error:
        calibration_of(one, given, 16)
    assert text in str(error.value)


def test_refuses_unequal_samples(two: Graph) -> None:
    with pytest.raises(CallError, match=r"as many samples, not 4 for 'a', 3 for 'b'"):
        calibration_of(two, [A, B[:3]], 16)


def test_noise_is_the_same_every_time(two: Graph) -> None:
    first, second = calibration_of(two, None, 5), calibration_of(two, None, 5)
    assert first.random
    assert first.digest == second.digest
    assert first.arrays["a"].shape == (5, 3, 6)
    assert first.digest != calibration_of(two, None, 6).digest


def test_noise_is_refused_for_row_numbers() -> None:
    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(10, 4)

        def forward(self, words: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.table(words.unsqueeze(1)).mean(1)
            return result

    graph = prepare(capture(Words().eval(), (torch.zeros(1, 6, dtype=torch.int64),)))
    with pytest.raises(ModelError, match="row numbers of the embedding 'table', which cannot be made up"):
        calibration_of(graph, None, 4)
    assert calibration_of(graph, np.ones((2, 6), np.int64), 4).samples == 2
