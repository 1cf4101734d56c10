"""What ``dcmobile bench`` shows of several devices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dcmobile.android.device_state import DeviceState
from dcmobile.android.emulated_bench import NO_TIMES, EmulatedBench
from dcmobile.android.remote_bench import DeviceBench
from dcmobile.report.layer_table import name_cell, plain_table
from dcmobile.report.printable import printable
from dcmobile.report.quantities import bytes_text

_LATENCIES = ("min", "median", "p90", "p99", "max")


def device_tables(benches: Sequence[DeviceBench], operators: bool, name_width: int) -> Iterator[RenderableType]:
    """Of phones: what they took, what they are, and with operators where the time went."""
    names = _distinct_names(benches)
    results = [each.result for each in benches]
    yield _title(results)
    yield time_table("device", names, results, name_width)
    yield fact_table(benches, names, name_width)
    if operators:
        yield operator_table(names, results, name_width)


def emulated_tables(benches: Sequence[EmulatedBench], operators: bool, name_width: int) -> Iterator[RenderableType]:
    """Of processors that qemu plays."""
    names, results = [each.cpu for each in benches], [each.result for each in benches]
    yield _title(results)
    yield time_table("qemu -cpu", names, results, name_width)
    if operators:
        yield operator_table(names, results, name_width)
    yield Text(NO_TIMES)


def time_table(heading: str, names: Sequence[str], results: Sequence[dict[str, Any]], name_width: int) -> Table:
    """A row a device: loading, the first run, the spread of the others (ms), peak memory (MB)."""
    table = plain_table("Milliseconds")
    table.add_column(heading, no_wrap=True)
    for column in ("load", "first\nrun", *_LATENCIES, "peak\nMB"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, result in zip(names, results, strict=True):
        times = [result["load_ms"]["open"], result["first_run_ms"], *(result["latency_ms"][key] for key in _LATENCIES)]
        peak = result["memory_bytes"]["peak_rss"]
        memory = f"{peak / 1e6:.1f}" if peak else "-"
        table.add_row(name_cell(name, name_width), *map(milliseconds_text, times), memory)
    return table


def fact_table(benches: Sequence[DeviceBench], names: Sequence[str], name_width: int) -> Table:
    """A row a phone: what it is, and its state before and after the runs."""
    table = plain_table("Devices")
    table.add_column("device", no_wrap=True)
    for column in ("Android", "chip", "ABI", "governor", "°C", "thermal"):
        table.add_column(column, no_wrap=True)
    for name, bench in zip(names, benches, strict=True):
        facts = bench.facts
        table.add_row(
            name_cell(name, name_width),
            Text(printable(f"{facts.android} (API {facts.api})")),
            Text(printable(facts.chip or "-")),
            bench.abi,
            Text(printable(bench.after.governor_text or "-")),
            _celsius_text(bench.before, bench.after),
            _thermal_text(bench.after),
        )
    return table


def operator_table(names: Sequence[str], results: Sequence[dict[str, Any]], name_width: int) -> Table:
    """A row an operator: the mean time of a run on each device, ms."""
    table = plain_table("Milliseconds of each operator")
    table.add_column("operator", no_wrap=True)
    table.add_column("kernel", no_wrap=True)
    for name in names:
        table.add_column(name_cell(name, name_width), justify="right", no_wrap=True)
    for rows in zip(*(result["operators"] for result in results), strict=True):
        kernels = dict.fromkeys(row["kernel"] for row in rows)
        times = [milliseconds_text(row["mean_ms"]) for row in rows]
        table.add_row(name_cell(rows[0]["name"], name_width), Text(printable(" / ".join(kernels))), *times)
    return table


def milliseconds_text(value: float) -> str:
    """With three digits that count or so: ``0.0123``, ``1.23``, ``123.4``."""
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 10 else f"{value:.2f}"


def _title(results: Sequence[dict[str, Any]]) -> Text:
    first = results[0]
    runs = " to ".join(str(number) for number in sorted({min(_runs(results)), max(_runs(results))}))
    batch, threads = first["batch"], first["threads"]
    how = f"{bytes_text(first['file_bytes'])} bytes, dcmobile {first['version']}, batch {batch}, threads {threads}"
    return Text(printable(first["graph"]), style="bold").append(f": {how}, {runs} runs", style="not bold")


def _runs(results: Sequence[dict[str, Any]]) -> list[int]:
    return [result["latency_ms"]["runs"] for result in results]


def _distinct_names(benches: Sequence[DeviceBench]) -> list[str]:
    """The phones' names; with the serial number where two are alike."""
    names = [bench.facts.name for bench in benches]
    return [
        name if names.count(name) == 1 else f"{name} {bench.facts.serial}"
        for name, bench in zip(names, benches, strict=True)
    ]


def _celsius_text(before: DeviceState, after: DeviceState) -> str:
    values = ["-" if value is None else f"{value:.0f}" for value in (before.celsius, after.celsius)]
    return " -> ".join(dict.fromkeys(values)) if values == ["-", "-"] else " -> ".join(values)


def _thermal_text(state: DeviceState) -> str:
    return state.to_json()["thermal_status"] or "-"
