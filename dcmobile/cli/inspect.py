"""``dcmobile inspect``: what a file holds and what each part of it costs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dcmobile.cli.device_option import device_option
from dcmobile.cli.ending import about
from dcmobile.cli.printing_options import json_option
from dcmobile.cli.program import Command
from dcmobile.cli.program_kind import is_pte, needs_executorch
from dcmobile.cli.terminal import print_out, print_tables


@click.command(cls=Command, short_help="Show what a .dcmodel (or a .pte) holds and what it costs.")
@click.argument("file", type=click.Path(path_type=Path))
@json_option("Print JSON: every number, unrounded.")
@click.option(
    "--html",
    "page",
    metavar="PAGE",
    type=click.Path(path_type=Path),
    help="Write it as one HTML page with charts, whole or not at all, in place of the tables.",
)
@device_option
def inspect(file: Path, as_json: bool, page: Path | None, device: str | None) -> None:
    """Show what FILE holds: layers, encodings, bits, bytes, operators and kernels.

    With --device vulkan, what the GPU runs and why the CPU runs the rest. The file is verified first. FILE is a
    .dcmodel, or a .pte of ExecuTorch, with every network of dcmobile in it.
    """
    from dcmobile.report import file_report

    if page is not None:
        _check_page(page, file)
    if is_pte(file):
        if device is not None:
            raise click.UsageError("--device is for a .dcmodel")
        needs_executorch()
        from dcmobile.cli.inspect_pte import inspect_pte

        inspect_pte(file, as_json, page)
        return
    with about(file):
        report = file_report(file, device)
    if page is not None:
        from dcmobile.fileformat.atomic import write_atomically
        from dcmobile.report.page.render import html_page

        write_atomically(page, [html_page(report).encode()])
    if as_json:
        print_out(json.dumps(report.to_json(), indent=2) + "\n")
    elif page is None:
        from dcmobile.report.file_tables import file_tables

        print_tables(lambda name_width: file_tables(report, name_width))


def _check_page(page: Path, file: Path) -> None:
    """Raise before anything is read if the page cannot be where it should."""
    from dcmobile.errors import CallError, Code
    from dcmobile.fileformat.atomic import check_target

    target = check_target(page)
    if target.exists() and file.exists() and target.samefile(file):
        raise CallError(f"the page {page} is the file itself: give --html another name", Code.CALL_ARGUMENT)
