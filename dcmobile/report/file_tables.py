"""What ``dcmobile inspect`` shows of a file around its layers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dcmobile.device import DeviceReport
from dcmobile.model import LoadInfo
from dcmobile.report.layer_row import PARTS
from dcmobile.report.layer_table import (
    NAME_WIDTH,
    layer_table,
    name_cell,
    parts_table,
    plain_table,
    symbol_table,
)
from dcmobile.report.printable import printable, shortened
from dcmobile.report.quantities import bytes_text, duration_text, ratio_text, shape_text
from dcmobile.report.report_of_file import FileReport

# With the names of operators beside it, 80 columns.
_REASON_WIDTH = 58


def file_tables(report: FileReport, name_width: int = NAME_WIDTH) -> Iterator[RenderableType]:
    """The whole report, piece by piece, top to bottom."""
    yield size_line(report)
    yield facts_table(report)
    if report.layers:
        yield layer_table(report.layers, name_width)
        yield symbol_table(report.layers, name_width)
    yield parts_table(
        report.layers, {part: size for part, size in report.parts.items() if part not in PARTS}, name_width
    )
    yield operator_table(report, name_width)
    yield reason_table(report, name_width)
    if any(row.other_kernel for row in report.operators):
        yield cost_table(report, name_width)


def size_line(report: FileReport) -> Text:
    """Name, bytes, ratio, and the bytes of the weights as fp32."""
    text = Text(printable(report.path), style="bold")
    sizes = f"{bytes_text(report.file_bytes)} bytes, {ratio_text(report.ratio)} smaller"
    return text.append(f": {sizes} (fp32: {bytes_text(report.dense_bytes)})", style="not bold")


def facts_table(report: FileReport) -> Table:
    """Format, inputs and outputs, metadata and the time of loading, a line each."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    producer = report.metadata.producer
    table.add_row("format", Text(f"{report.version}, by {printable(producer)}" if producer else str(report.version)))
    for each in report.inputs:
        table.add_row("input", Text(f"{printable(each.name)}  {shape_text(each.shape)}"))
    for each in report.outputs:
        table.add_row("output", Text(f"{printable(each.name)}  {shape_text(each.shape)}"))
    table.add_row("load", load_text(report.load))
    table.add_row("memory", f"{bytes_text(report.load.weight_bytes)} bytes of weights once loaded")
    if report.device is not None:
        table.add_row("device", Text(_device_text(report.device)))
    if report.metadata.labels:
        table.add_row("labels", _labels_text(report.metadata.labels))
    for key, value in report.metadata.entries.items():
        table.add_row(Text(printable(key)), Text(printable(value)))
    return table


def _device_text(device: DeviceReport) -> str:
    if device.fallback:
        return f"the CPU: {printable(device.fallback)}"
    return (
        f"{printable(device.name)} ({device.device}): {device.ops_placed} of {device.ops} operators, "
        f"{bytes_text(device.weight_bytes)} bytes of weights; opened in {duration_text(device.open_ns)}, "
        f"compiled in {duration_text(device.compile_ns)}, checked in {duration_text(device.check_ns)}"
    )


def load_text(load: LoadInfo) -> str:
    """The time of loading and its four parts."""
    parts = {"map": load.map_ns, "verify": load.verify_ns, "decode": load.decode_ns, "plan": load.plan_ns}
    split = ", ".join(f"{name} {duration_text(time)}" for name, time in parts.items())
    return f"{duration_text(sum(parts.values()))} ({split})"


def operator_table(report: FileReport, name_width: int = NAME_WIDTH) -> Table:
    """The operators in order of execution: what each makes, with which kernel."""
    table = plain_table("Operators")
    table.add_column("operator", no_wrap=True)
    table.add_column("type", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("kernel", no_wrap=True)
    table.add_column("multiply-\nadds", justify="right", no_wrap=True)
    for row in report.operators:
        macs = bytes_text(row.macs) if row.macs else "-"
        shapes = ", ".join(shape_text(shape) for shape in (row.shape, *row.more_shapes))
        table.add_row(name_cell(row.name, name_width), row.type, shapes, row.kernel, macs)
    if len(report.operators) > 1:
        table.add_section()
        table.add_row("all", "", "", "", bytes_text(sum(row.macs for row in report.operators)))
    return table


def reason_table(report: FileReport, name_width: int = NAME_WIDTH) -> Table:
    """Why the runtime picked these kernels; operators with one reason share a row."""
    operators: dict[str, list[str]] = {}
    for row in report.operators:
        operators.setdefault(row.reason, []).append(shortened(printable(row.name), min(name_width, NAME_WIDTH)))
    table = plain_table("Why these kernels")
    table.add_column("operators", max_width=NAME_WIDTH)
    table.add_column("reason", max_width=_REASON_WIDTH)
    for reason, names in operators.items():
        table.add_row(Text(", ".join(names)), Text(printable(reason)))
    return table


def cost_table(report: FileReport, name_width: int = NAME_WIDTH) -> Table:
    """Where there was a choice of kernels: what the runtime's cost model expects of them, a sample on one core."""
    table = plain_table("Expected times, and of the next best kernels")
    table.add_column("operator", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("next best kernel", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for row in report.operators:
        if row.other_kernel:
            times = duration_text(row.expected_ns), duration_text(row.other_ns)
            table.add_row(name_cell(row.name, name_width), times[0], row.other_kernel, times[1])
    return table


def _labels_text(labels: tuple[str, ...]) -> Text:
    shown = ", ".join(printable(label) for label in labels[:10])
    return Text(f"{len(labels):,}: {shown}{', ...' if len(labels) > 10 else ''}")
