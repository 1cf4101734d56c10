"""The trials as a picture: SVG 1.1 without scripts or outside resources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from dcmobile.report.quantities import bytes_text, ratio_text
from dcmobile.trials.record import Trial

_SIZE = (640, 400)
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 50, 30, 60


def trials_svg(trials: Sequence[Trial], chosen: Trial, dense_error: float, dense_bytes: int) -> str:
    """Error against size, both of whole files; those that no other beats in both are joined by a line."""
    sizes = [math.log(trial.file_bytes) for trial in trials]
    errors = [dense_error, *(trial.error for trial in trials)]
    left, right = min(sizes) - 0.1, max(sizes) + 0.1
    low, high = min(errors), max(errors)
    margin = 0.08 * (high - low) or 0.08 * abs(high) or 1.0
    low, high = low - margin, high + margin

    def place(size: float, error: float) -> tuple[float, float]:
        across = (math.log(size) - left) / (right - left)
        up = (error - low) / (high - low)
        width, height = _SIZE[0] - _LEFT - _RIGHT, _SIZE[1] - _TOP - _BOTTOM
        return _LEFT + across * width, _TOP + (1 - up) * height

    bottom, dense = _SIZE[1] - _BOTTOM, place(chosen.file_bytes, dense_error)[1]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE[0]} {_SIZE[1]}" font-family="sans-serif" '
        'font-size="12" fill="#222">',
        f'<rect width="{_SIZE[0]}" height="{_SIZE[1]}" fill="#fff"/>',
        _text(_LEFT, 26, "Error against the size of the file", size=15),
        f'<path d="M{_LEFT},{_TOP}V{bottom}H{_SIZE[0] - _RIGHT}" fill="none" stroke="#888"/>',
        f'<path d="M{_LEFT},{dense:.1f}H{_SIZE[0] - _RIGHT}" stroke="#888" stroke-dasharray="4 3"/>',
        _text(_SIZE[0] - _RIGHT, dense - 5, f"uncompressed: {dense_error:g}", anchor="end"),
        _text((_LEFT + _SIZE[0] - _RIGHT) / 2, _SIZE[1] - 14, "bytes of the file, logarithmic", anchor="middle"),
    ]
    front = _frontier(trials)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(trial.file_bytes, trial.error) for trial in front))
    parts.append(f'<polyline points="{path}" fill="none" stroke="#1f5fa8" stroke-width="2"/>')
    for trial in sorted(trials, key=lambda each: each.file_bytes):
        x, y = place(trial.file_bytes, trial.error)
        told = f"{bytes_text(trial.file_bytes)} bytes, {ratio_text(dense_bytes / trial.file_bytes)}: {trial.error:g}"
        colour = "#c8401e" if trial is chosen else "#1f5fa8"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"><title>{escape(told)}</title></circle>')
        parts.append(_text(x, bottom + 18, bytes_text(trial.file_bytes), anchor="middle", size=10))
        parts.append(_text(_LEFT - 8, y + 4, f"{trial.error:.4g}", anchor="end", size=10))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _frontier(trials: Sequence[Trial]) -> list[Trial]:
    """By size; each with a smaller error than all before it."""
    found: list[Trial] = []
    for trial in sorted(trials, key=lambda each: (each.file_bytes, each.error)):
        if not found or trial.error < found[-1].error:
            found.append(trial)
    return found


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
