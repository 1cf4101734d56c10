"""``dcmobile inspect`` of a .pte: its methods, and the layers of every delegate of dcmobile in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from dcmobile.cli.ending import about
from dcmobile.cli.exported_program import quiet_torch
from dcmobile.cli.terminal import print_out, print_tables
from dcmobile.errors import CallError, Code, DcmError
from dcmobile.report.file_tables import file_tables
from dcmobile.report.printable import printable
from dcmobile.report.quantities import bytes_text, shape_text
from dcmobile.report.report_of_file import FileReport, report_of_bytes

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dcmobile.executorch.pte_file import Method


def inspect_pte(file: Path, as_json: bool, page: Path | None) -> None:
    """Print or write what the .pte holds. A page is of one network, so a .pte of several has none."""
    with quiet_torch():
        from dcmobile.executorch.pte_file import read_pte

        methods = read_pte(file)
    with about(file):
        reports = [[_report(method, index) for index in range(len(method.delegates))] for method in methods]
    if page is not None:
        found = [report for each in reports for report in each if report is not None]
        if len(found) != 1:
            raise CallError(f"{file} has {len(found)} networks of dcmobile, a page shows one", Code.CALL_ARGUMENT)
        from dcmobile.fileformat.atomic import write_atomically
        from dcmobile.report.page.render import html_page

        write_atomically(page, [html_page(found[0]).encode()])
    if as_json:
        print_out(json.dumps(_to_json(file, methods, reports), indent=2) + "\n")
    elif page is None:
        print_tables(lambda name_width: _tables(file, methods, reports, name_width))


def _report(method: Method, index: int) -> FileReport | None:
    delegate = method.delegates[index]
    if not delegate.is_ours:
        return None
    name = f"{method.name}, delegate {index}"
    try:
        return report_of_bytes(name, delegate.blob)
    except DcmError as error:
        raise type(error)(f"{name}: {error}", error.code) from None


def _to_json(file: Path, methods: tuple[Method, ...], reports: list[list[FileReport | None]]) -> dict[str, Any]:
    return {
        "file": os.fspath(file),
        "file_bytes": file.stat().st_size,
        "methods": [
            {
                "name": method.name,
                "inputs": [{"name": each.name, "shape": list(each.shape)} for each in method.inputs],
                "outputs": [{"name": each.name, "shape": list(each.shape)} for each in method.outputs],
                "kernels": method.kernels,
                "delegates": [
                    {
                        "backend": delegate.backend,
                        "bytes": len(delegate.blob),
                        "network": None if report is None else report.to_json(),
                    }
                    for delegate, report in zip(method.delegates, of_method, strict=True)
                ],
            }
            for method, of_method in zip(methods, reports, strict=True)
        ],
    }


def _tables(
    file: Path, methods: tuple[Method, ...], reports: list[list[FileReport | None]], name_width: int
) -> Iterator[RenderableType]:
    yield Text(printable(os.fspath(file)), style="bold").append(
        f": {bytes_text(file.stat().st_size)} bytes, an ExecuTorch program", style="not bold"
    )
    for method, of_method in zip(methods, reports, strict=True):
        yield Text("\n".join(_method_lines(method)))
        for report in of_method:
            if report is not None:
                yield from file_tables(report, name_width)


def _method_lines(method: Method) -> Iterator[str]:
    yield f"method {printable(method.name)}"
    for kind, tensors in (("input", method.inputs), ("output", method.outputs)):
        for each in tensors:
            yield f"  {kind:8} {each.name} {shape_text(each.shape)}"
    for index, delegate in enumerate(method.delegates):
        yield f"  delegate {index}: {printable(delegate.backend)}, {bytes_text(len(delegate.blob))} bytes"
    for name, calls in method.kernels.items():
        yield f"  kernel   {printable(name)}{f', {calls} times' if calls > 1 else ''}"
