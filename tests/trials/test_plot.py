from __future__ import annotations

from xml.etree import ElementTree

import pytest

from dcmobile.recipe import Recipe
from dcmobile.trials.plot import trials_svg
from dcmobile.trials.record import Trial


def _trial(size: int, error: float) -> Trial:
    return Trial(size, size, error, Recipe({"*": {"bits": 3}}))


@pytest.mark.parametrize(
    ("trials", "dense_error"),
    [
        (
            [_trial(9376, 5.2), _trial(14_500, 2.3), _trial(14_600, 2.25), _trial(14_620, 2.25), _trial(14_640, 2.2)],
            1.5,
        ),
        ([_trial(1000, 0.0)], 0.0),
        ([_trial(1_000_000, 1e-5), _trial(1_000_100, 0.9e-5)], 0.0),
        ([_trial(3000, -2.0), _trial(300_000, -9.0)], -9.5),
    ],
)
def test_axes_have_a_few_round_numbers(trials: list[Trial], dense_error: float) -> None:
    picture = ElementTree.fromstring(trials_svg(trials, trials[-1], dense_error, 10_000_000))
    texts = [
        (each.get("text-anchor"), float(each.get("y") or 0), each.text or "") for each in picture.iter() if each.text
    ]
    sizes = [text for anchor, y, text in texts if anchor == "middle" and y < 380]
    errors = [text for anchor, y, text in texts if anchor == "end" and y > 30]
    for labels in (sizes, errors):
        assert 2 <= len(labels) == len(set(labels)) <= 10
    assert any(text.startswith(f"chosen: {trials[-1].file_bytes:,} bytes, ") for _, _, text in texts)
    assert len([each for each in picture.iter() if each.tag.endswith("circle")]) == len(trials)
