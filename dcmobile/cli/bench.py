"""``dcmobile bench``: how long a network takes and what memory it needs on this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import click

from dcmobile.cli.ending import Failure
from dcmobile.cli.program import Command
from dcmobile.cli.program_kind import is_pte, needs_executorch
from dcmobile.errors import Code, MachineError

_PROGRAM = "dcmobile-bench"


@click.command(cls=Command, short_help="Time a .dcmodel (or a .pte) on this machine.")
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every figure, unrounded.")
def bench(
    file: Path,
    threads: int | None,
    batch: int | None,
    runs: int,
    seconds: float,
    operators: bool,
    as_json: bool,
) -> None:
    """Load the network in FILE, run it on random values, and print times and memory.

    A .dcmodel is timed by the program dcmobile-bench, which has more options and runs on phones too; a .pte in
    ExecuTorch's Python runtime.
    """
    if is_pte(file):
        for name, given in {"threads": threads is not None, "operators": operators}.items():
            if given:
                raise click.UsageError(f"--{name} is for a .dcmodel: a .pte runs on ExecuTorch's thread pool")
        needs_executorch()
        from dcmobile.cli.bench_pte import bench_pte

        bench_pte(file, batch, runs, seconds, as_json)
        return
    flags = [f"--graph={file}", f"--num_threads={threads or 1}", f"--batch={batch or 1}", f"--num_runs={runs}"]
    flags += [f"--min_secs={seconds}", "--report_peak_memory_footprint"]
    flags += ["--enable_op_profiling"] if operators else []
    flags += ["--json=-"] if as_json else []
    sys.stdout.flush()
    done = subprocess.run([_program(), *flags], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failure(done.stderr.strip().removeprefix(f"{_PROGRAM}: ") or f"{_PROGRAM} ended with {done.returncode}")


def _program() -> str:
    """The one that was installed with this Python."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / _PROGRAM).is_file():
            return str(folder / _PROGRAM)
    found = shutil.which(_PROGRAM)
    if found is None:
        raise MachineError(f"the program {_PROGRAM} is not installed beside dcmobile", Code.MACHINE_UNSUPPORTED)
    return found
