"""``dcmobile bench``: how long a network takes and what memory it needs, on this machine, under qemu or on phones."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import click

from dcmobile.cli.device_option import device_name
from dcmobile.cli.ending import Failure
from dcmobile.cli.printing_options import json_option
from dcmobile.cli.program import Command
from dcmobile.cli.program_kind import is_pte, needs_executorch
from dcmobile.errors import Code, MachineError

_PROGRAM = "dcmobile-bench"
_DEFAULT_TIMEOUT = 600.0

TARGETS = ("host", "qemu", "adb")
_DEFAULT_CPU = "cortex-a76"


@click.command(cls=Command, short_help="Time a .dcmodel (or a .pte) here, under qemu or on phones.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--threads",
    metavar="NUMBER",
    type=click.IntRange(1, 64),
    help="Threads for loading and each run; a .pte runs on ExecuTorch's pool.  [default: 1]",
)
@click.option("--batch", metavar="NUMBER", type=click.IntRange(1), help="Samples a run.  [default: 1]")
@click.option("--runs", metavar="NUMBER", default=50, show_default=True, type=click.IntRange(1), help="Runs at least.")
@click.option(
    "--seconds", metavar="NUMBER", default=1.0, show_default=True, type=click.FloatRange(0, 86400), help="And so long."
)
@click.option("--operators", is_flag=True, help="Time each operator of a .dcmodel too.")
@json_option("Print JSON: every figure, unrounded.")
@click.option(
    "--target",
    default="host",
    show_default=True,
    type=click.Choice(TARGETS),
    help="This machine; 64-bit Arm under qemu, where times mean nothing; phones, by adb.",
)
@click.option(
    "--device",
    "devices",
    multiple=True,
    metavar="NAME",
    help="host: cpu, vulkan or vulkan:N, see dcmobile devices. adb: a phone, as adb devices names it; once for each.",
)
@click.option("--all-devices", is_flag=True, help="adb: every phone that is ready.")
@click.option(
    "--cpu",
    "cpus",
    multiple=True,
    metavar="NAME",
    help=f"qemu: a processor, as qemu-aarch64 -cpu help names it. Once for each.  [default: {_DEFAULT_CPU}]",
)
@click.option(
    "--bench-binary",
    "binaries",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PROGRAM",
    help="adb, qemu: a dcmobile-bench for the device; once for each ABI.  [default: of scripts/build-device-bench]",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, 86400, min_open=True),
    help="adb, qemu: how long a device may take.  [default: 600]",
)
def bench(
    file: Path,
    threads: int | None,
    batch: int | None,
    runs: int,
    seconds: float,
    operators: bool,
    as_json: bool,
    target: str,
    devices: tuple[str, ...],
    all_devices: bool,
    cpus: tuple[str, ...],
    binaries: tuple[Path, ...],
    timeout: float | None,
) -> None:
    """Load the network in FILE, run it on random values, and print times and memory.

    A .dcmodel is timed by the program dcmobile-bench, which has more options; with --target adb on phones, where it and
    the file are copied to, run, and removed. A .pte is timed in ExecuTorch's Python runtime.
    """
    _check_target(target, "adb or host", {"device": devices})
    _check_target(target, "adb", {"all-devices": all_devices})
    _check_target(target, "qemu", {"cpu": cpus})
    _check_target(target, "adb or qemu", {"bench-binary": binaries, "timeout": timeout})
    if target != "host":
        if is_pte(file):
            raise click.UsageError(f"--target {target} is for a .dcmodel: a .pte is timed on this machine")
        if devices and all_devices:
            raise click.UsageError("--device and --all-devices exclude each other")
        from dcmobile.android.bench_request import BenchRequest
        from dcmobile.cli.bench_targets import bench_on_phones, bench_under_qemu

        request = BenchRequest(file, threads or 1, batch or 1, runs, seconds, operators, timeout or _DEFAULT_TIMEOUT)
        if target == "adb":
            bench_on_phones(request, binaries, devices, all_devices, as_json)
        else:
            bench_under_qemu(request, binaries, cpus or (_DEFAULT_CPU,), as_json)
        return
    if is_pte(file):
        for name, given in {"threads": threads is not None, "operators": operators, "device": bool(devices)}.items():
            if given:
                raise click.UsageError(f"--{name} is for a .dcmodel: a .pte runs on ExecuTorch's thread pool")
        needs_executorch()
        from dcmobile.cli.bench_pte import bench_pte

        bench_pte(file, batch, runs, seconds, as_json)
        return
    flags = [f"--graph={file}", f"--num_threads={threads or 1}", f"--batch={batch or 1}", f"--num_runs={runs}"]
    flags += [f"--min_secs={seconds}", "--report_peak_memory_footprint"]
    if len(devices) > 1:
        raise click.UsageError("--device is for --target host once")
    flags += [f"--device={device_name(name)}" for name in devices]
    flags += ["--enable_op_profiling"] if operators else []
    flags += ["--json=-"] if as_json else []
    sys.stdout.flush()
    done = subprocess.run([_program(), *flags], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failure(done.stderr.strip().removeprefix(f"{_PROGRAM}: ") or f"{_PROGRAM} ended with {done.returncode}")


def _check_target(target: str, owners: str, options: dict[str, Any]) -> None:
    """Raise for an option that only other targets have."""
    for name, value in options.items():
        if value and target not in owners.split():
            raise click.UsageError(f"--{name} is for --target {owners}")


def _program() -> str:
    """The one that was installed with this Python."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / _PROGRAM).is_file():
            return str(folder / _PROGRAM)
    found = shutil.which(_PROGRAM)
    if found is None:
        raise MachineError(f"the program {_PROGRAM} is not installed beside dcmobile", Code.MACHINE_UNSUPPORTED)
    return found
