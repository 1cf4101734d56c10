"""``dcmobile inspect``: what a file holds and what each part of it costs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dcmobile.cli.ending import about
from dcmobile.cli.program import Command
from dcmobile.cli.terminal import print_out, print_tables


@click.command(cls=Command, short_help="Show what a .dcmodel holds and what it costs.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every number, unrounded.")
def inspect(file: Path, as_json: bool) -> None:
    """Show what FILE holds: layers, encodings, bits, bytes, operators and kernels.

    The file is verified first.
    """
    from dcmobile.report import file_report

    with about(file):
        report = file_report(file)
    if as_json:
        print_out(json.dumps(report.to_json(), indent=2) + "\n")
        return
    from dcmobile.report.file_tables import file_tables

    print_tables(lambda name_width: file_tables(report, name_width))
