"""``dcmobile bench --target adb`` and ``--target qemu``: elsewhere than on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dcmobile.android.adb import Adb, Listed
from dcmobile.android.bench_program import known_programs
from dcmobile.android.bench_request import BenchRequest
from dcmobile.android.device_choice import choose, reason_of
from dcmobile.android.emulated_bench import NO_TIMES, EmulatedBench, bench_emulated
from dcmobile.android.remote_bench import DeviceBench, bench_on
from dcmobile.cli.ending import Failure
from dcmobile.cli.terminal import print_out, print_tables
from dcmobile.errors import Code, DcmError, FileError
from dcmobile.report.printable import printable

if TYPE_CHECKING:
    from dcmobile.android.bench_program import BenchProgram


def bench_on_phones(
    request: BenchRequest, binaries: Sequence[Path], serials: Sequence[str], take_all: bool, as_json: bool
) -> None:
    """Time on each phone, one after the other, and print one table. One that fails does not stop the others; several
    end with a ``Failure`` that counts those, a single one with its own error.
    """
    _check_readable(request.model)
    programs = known_programs(binaries)
    adb = Adb.find()
    listed = adb.devices()
    chosen = choose(listed, serials, take_all)
    for left_out in listed if take_all else ():
        if left_out not in chosen:
            _warn(f"{left_out.title} {reason_of(left_out)}; left out")

    def bench_one(device: Listed) -> DeviceBench:
        return bench_on(adb.of(device.serial), request, programs)

    benches, failures = _each(chosen, bench_one, lambda device: device.serial)
    for bench in benches:
        for line in bench.warnings:
            _warn(f"{bench.facts.name}: {line}")
    from dcmobile.android.bench_tables import device_tables

    _print(request, "adb", benches, failures, as_json, lambda width: device_tables(benches, request.operators, width))
    _end(failures, len(chosen), "devices")


def bench_under_qemu(request: BenchRequest, binaries: Sequence[Path], cpus: Sequence[str], as_json: bool) -> None:
    """Run on each of qemu's processors and print one table, saying that the times mean nothing."""
    _check_readable(request.model)
    programs = known_programs(binaries) or _cross_built()

    def bench_one(cpu: str) -> EmulatedBench:
        return bench_emulated(request, cpu, programs)

    benches, failures = _each(list(dict.fromkeys(cpus)), bench_one, lambda cpu: cpu)
    if as_json and benches:
        _warn(NO_TIMES)
    from dcmobile.android.bench_tables import emulated_tables

    _print(
        request, "qemu", benches, failures, as_json, lambda width: emulated_tables(benches, request.operators, width)
    )
    _end(failures, len(cpus), "processors")


def _each(
    places: Sequence[Any], bench_one: Callable[[Any], Any], name_of: Callable[[Any], str]
) -> tuple[list[Any], dict[str, str]]:
    """The results, and by name the errors of places that failed; the error itself where there is only one place."""
    benches, failures = [], {}
    for place in places:
        try:
            benches.append(bench_one(place))
        except DcmError as error:
            if len(places) == 1:
                raise
            failures[name_of(place)] = str(error)
            click.echo(f"dcmobile: error: {printable(str(error))}", err=True)
    return benches, failures


def _print(
    request: BenchRequest,
    target: str,
    benches: Sequence[DeviceBench] | Sequence[EmulatedBench],
    failures: dict[str, str],
    as_json: bool,
    tables: Callable[[int], Any],
) -> None:
    if as_json:
        found = [bench.to_json() for bench in benches]
        figures = {"target": target, "model": str(request.model), "devices": found, "failures": failures}
        print_out(json.dumps(figures, indent=2) + "\n")
    elif benches:
        print_tables(tables)


def _end(failures: dict[str, str], places: int, word: str) -> None:
    if failures:
        raise Failure(f"{len(failures)} of {places} {word} failed")


def _check_readable(model: Path) -> None:
    """Before a phone is bothered."""
    try:
        with model.open("rb") as file:
            begin = file.read(8)
    except OSError as error:
        raise FileError(f"{model}: {error.strerror}", Code.FILE_IO) from None
    if begin[4:] != b"DCM1":
        raise FileError(f'{model}: not a .dcmodel: bytes 4 to 7 are not "DCM1"', Code.FILE_FORMAT)


def _cross_built() -> dict[str, BenchProgram]:
    """What ``make test-arm64`` has built: not for phones, but qemu runs it."""
    import dcmobile

    path = Path(dcmobile.__file__).parents[1] / "build/linux-arm64/runtime/bench/dcmobile-bench"
    return known_programs([path]) if path.is_file() else {}


def _warn(text: str) -> None:
    click.echo(f"dcmobile: warning: {printable(text)}", err=True)
