"""Section 3 of docs/format.md: whole graphs, and the operators of the first version, against torch."""

import numpy as np
import pytest
import torch
from hand_assembly import build
from hand_made_model import Model
from one_operator import operator
from plain_reader import PlainModel, read, run
from plain_weights import crc32c


@pytest.mark.parametrize("shape", [(2, 5), (2, 3, 5)])
def test_linear_is_that_of_torch(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape, dtype=np.float32)
    weight, bias = rng.standard_normal((4, 5), dtype=np.float32), rng.standard_normal(4, dtype=np.float32)
    expected = torch.nn.functional.linear(*(torch.from_numpy(a) for a in (x, weight, bias))).relu()
    result = operator("Linear", x, parameters=[weight, bias], weight=0, bias=1, activation=1)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-6)


def test_softmax_and_flatten_are_those_of_torch() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5), dtype=np.float32) * 50
    expected = torch.from_numpy(x).softmax(2).numpy()
    np.testing.assert_allclose(operator("Softmax", x, axis=2), expected, rtol=1e-5, atol=1e-12)
    assert operator("Flatten", x, last_axis=3).shape == (2, 60)
    np.testing.assert_array_equal(operator("Flatten", x, first_axis=2, last_axis=3), x.reshape(2, 3, 20))


def residual() -> Model:
    """Conv2d (padded, Relu), Add with the input (Relu), MaxPool2d, Flatten, Linear; the weights dense."""
    rng = np.random.default_rng(3)
    arrays = [rng.standard_normal(s).astype("<f4") for s in [(2, 2, 3, 3), (2,), (3, 8)]]
    payload, weights = b"", []
    for array in arrays:
        payload += bytes(-len(payload) % 16)
        dense = {"offset": len(payload), "crc32c": crc32c(array.tobytes())}
        weights.append({"shape": list(array.shape), "encoding": ("Dense", dense)})
        payload += array.tobytes()
    pads = dict.fromkeys(["pad_top", "pad_left", "pad_bottom", "pad_right"], 1)
    pool = dict.fromkeys(["kernel_h", "kernel_w", "stride_h", "stride_w"], 2)
    return {
        "inputs": [{"name": "x", "shape": [-1, 2, 4, 5]}],
        "weights": weights,
        "ops": [
            {"attributes": ("Conv2d", {"weight": 0, "bias": 1, "activation": 1, **pads})},
            {"attributes": ("Add", {"activation": 1}), "inputs": [0, 1]},
            {"attributes": ("MaxPool2d", pool)},
            {"attributes": ("Flatten", {"last_axis": 3})},
            {"attributes": ("Linear", {"weight": 2})},
        ],
        "outputs": [{"name": "y", "value": 5}, {"name": "sum", "value": 2}],
        "payload": payload + bytes(8),
    }


def test_a_graph_with_a_branch_runs_as_in_torch() -> None:
    model: PlainModel = read(build(residual()))
    x = np.random.default_rng(4).standard_normal((3, 2, 4, 5), dtype=np.float32)
    t = torch.from_numpy(x)
    conv_weight, conv_bias, linear_weight = (torch.from_numpy(w.values) for w in model.weights)
    total = (torch.nn.functional.conv2d(t, conv_weight, conv_bias, padding=1).relu() + t).relu()
    y = torch.nn.functional.max_pool2d(total, 2).flatten(1) @ linear_weight.T
    results = run(model, x)
    np.testing.assert_allclose(results[0], y.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(results[1], total.numpy(), rtol=1e-5, atol=1e-5)
