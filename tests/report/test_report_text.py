from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcmobile.report.printable import printable, shortened
from dcmobile.report.quantities import (
    bits_text,
    duration_text,
    mean_bits_text,
    percent_text,
    ratio_text,
    shape_text,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0.0 %"),
        (1, "100.0 %"),
        (0.0832, "8.3 %"),
        (0.00042, "0.042 %"),
        (0.9999, "99.9 %"),
        (0.001, "0.1 %"),
        (1e-7, "1e-05 %"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent_text(share) == text


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 us"),
        (850, "0.85 us"),
        (9_960, "10 us"),
        (18_300, "18 us"),
        (99_600, "0.10 ms"),
        (421_000, "0.42 ms"),
        (9_996_000, "10.0 ms"),
        (12_345_000, "12.3 ms"),
        (123_456_000, "123 ms"),
        (999_600_000, "1.00 s"),
        (61_300_000_000, "61.30 s"),
    ],
)
def test_duration(nanoseconds: float, text: str) -> None:
    assert duration_text(nanoseconds) == text


def test_other_quantities() -> None:
    assert ratio_text(40.53) == "40.5x"
    assert ratio_text(math.inf) == "-"
    assert shape_text((-1, 1, 28, 28)) == "Bx1x28x28"
    assert bits_text(None) == "-"
    assert mean_bits_text(0, 0) == "-"
    assert mean_bits_text(9, 2) == "4.50"


@given(st.text(st.characters(exclude_categories=())))
def test_printable_text_cannot_steer_a_terminal(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    shown.encode()  # no lone surrogates
    if text.isprintable():
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("two\nlines\t", "two\\nlines\\t"),
        ("\u202egnp.", "\\u202egnp."),
        ("\udcff", "\\udcff"),
        ("zéro 数字 [b]", "zéro 数字 [b]"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(max_size=40), st.integers(4, 40))
def test_shortened_keeps_both_ends(text: str, width: int) -> None:
    cut = shortened(text, width)
    assert len(cut) == min(len(text), width)
    if len(text) <= width:
        assert cut == text
    else:
        front, back = cut.split("\u2026", 1) if "\u2026" not in text else (cut[:1], cut[-1:])
        assert text.startswith(front)
        assert text.endswith(back)
        assert back
