"""Section 3 of docs/format.md: what the operators compute, against torch."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from hand_assembly import build
from hand_made_model import Model
from plain_graph import OPERATORS, PlainOp, WeightInfo, Window, output_shape
from plain_operators import evaluate
from plain_reader import PlainModel, read, run
from plain_weights import crc32c


def operator(
    kind: str, x: np.ndarray[Any, Any], parameters: list[np.ndarray[Any, Any]], **given: int
) -> np.ndarray[Any, Any]:
    """The operator on one value; also checks that the shape rule says what comes out."""
    attributes = {name: given.get(name, default) for name, _, default in OPERATORS[kind]}
    infos = [WeightInfo(p.shape, "Dense") for p in parameters]
    shape = output_shape(kind, attributes, [(-1, *x.shape[1:])], infos)
    result = evaluate(PlainOp(None, kind, attributes, (0,), shape), [x], parameters)
    assert result.shape == (len(x), *shape[1:])
    return result


WINDOW_CASES = [
    # n, k, s, d, p, q
    *itertools.product([5, 6, 9], [1, 2, 3], [1, 2, 3], [1, 2], [0, 1], [0, 1]),
    (4, 2, 4, 3, 1, 0),
    (1, 3, 2, 1, 1, 1),
    (17, 4, 5, 3, 2, 2),
]


@pytest.mark.parametrize("case", WINDOW_CASES)
def test_conv2d_windows_are_those_of_torch(case: tuple[int, ...]) -> None:
    n, k, s, d, p, q = case
    rng = np.random.default_rng(n)
    # The case along W; along H a fixed one that differs in everything.
    x = rng.standard_normal((2, 4, 7, n), dtype=np.float32)
    weight = rng.standard_normal((6, 2, 2, k), dtype=np.float32)
    bias = rng.standard_normal(6, dtype=np.float32)
    names = {"stride_w": s, "dilation_w": d, "pad_left": p, "pad_right": q}
    names |= {"stride_h": 2, "dilation_h": 3, "pad_top": 2, "pad_bottom": 0, "groups": 2}
    padded = torch.nn.functional.pad(torch.from_numpy(x), (p, q, 2, 0))
    expected = torch.nn.functional.conv2d(
        padded, torch.from_numpy(weight), torch.from_numpy(bias), stride=(2, s), dilation=(3, d), groups=2
    )
    result = operator("Conv2d", x, [weight, bias], weight=0, bias=1, **names)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("case", [c for c in WINDOW_CASES if c[4] == c[5] and 2 * c[4] <= c[1]])
def test_max_pool2d_windows_are_those_of_torch(case: tuple[int, ...], ceil_mode: bool) -> None:
    n, k, s, d, p, q = case
    x = np.random.default_rng(n).standard_normal((2, 3, 8, n), dtype=np.float32) - 5  # no zero may win
    expected = torch.nn.functional.max_pool2d(
        torch.from_numpy(x), (3, k), stride=(4, s), padding=(1, p), dilation=(1, d), ceil_mode=ceil_mode
    )
    names = {"kernel_w": k, "stride_w": s, "dilation_w": d, "pad_left": p, "pad_right": q}
    names |= {"kernel_h": 3, "stride_h": 4, "pad_top": 1, "pad_bottom": 1, "ceil_mode": int(ceil_mode)}
    np.testing.assert_array_equal(operator("MaxPool2d", x, [], **names), expected.numpy())


def test_max_pool2d_with_different_paddings() -> None:
    x = np.random.default_rng(0).standard_normal((1, 2, 6, 7), dtype=np.float32)
    padded = torch.nn.functional.pad(torch.from_numpy(x), (0, 1, 1, 0), value=-torch.inf)
    expected = torch.nn.functional.max_pool2d(padded, 3, stride=2)
    names = {"kernel_h": 3, "kernel_w": 3, "stride_h": 2, "stride_w": 2, "pad_right": 1, "pad_top": 1}
    np.testing.assert_array_equal(operator("MaxPool2d", x, [], **names), expected.numpy())


def test_windows_of_padding_only_are_found() -> None:
    # Against the definition, place by place.
    for n, k, s, d in itertools.product(range(1, 7), range(1, 5), range(1, 6), range(1, 8)):
        for p, q, ceil_mode in itertools.product(range(k // 2 + 1), range(k // 2 + 1), (False, True)):
            window = Window(k, s, d, p, q, ceil_mode)
            if window.extent > n + p + q:
                continue
            held = all(any(0 <= o * s - p + d * j < n for j in range(k)) for o in range(window.output_size(n)))
            assert window.always_holds_an_element(n) == held, window


def test_ceil_mode_drops_a_window_that_starts_in_the_padding_behind() -> None:
    # n = 4, k = 2, p = q = 1, s = 4: starts 0 and, rounded up, 4 < n + p. With s = 5 the start 5 is too far.
    assert Window(2, 4, 1, 1, 1, ceil_mode=True).output_size(4) == 2
    assert Window(2, 5, 1, 1, 1, ceil_mode=True).output_size(4) == 1


@pytest.mark.parametrize("shape", [(2, 5), (2, 3, 5)])
def test_linear_is_that_of_torch(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape, dtype=np.float32)
    weight, bias = rng.standard_normal((4, 5), dtype=np.float32), rng.standard_normal(4, dtype=np.float32)
    expected = torch.nn.functional.linear(*(torch.from_numpy(a) for a in (x, weight, bias))).relu()
    result = operator("Linear", x, [weight, bias], weight=0, bias=1, activation=1)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-6)


def test_softmax_and_flatten_are_those_of_torch() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5), dtype=np.float32) * 50
    expected = torch.from_numpy(x).softmax(2).numpy()
    np.testing.assert_allclose(operator("Softmax", x, [], axis=2), expected, rtol=1e-5, atol=1e-12)
    assert operator("Flatten", x, [], last_axis=3).shape == (2, 60)
    np.testing.assert_array_equal(operator("Flatten", x, [], first_axis=2, last_axis=3), x.reshape(2, 3, 20))


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
