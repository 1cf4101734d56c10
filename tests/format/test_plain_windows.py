"""Section 3 of docs/format.md: convolutions and pools, against torch."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from one_operator import operator, random_floats
from plain_windows import Window

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
    names: dict[str, Any] = {"stride_w": s, "dilation_w": d, "pad_left": p, "pad_right": q}
    names |= {"stride_h": 2, "dilation_h": 3, "pad_top": 2, "pad_bottom": 0, "groups": 2}
    padded = torch.nn.functional.pad(torch.from_numpy(x), (p, q, 2, 0))
    expected = torch.nn.functional.conv2d(
        padded, torch.from_numpy(weight), torch.from_numpy(bias), stride=(2, s), dilation=(3, d), groups=2
    )
    result = operator("Conv2d", x, parameters=[weight, bias], weight=0, bias=1, **names)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("case", [c for c in WINDOW_CASES if c[4] == c[5] and 2 * c[4] <= c[1]])
def test_max_pool2d_windows_are_those_of_torch(case: tuple[int, ...], ceil_mode: bool) -> None:
    n, k, s, d, p, q = case
    x = np.random.default_rng(n).standard_normal((2, 3, 8, n), dtype=np.float32) - 5  # no zero may win
    expected = torch.nn.functional.max_pool2d(
        torch.from_numpy(x), (3, k), stride=(4, s), padding=(1, p), dilation=(1, d), ceil_mode=ceil_mode
    )
    names: dict[str, Any] = {"kernel_w": k, "stride_w": s, "dilation_w": d, "pad_left": p, "pad_right": q}
    names |= {"kernel_h": 3, "stride_h": 4, "pad_top": 1, "pad_bottom": 1, "ceil_mode": int(ceil_mode)}
    np.testing.assert_array_equal(operator("MaxPool2d", x, **names), expected.numpy())


def test_max_pool2d_with_different_paddings() -> None:
    x = np.random.default_rng(0).standard_normal((1, 2, 6, 7), dtype=np.float32)
    padded = torch.nn.functional.pad(torch.from_numpy(x), (0, 1, 1, 0), value=-torch.inf)
    expected = torch.nn.functional.max_pool2d(padded, 3, stride=2)
    names: dict[str, Any] = {"kernel_h": 3, "kernel_w": 3, "stride_h": 2, "stride_w": 2, "pad_right": 1, "pad_top": 1}
    np.testing.assert_array_equal(operator("MaxPool2d", x, **names), expected.numpy())


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


# n, k, s, d, p, q along one axis; the other one is fixed and differs in everything.
SHORT_CASES = [(5, 3, 1, 1, 1, 1), (9, 2, 3, 2, 0, 1), (7, 4, 2, 1, 2, 0), (1, 3, 2, 1, 1, 1), (6, 1, 1, 1, 0, 0)]


@pytest.mark.parametrize("case", SHORT_CASES)
@pytest.mark.parametrize("groups", [1, 2])
def test_conv1d_is_that_of_torch(case: tuple[int, ...], groups: int) -> None:
    n, k, s, d, p, q = case
    x, weight, bias = random_floats(3, 4, n), random_floats(6, 4 // groups, k), random_floats(6)
    padded = F.pad(torch.from_numpy(x), (p, q))
    expected = F.conv1d(padded, torch.from_numpy(weight), torch.from_numpy(bias), s, 0, d, groups)
    names: dict[str, Any] = {
        "stride": s,
        "dilation": d,
        "pad_left": p,
        "pad_right": q,
        "groups": groups,
        "activation": 1,
    }
    result = operator("Conv1d", x, parameters=[weight, bias], bias=1, **names)
    np.testing.assert_allclose(result, expected.relu().numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", SHORT_CASES)
@pytest.mark.parametrize("groups", [1, 2])
def test_conv_transpose2d_is_that_of_torch(case: tuple[int, ...], groups: int) -> None:
    n, k, s, d, p, q = case
    if (n - 1) * s - p - q + d * (k - 1) + 1 < 1:
        return
    x, weight, bias = random_floats(2, 4, 3, n), random_floats(4, 3, 3, k), random_floats(3 * groups)
    full = F.conv_transpose2d(
        torch.from_numpy(x), torch.from_numpy(weight), torch.from_numpy(bias), (2, s), 0, 0, groups, (3, d)
    )
    expected = full[:, :, 2 : full.shape[2] - 1, p : full.shape[3] - q]
    names: dict[str, Any] = {"stride_h": 2, "dilation_h": 3, "pad_top": 2, "pad_bottom": 1, "groups": groups}
    names |= {"stride_w": s, "dilation_w": d, "pad_left": p, "pad_right": q}
    result = operator("ConvTranspose2d", x, parameters=[weight, bias], bias=1, **names)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("count_include_pad", [False, True])
@pytest.mark.parametrize("divisor", [None, 5])
@pytest.mark.parametrize("n", [5, 6, 7, 8])
def test_average_pool2d_is_that_of_torch(ceil_mode: bool, count_include_pad: bool, divisor: int | None, n: int) -> None:
    x = random_floats(2, 3, 8, n)
    expected = F.avg_pool2d(torch.from_numpy(x), (2, 3), (3, 2), (1, 1), ceil_mode, count_include_pad, divisor)
    names: dict[str, Any] = {"kernel_h": 2, "kernel_w": 3, "stride_h": 3, "stride_w": 2, "divisor": divisor or 0}
    names |= dict.fromkeys(["pad_top", "pad_left", "pad_bottom", "pad_right"], 1)
    result = operator("AveragePool2d", x, ceil_mode=ceil_mode, count_include_pad=count_include_pad, **names)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (7, 2), (9, 6)])
def test_adaptive_pools_are_those_of_torch(size: tuple[int, int]) -> None:
    x = random_floats(2, 3, 7, 5)
    names: dict[str, Any] = {"out_h": size[0], "out_w": size[1]}
    mean = F.adaptive_avg_pool2d(torch.from_numpy(x), size).numpy()
    np.testing.assert_allclose(operator("AdaptiveAveragePool2d", x, **names), mean, rtol=1e-5, atol=1e-6)
    largest = F.adaptive_max_pool2d(torch.from_numpy(x), size).numpy()
    np.testing.assert_array_equal(operator("AdaptiveMaxPool2d", x, **names), largest)
