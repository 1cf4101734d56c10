"""A sensitivity as tables for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dcmobile.budget.sensitivity import Choice, Option, Sensitivity
from dcmobile.report.layer_table import NAME_WIDTH, name_cell, plain_table
from dcmobile.report.quantities import bytes_text, percent_text, ratio_text

#: From here on a network can hardly do its work.
_DOUBTFUL = 0.1


def sensitivity_tables(found: Sensitivity, choice: Choice, name_width: int = NAME_WIDTH) -> Iterator[RenderableType]:
    """The choice in two lines, then a row a layer."""
    ratio = ratio_text(found.dense_bytes / choice.file_bytes)
    sizes = f"{bytes_text(choice.file_bytes)} bytes, {ratio} smaller (fp32: {bytes_text(found.dense_bytes)})"
    yield Text(f"The recipe: a file of at most {sizes}\n").append_text(error_line(choice.error))
    yield _layer_table(found, choice, name_width)


def error_line(error: float) -> Text:
    """The predicted error of the outputs, with a warning where it is large."""
    text = Text(f"predicted error of the outputs: {percent_text(error)} of their variance")
    return text.append(": too much for most tasks, ask for more bytes") if error > _DOUBTFUL else text


def _layer_table(found: Sensitivity, choice: Choice, name_width: int) -> Table:
    """What is chosen, what it costs, and for comparison what the layer alone does to the outputs at about 8 and 4 bits
    a weight.
    """
    table = plain_table("Layers: settings, and the error of the outputs with one changed alone")
    table.add_column("layer", no_wrap=True)
    for heading in ("bits", "rate", "kept", "bytes", "bits a\nweight", "error", "at 8\nbits", "at 4\nbits"):
        table.add_column(heading, justify="right", no_wrap=True)
    for layer in found.layers:
        option = choice.options[layer.name]
        settings = option.settings
        table.add_row(
            name_cell(layer.name, name_width),
            "fp32" if settings.bits is None else str(settings.bits),
            f"{settings.rate:g}" if settings.rate else "-",
            "-" if settings.density is None else percent_text(settings.density),
            bytes_text(option.bytes),
            f"{8 * option.bytes / layer.weights:.2f}",
            _error_text(option.error),
            *(_error_at(layer.options, layer.weights, bits) for bits in (8, 4)),
        )
    table.add_section()
    table.add_row("graph and names", "", "", "", bytes_text(found.structure_bytes))
    table.add_row("file", "", "", "", bytes_text(choice.file_bytes), "", _error_text(choice.error))
    return table


def _error_at(options: tuple[Option, ...], weights: int, bits: int) -> str:
    """Of the option next to so many bits a weight; a dash where none is near."""
    nearest = min(options, key=lambda option: abs(8 * option.bytes / weights - bits))
    near = abs(8 * nearest.bytes / weights - bits) < 1
    return _error_text(nearest.error) if near and nearest.measured else "-"


def _error_text(error: float) -> str:
    """E.g. ``0.25 %``, ``<0.01 %`` or ``>100 %``."""
    if error > 1:
        return ">100 %"
    return f"{100 * error:.2f} %" if error >= 0.00005 else "<0.01 %" if error else "0 %"
