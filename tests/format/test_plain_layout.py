"""Section 3 of docs/format.md: operators that move elements, against torch."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from one_operator import operator, random_floats


def test_constant() -> None:
    weight = random_floats(3, 4)
    np.testing.assert_array_equal(operator("Constant", parameters=[weight]), weight)


@pytest.mark.parametrize("batch", [False, True])
def test_reshape_and_expand_take_the_shape_of_a_sample(batch: bool) -> None:
    x = random_floats(2, 3, 4)
    shape = (2, 6) if batch else (2, 2, 6)
    np.testing.assert_array_equal(operator("Reshape", x, batch=batch, shape=shape), x.reshape(2, 2, 6))
    column = random_floats(2, 1, 4)
    shape = (5, 4) if batch else (2, 5, 4)
    expected = np.broadcast_to(column, (2, 5, 4))
    np.testing.assert_array_equal(operator("Expand", column, batch=batch, shape=shape), expected)


def test_reshape_to_one_number_a_sample() -> None:
    x = random_floats(2, 1, 1)
    np.testing.assert_array_equal(operator("Reshape", x), x.reshape(2))


def test_transpose() -> None:
    x = random_floats(2, 3, 4, 5)
    np.testing.assert_array_equal(operator("Transpose", x, permutation=(0, 3, 1, 2)), x.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(
        operator("Transpose", x, batch=False, permutation=(3, 0, 2, 1)), x.transpose(3, 0, 2, 1)
    )


@pytest.mark.parametrize("axis", [1, 2])
def test_concat(axis: int) -> None:
    parts = [random_floats(2, 3, 4, seed=i) for i in range(3)]
    parts[1] = parts[1][:, :2] if axis == 1 else parts[1][..., :1]
    np.testing.assert_array_equal(operator("Concat", *parts, axis=axis), np.concatenate(parts, axis))
    np.testing.assert_array_equal(operator("Concat", parts[0], axis=axis), parts[0])


@pytest.mark.parametrize(("start", "end", "step"), [(0, 7, 1), (2, 3, 1), (1, 7, 2), (0, 6, 4), (3, 5, 9)])
def test_slice(start: int, end: int, step: int) -> None:
    x = random_floats(2, 7, 3)
    np.testing.assert_array_equal(operator("Slice", x, axis=1, start=start, end=end, step=step), x[:, start:end:step])


def test_pad() -> None:
    x = random_floats(2, 3, 4, 5)
    t = torch.from_numpy(x)
    names: dict[str, Any] = {"before": (0, 0, 1, 3), "after": (0, 0, 2, 4)}
    expected = F.pad(t, (3, 4, 1, 2), value=-1.5)
    np.testing.assert_array_equal(operator("Pad", x, value=-1.5, **names), expected.numpy())
    for mode, torch_mode in ((1, "reflect"), (2, "replicate")):
        expected = F.pad(t, (3, 4, 1, 2), mode=torch_mode)
        np.testing.assert_array_equal(operator("Pad", x, mode=mode, **names), expected.numpy())
    everywhere = operator("Pad", x, batch=False, before=(1, 2, 0, 0), after=(0, 1, 0, 3))
    np.testing.assert_array_equal(everywhere, np.pad(x, [(1, 0), (2, 1), (0, 0), (0, 3)]))


SIZES = [(1, 1), (6, 10), (12, 7), (3, 5), (2, 30), (1, 13)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("interpolation", "align_corners"), [(0, None), (1, False), (1, True)])
def test_resize2d(size: tuple[int, int], interpolation: int, align_corners: bool | None) -> None:
    x = random_floats(2, 3, 6, 10)
    mode = "bilinear" if interpolation else "nearest"
    expected = F.interpolate(torch.from_numpy(x), size, mode=mode, align_corners=align_corners).numpy()
    names: dict[str, Any] = {
        "out_h": size[0],
        "out_w": size[1],
        "interpolation": interpolation,
        "align_corners": bool(align_corners),
    }
    np.testing.assert_allclose(operator("Resize2d", x, **names), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("factor", [0.3, 0.5, 1.7, 2.0, 3.1])
@pytest.mark.parametrize("interpolation", [0, 1])
def test_resize2d_by_a_factor(factor: float, interpolation: int) -> None:
    x = random_floats(1, 2, 6, 10)
    mode = "bilinear" if interpolation else "nearest"
    expected = F.interpolate(torch.from_numpy(x), scale_factor=factor, mode=mode).numpy()
    step = float(np.float32(1 / factor))
    names: dict[str, Any] = {"out_h": expected.shape[2], "out_w": expected.shape[3], "scale_h": step, "scale_w": step}
    result = operator("Resize2d", x, interpolation=interpolation, **names)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def test_embedding() -> None:
    rows = random_floats(5, 3)
    x = np.array([[0, 4, 2], [1, 1, 3]], np.float32)
    np.testing.assert_array_equal(operator("Embedding", x, parameters=[rows]), rows[x.astype(int)])
    for bad in (5.0, -1.0, 0.5, np.nan):
        with pytest.raises(ValueError, match="no row"):
            operator("Embedding", np.full((1, 1), bad, np.float32), parameters=[rows])
