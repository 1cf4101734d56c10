"""``dcmobile devices``: what a network can run on, on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from dcmobile.cli.printing_options import json_option
from dcmobile.cli.program import Command
from dcmobile.cli.terminal import print_out, print_tables

if TYPE_CHECKING:
    from rich.table import Table

    from dcmobile.device import Device


@click.command(cls=Command, short_help="List the devices that --device can name.")
@json_option("Print JSON: every limit.")
def devices(as_json: bool) -> None:
    """List the CPU and the devices with Vulkan 1.1: drivers, limits, and which optional features are used."""
    from dcmobile.device import devices as list_devices

    found = list_devices()
    if as_json:
        print_out(json.dumps([asdict(device) for device in found], indent=2) + "\n")
        return
    print_tables(lambda _width: [_table(device) for device in found])


def _table(device: Device) -> Table:
    from rich.table import Table
    from rich.text import Text

    from dcmobile.report.printable import printable
    from dcmobile.report.quantities import bytes_text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(device.id, style="bold"), Text(f"{printable(device.name)} ({device.kind})"))
    if device.id == "cpu":
        return table
    table.add_row("driver", Text(printable(device.driver) or "-"))
    table.add_row("Vulkan", f"{device.api_major}.{device.api_minor}")
    table.add_row("memory", f"{bytes_text(device.memory_bytes)} bytes")
    table.add_row("binding", f"{bytes_text(device.storage_range)} bytes at most")
    table.add_row(
        "workgroup",
        f"{device.workgroup_size} invocations, {bytes_text(device.shared_bytes)} bytes shared, "
        f"subgroups of {device.subgroup_size}",
    )
    table.add_row("used", device.features or "core features only")
    return table
