"""What a .dcmodel holds and what each part of it costs, as numbers and as tables.

``file_report`` reads a file; ``layer_rows`` makes the rows of its layers. The tables for people are in ``layer_table``
and ``file_tables``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcmobile.report.layer_row import LayerRow, layer_rows
    from dcmobile.report.report_of_file import FileReport, OperatorRow, file_report

__all__ = ["FileReport", "LayerRow", "OperatorRow", "file_report", "layer_rows"]

# Where the names live that are imported on first use: the command line takes single modules of this package, and
# ``dcmobile --help`` shall not wait for numpy.
_LAZY = {
    "FileReport": "report_of_file",
    "LayerRow": "layer_row",
    "OperatorRow": "report_of_file",
    "file_report": "report_of_file",
    "layer_rows": "layer_row",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'dcmobile.report' has no attribute {name!r}")
    value = getattr(import_module(f"dcmobile.report.{_LAZY[name]}"), name)
    globals()[name] = value
    return value
