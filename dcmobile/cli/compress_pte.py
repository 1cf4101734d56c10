"""``dcmobile compress --format pte``: what it prints, and the file that it writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from dcmobile.cli.terminal import print_out, print_tables
from dcmobile.report.printable import printable
from dcmobile.report.quantities import bytes_text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dcmobile.executorch.compress import PteReport


def compress_pte(exported: Any, target: Path, how: dict[str, Any], quiet: bool) -> None:
    """Write the .pte, then print what dcmobile took and a table of layers for each delegate.

    how: the other arguments of ``compress_to_pte``, by name.
    """
    from dcmobile.executorch.compress import compress_to_pte
    from dcmobile.executorch.pte_file import read_pte

    report = compress_to_pte(exported, target, **how)
    if quiet:
        return
    blobs = [each.blob for method in read_pte(target) for each in method.delegates if each.is_ours]
    print_tables(lambda name_width: _tables(target, report, blobs, name_width))
    print_out(f"{report.explanation}\n")


def _tables(target: Path, made: PteReport, blobs: list[bytes], name_width: int) -> Iterator[RenderableType]:
    from dcmobile.budget.tables import error_line
    from dcmobile.report.layer_table import layer_table
    from dcmobile.report.report_of_file import report_of_bytes

    line = Text(printable(os.fspath(target)), style="bold").append(
        f": {bytes_text(made.file_bytes)} bytes", style="not bold"
    )
    if made.predicted_error is not None:
        line.append("\n").append_text(error_line(made.predicted_error))
    yield line
    for number, blob in enumerate(blobs):
        report = report_of_bytes(f"delegate {number}", blob)
        if report.layers:
            yield layer_table(report.layers, name_width)
