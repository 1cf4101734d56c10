from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcmobile.prune.schedules import density_at, is_due, last_step
from dcmobile.recipe import LayerRecipe

recipes = st.one_of(
    st.builds(LayerRecipe, density=st.floats(0.01, 1), begin=st.integers(0, 50)),
    st.builds(
        LayerRecipe,
        density=st.floats(0.01, 1),
        schedule=st.just("iterative"),
        begin=st.integers(0, 50),
        every=st.integers(1, 20),
        rounds=st.integers(1, 9),
    ),
    st.builds(
        LayerRecipe,
        density=st.floats(0.01, 1),
        schedule=st.just("cubic"),
        begin=st.integers(0, 50),
        end=st.integers(51, 200),
        every=st.none() | st.integers(1, 60),
    ),
)


def steps(layer: LayerRecipe) -> range:
    return range(last_step(layer) + 30)


@given(recipes)
def test_density_falls_to_the_target_and_only_at_due_steps(layer: LayerRecipe) -> None:
    densities = [density_at(layer, step) for step in steps(layer)]
    previous = 1.0
    for step, density in zip(steps(layer), densities, strict=True):
        assert density <= previous
        assert density == previous or is_due(layer, step)
        previous = density
    assert densities[-1] == pytest.approx(layer.density)
    assert is_due(layer, last_step(layer))
    assert not any(is_due(layer, step) for step in steps(layer) if step > last_step(layer) or step < layer.begin)


def due(layer: LayerRecipe) -> list[int]:
    return [step for step in range(1000) if is_due(layer, step)]


def test_one_shot() -> None:
    layer = LayerRecipe(density=0.1, begin=7)
    assert due(layer) == [7]
    assert [density_at(layer, step) for step in (0, 6, 7, 99)] == [1, 1, 0.1, 0.1]


def test_one_shot_with_regrowth_chooses_again() -> None:
    layer = LayerRecipe(density=0.1, regrow=True, every=10, end=35)
    assert due(layer) == [0, 10, 20, 30, 35]
    assert {density_at(layer, step) for step in range(40)} == {0.1}


def test_iterative_removes_the_same_share_each_round() -> None:
    layer = LayerRecipe(density=0.125, schedule="iterative", begin=5, every=10, rounds=3)
    assert due(layer) == [5, 15, 25]
    assert [density_at(layer, step) for step in (0, 5, 14, 15, 25, 99)] == pytest.approx(
        [1, 0.5, 0.5, 0.25, 0.125, 0.125]
    )


def test_cubic_follows_its_formula() -> None:
    layer = LayerRecipe(density=0.2, schedule="cubic", begin=100, end=300, every=50)
    assert due(layer) == [100, 150, 200, 250, 300]
    assert density_at(layer, 100) == 1
    assert density_at(layer, 200) == pytest.approx(0.2 + 0.8 * 0.5**3)
    assert density_at(layer, 249) == density_at(layer, 200)
    assert density_at(layer, 300) == 0.2


def test_cubic_ends_on_its_end_even_between_two_dates() -> None:
    layer = LayerRecipe(density=0.2, schedule="cubic", end=250)
    assert due(layer) == [0, 100, 200, 250]
    assert density_at(layer, 250) == 0.2


def test_no_density_stays_dense() -> None:
    assert {density_at(LayerRecipe(bits=5), step) for step in range(20)} == {1}
