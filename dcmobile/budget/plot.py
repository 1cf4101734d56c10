"""A sensitivity as a picture: SVG 1.1 that any browser shows, without scripts or outside resources.

At the top the least error for each size of the file, with the choice marked; below a row a layer, a cell an option, the
darker the more it changes the outputs, with the chosen one framed. Pointing at a cell tells its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.sax.saxutils import escape

from dcmobile.budget.sensitivity import Choice, LayerSensitivity, Option, Sensitivity
from dcmobile.budget.settings import ALL_SETTINGS, SETTINGS, UNCHANGED, settings_text
from dcmobile.recipe import LayerRecipe
from dcmobile.report.printable import printable, shortened
from dcmobile.report.quantities import bytes_text, ratio_text

_WIDTH = 860
_LEFT, _TOP = 210, 60  # of the curve; names of layers are as wide as its left margin
_CURVE = (600, 220)
_CELL = (15, 16)
_NAME_WIDTH = 30
#: Errors from here to there take all shades; below, none can be seen in the outputs.
_DECADES = (-6, 0)


def plot_svg(found: Sensitivity, choice: Choice) -> str:
    """The picture."""
    rows_top = _TOP + _CURVE[1] + 120
    height = rows_top + _CELL[1] * len(found.layers) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        'font-size="12" fill="#222">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *_curve(found, choice),
        *_headings(rows_top),
        *(line for index, layer in enumerate(found.layers) for line in _row(layer, choice, rows_top, index)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _curve(found: Sensitivity, choice: Choice) -> Iterator[str]:
    points = [(size, error) for size, error in found.frontier() if error > 0]
    yield _text(_LEFT, 24, "Size of the file and predicted error of the outputs", size=15)
    if len(points) < 2:
        return
    sizes = (math.log(points[0][0]), math.log(points[-1][0]))
    errors = [math.log10(error) for _, error in points]
    low, high = math.floor(min(errors)), math.ceil(max(errors))
    high = max(high, low + 1)

    def place(size: float, error: float) -> tuple[float, float]:
        across = (math.log(size) - sizes[0]) / (sizes[1] - sizes[0])
        up = (min(max(math.log10(error), low), high) - low) / (high - low)
        return _LEFT + across * _CURVE[0], _TOP + (1 - up) * _CURVE[1]

    for decade in range(low, high + 1):
        y = place(points[0][0], 10.0**decade)[1]
        yield _line(_LEFT, y, _LEFT + _CURVE[0], y)
        yield _text(_LEFT - 8, y + 4, f"{100 * 10.0**decade:g} %", anchor="end")
    for ratio in (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100):
        size = found.dense_bytes / ratio
        if points[0][0] <= size <= points[-1][0]:
            x = place(size, 10.0**low)[0]
            yield _line(x, _TOP, x, _TOP + _CURVE[1])
            yield _text(x, _TOP + _CURVE[1] + 16, f"{ratio}x", anchor="middle")
    yield _text(_LEFT + _CURVE[0] / 2, _TOP + _CURVE[1] + 34, "times smaller than fp32", anchor="middle")
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    yield f'<polyline points="{path}" fill="none" stroke="#1f5fa8" stroke-width="2"/>'
    if choice.error > 0:
        x, y = place(min(max(choice.file_bytes, points[0][0]), points[-1][0]), choice.error)
        label = f"{bytes_text(choice.file_bytes)} bytes, {ratio_text(found.dense_bytes / choice.file_bytes)}"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#c8401e"/>'
        yield _text(x + 10, y - 8, f"{label}, {100 * choice.error:.2g} %")


def _headings(top: int) -> Iterator[str]:
    yield _text(_LEFT, top - 48, "Layers: the darker, the more this layer alone changes the outputs", size=15)
    for column, settings in enumerate((UNCHANGED, *ALL_SETTINGS)):
        if settings not in (UNCHANGED, *SETTINGS):
            continue  # between two that have a heading
        x = _place(column) + _CELL[0] / 2
        head, below = _heading(settings)
        yield _text(x, top - 20, head, anchor="middle", size=10)
        yield _text(x, top - 7, below, anchor="middle", size=9)
    yield _text(_LEFT - 8, top - 20, "bits", anchor="end", size=10)
    yield _text(_LEFT - 8, top - 7, "rate, or share kept", anchor="end", size=9)
    yield _text(_bar_left(), top - 7, "bytes", size=10)


def _heading(settings: LayerRecipe) -> tuple[str, str]:
    if settings.bits is None:
        return "fp32", ""
    kept = "" if settings.density is None else f"{100 * settings.density:g} %"
    return str(settings.bits), kept or (f"{settings.rate:g}".lstrip("0") if settings.rate else "-")


def _row(layer: LayerSensitivity, choice: Choice, top: int, index: int) -> Iterator[str]:
    y = top + index * _CELL[1]
    name = shortened(printable(layer.name or "(the model)"), _NAME_WIDTH)
    chosen = choice.options[layer.name]
    yield _text(_LEFT - 8, y + 12, name, anchor="end", size=10)
    for option in layer.options:
        x = _place(_column(option))
        frame = 'stroke="#c8401e" stroke-width="2"' if option == chosen else 'stroke="#fff"'
        told = f"{settings_text(option.settings)}: {bytes_text(option.bytes)} bytes, error {100 * option.error:.3g} %"
        told += "" if option.measured else " (not run)"
        yield (
            f'<rect x="{x + 1}" y="{y + 1}" width="{_CELL[0] - 2}" height="{_CELL[1] - 2}" '
            f'fill="{_shade(option.error)}" {frame}><title>{escape(f"{name}, {told}")}</title></rect>'
        )
    room = _WIDTH - 10 - _bar_left()
    largest = max(option.bytes for option in choice.options.values())
    yield (
        f'<rect x="{_bar_left()}" y="{y + 3}" width="{max(1.0, room * chosen.bytes / largest):.1f}" '
        f'height="{_CELL[1] - 6}" fill="#1f5fa8"><title>{bytes_text(chosen.bytes)} bytes</title></rect>'
    )


def _column(option: Option) -> int:
    for column, settings in enumerate(ALL_SETTINGS, 1):
        if option.settings == settings:
            return column
    return 0


def _place(column: int) -> int:
    """Where a column starts: fp32 and the pruned ones stand apart."""
    pruned = column > 0 and ALL_SETTINGS[column - 1].density is not None
    return _LEFT + _CELL[0] * (column + (column > 0) + pruned)


def _bar_left() -> int:
    return _place(len(ALL_SETTINGS)) + 2 * _CELL[0]


def _shade(error: float) -> str:
    """White to dark by the logarithm of the error."""
    least, most = _DECADES
    share = 0.0 if error <= 0 else min(max((math.log10(error) - least) / (most - least), 0.0), 1.0)
    red, green, blue = (round(light + (dark - light) * share) for light, dark in ((240, 20), (244, 30), (250, 70)))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'
