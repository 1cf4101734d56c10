"""The trials as a picture: SVG 1.1 without scripts or outside resources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from dcmobile.report.quantities import bytes_text, ratio_text
from dcmobile.trials.record import Trial

_SIZE = (640, 400)
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 50, 30, 60
#: By what the range of sizes goes beyond the smallest and the largest file.
_ROOM = 1.1
_CHOSEN = "#c8401e"


def trials_svg(trials: Sequence[Trial], chosen: Trial, dense_error: float, dense_bytes: int) -> str:
    """Error against size, both of whole files; those that no other beats in both are joined by a line. Pointing at one
    tells its numbers.
    """
    sizes, errors = [trial.file_bytes for trial in trials], [dense_error, *(trial.error for trial in trials)]
    left, right = min(sizes) / _ROOM, max(sizes) * _ROOM
    low, high = min(errors), max(errors)
    margin = 0.08 * (high - low) or 0.08 * abs(high) or 1.0
    low, high = low - margin, high + margin
    bottom, end = _SIZE[1] - _BOTTOM, _SIZE[0] - _RIGHT

    def place(size: float, error: float) -> tuple[float, float]:
        across, up = math.log(size / left) / math.log(right / left), (error - low) / (high - low)
        return _LEFT + across * (end - _LEFT), bottom - up * (bottom - _TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE[0]} {_SIZE[1]}" font-family="sans-serif" '
        'font-size="12" fill="#222">',
        f'<rect width="{_SIZE[0]}" height="{_SIZE[1]}" fill="#fff"/>',
        _text(_LEFT, 26, "Error against the size of the file", size=15),
        _text(end, 26, f"chosen: {_told(chosen, dense_bytes)}", anchor="end", colour=_CHOSEN),
    ]
    for error in _even_ticks(low, high):
        y = place(left, error)[1]
        parts += [_line(_LEFT, y, end, y), _text(_LEFT - 8, y + 4, f"{error:g}", anchor="end")]
    for size in _size_ticks(left, right):
        x = place(size, low)[0]
        parts += [_line(x, _TOP, x, bottom), _text(x, bottom + 18, bytes_text(size), anchor="middle")]
    dense = place(left, dense_error)[1]
    front = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(each.file_bytes, each.error) for each in _frontier(trials)))
    parts += [
        f'<path d="M{_LEFT},{_TOP}V{bottom}H{end}" fill="none" stroke="#888"/>',
        _text((_LEFT + end) / 2, _SIZE[1] - 14, "bytes of the file, logarithmic", anchor="middle"),
        f'<path d="M{_LEFT},{dense:.1f}H{end}" stroke="#888" stroke-dasharray="4 3"/>',
        _text(_LEFT + 6, dense - 5, f"uncompressed: {dense_error:.4g}"),
        f'<polyline points="{front}" fill="none" stroke="#1f5fa8" stroke-width="2"/>',
    ]
    for trial in sorted(trials, key=lambda each: (each is chosen, each.file_bytes)):
        x, y = place(trial.file_bytes, trial.error)
        colour, told = _CHOSEN if trial is chosen else "#1f5fa8", escape(_told(trial, dense_bytes))
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"><title>{told}</title></circle>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _told(trial: Trial, dense_bytes: int) -> str:
    ratio = ratio_text(dense_bytes / trial.file_bytes)
    return f"{bytes_text(trial.file_bytes)} bytes, {ratio}, error {trial.error:.4g}"


def _even_ticks(low: float, high: float) -> list[float]:
    """Round numbers in the range, from 3 to 8 of them."""
    step = 10.0 ** math.floor(math.log10((high - low) / 2))
    step = next(step * times for times in (1, 2, 5) if (high - low) / (step * times) <= 8)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _size_ticks(low: float, high: float) -> list[int]:
    """Round sizes in the range, at least two, evenly spread by their ratio where it is wide."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1,), (1, 2, 5), range(1, 10)):
        found = [round(digit * 10.0**decade) for decade in decades for digit in digits]
        found = [size for size in found if low <= size <= high]
        if len(found) > 2:
            return found
    return [round(tick) for tick in _even_ticks(low, high)]


def _frontier(trials: Sequence[Trial]) -> list[Trial]:
    """By size; each with a smaller error than all before it."""
    found: list[Trial] = []
    for trial in sorted(trials, key=lambda each: (each.file_bytes, each.error)):
        if not found or trial.error < found[-1].error:
            found.append(trial)
    return found


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 12, colour: str = "#222") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{escape(text)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#e4e4e4"/>'
