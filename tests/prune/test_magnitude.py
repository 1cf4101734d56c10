from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dcmobile.errors import RecipeError
from dcmobile.prune.magnitude import kept_count, magnitude_mask, magnitude_mask_of

few_values = hnp.arrays(  # few different magnitudes, so that there are many ties
    np.float32, hnp.array_shapes(max_dims=3, max_side=8), elements=st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -3.0])
)
any_values = hnp.arrays(np.float32, hnp.array_shapes(max_dims=3, max_side=8), elements=st.floats(-1e6, 1e6, width=32))
densities = st.floats(0.001, 1)


def expected_mask(values: npt.NDArray[np.float32], keep: int, within: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """By sorting: the definition."""
    flat = values.ravel()
    order = sorted(np.flatnonzero(within), key=lambda index: (-abs(flat[index]), index))
    mask = np.zeros(flat.size, np.bool_)
    mask[order[:keep]] = True
    return mask.reshape(values.shape)


@given(few_values | any_values, densities)
def test_keeps_the_largest_and_of_ties_the_first(values: npt.NDArray[np.float32], density: float) -> None:
    mask = magnitude_mask(values, density)
    assert np.count_nonzero(mask) == max(1, round(density * values.size))
    np.testing.assert_array_equal(
        mask, expected_mask(values, kept_count(density, values.size), np.ones(values.shape, np.bool_))
    )


@given(few_values | any_values, densities, st.randoms(use_true_random=False))
def test_within_a_mask(values: npt.NDArray[np.float32], density: float, random: object) -> None:
    within = np.array([random.random() < 0.5 for _ in range(values.size)]).reshape(values.shape)  # type: ignore[attr-defined]
    mask = magnitude_mask(values, density, within)
    keep = min(kept_count(density, values.size), int(within.sum()))
    assert not (mask & ~within).any()
    np.testing.assert_array_equal(mask, expected_mask(values, keep, within.ravel()))


@given(few_values, densities)
def test_tensors_get_the_same_mask(values: npt.NDArray[np.float32], density: float) -> None:
    mask = magnitude_mask_of(torch.from_numpy(values), density)
    np.testing.assert_array_equal(mask.numpy(), magnitude_mask(values, density))


def test_values_are_not_changed() -> None:
    values = np.array([-1.0, 2.0, 3.0], np.float32)
    magnitude_mask(values, 0.3, np.array([True, True, False]))
    np.testing.assert_array_equal(values, [-1, 2, 3])


@pytest.mark.parametrize(
    ("density", "elements", "kept"), [(0.09, 235200, 21168), (1e-9, 10, 1), (1, 7, 7), (0.5, 1, 1), (0.26, 1000, 260)]
)
def test_kept_count(density: float, elements: int, kept: int) -> None:
    assert kept_count(density, elements) == kept


@pytest.mark.parametrize("density", [0, -1, 1.5, float("nan")])
def test_bad_density(density: float) -> None:
    with pytest.raises(RecipeError, match="density is"):
        magnitude_mask(np.ones(3, np.float32), density)
