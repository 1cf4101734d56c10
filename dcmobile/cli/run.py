"""``dcmobile run``: pictures in, classes out, or numpy arrays in and out, through the C++ runtime."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from dcmobile.cli.device_option import device_option
from dcmobile.cli.ending import about
from dcmobile.cli.picture_options import image_option, label_option
from dcmobile.cli.printing_options import json_option, quiet_option
from dcmobile.cli.program import Command
from dcmobile.cli.program_kind import is_pte, needs_executorch
from dcmobile.cli.run_lines import run_lines
from dcmobile.cli.tensor_files import match_inputs, match_outputs
from dcmobile.cli.terminal import print_out
from dcmobile.report.quantities import duration_text


@click.command(cls=Command, short_help="Classify pictures with a .dcmodel, or run it (or a .pte) on numpy arrays.")
@click.argument("pictures", nargs=-1, type=click.Path(path_type=Path), metavar="[PICTURE...]")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-i",
    "--input",
    "inputs",
    multiple=True,
    metavar="[NAME=]X.npy",
    help="A float32 array, in the order of the network's inputs or by name. Once for each input.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="[NAME=]Y.npy|FOLDER",
    help="Where an output goes, in the network's order or by name; or a folder that gets NAME.npy for all of them. "
    "Without it the results are not kept.",
)
@click.option(
    "--top", metavar="NUMBER", type=click.IntRange(1), help="How many classes of a picture to print.  [default: 5]"
)
@json_option("Print the classes of pictures as JSON, unrounded.")
@image_option("How a picture becomes the input, in place of what the file says")
@label_option("Names of the classes in place of the file's")
@click.option(
    "--threads",
    metavar="NUMBER",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Threads for loading and the run.",
)
@device_option
@quiet_option
def run(
    pictures: tuple[Path, ...],
    file: Path,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    threads: int,
    device: str | None,
    quiet: bool,
    **for_pictures: Any,
) -> None:
    """Run the network in FILE on each PICTURE and print the likeliest classes, or once on arrays of numpy.save.

    The first dimension of an array is the batch where the network has one. FILE is a .dcmodel, or a .pte of ExecuTorch,
    which runs on arrays.
    """
    _check_usage(pictures, inputs, outputs, for_pictures)
    if is_pte(file):
        _check_pte_usage(pictures, threads, device)
        needs_executorch()
        from dcmobile.cli.run_pte import run_pte  # with numpy, which --help does not need

        run_pte(file, inputs, outputs, quiet)
    elif pictures:
        from dcmobile.cli.classify_pictures import classify_pictures

        classify_pictures(pictures, file, threads, device, quiet, **for_pictures)
    else:
        _run_arrays(file, inputs, outputs, threads, device, quiet)


def _check_usage(
    pictures: tuple[Path, ...], inputs: tuple[str, ...], outputs: tuple[str, ...], for_pictures: dict[str, Any]
) -> None:
    if not pictures and not inputs:
        raise click.UsageError("give pictures before FILE, or arrays with -i X.npy")
    if pictures and (inputs or outputs):
        raise click.UsageError(f"pictures and {'-i' if inputs else '-o'} exclude each other: -i and -o take arrays")
    for name, value in for_pictures.items():
        if inputs and value:
            raise click.UsageError(f"--{name.removeprefix('as_').replace('_', '-')} is for pictures, not for arrays")


def _check_pte_usage(pictures: tuple[Path, ...], threads: int, device: str | None) -> None:
    if pictures:
        raise click.UsageError("a .pte runs on arrays: give them with -i X.npy")
    if threads != 1:
        raise click.UsageError("--threads is for a .dcmodel: a .pte runs on ExecuTorch's thread pool")
    if device is not None:
        raise click.UsageError("--device is for a .dcmodel: a .pte runs where its delegate's load options say")


def _run_arrays(
    file: Path, inputs: tuple[str, ...], outputs: tuple[str, ...], threads: int, device: str | None, quiet: bool
) -> None:
    from dcmobile.cli.npy import read_npy, write_npy
    from dcmobile.model import load

    with about(file):
        model = load(file, device=device, threads=threads)
    with model:
        sources = match_inputs(inputs, [each.name for each in model.inputs])
        targets = match_outputs(outputs, [each.name for each in model.outputs])
        arrays = {name: read_npy(path) for name, path in sources.items()}
        start = time.perf_counter_ns()
        results = model(arrays)
        elapsed = time.perf_counter_ns() - start
        results = results if isinstance(results, tuple) else (results,)
        by_name = dict(zip((each.name for each in model.outputs), results, strict=True))
        for name, path in targets.items():
            write_npy(path, by_name[name])
        if not quiet:
            lines = run_lines(
                "input", model.inputs, [arrays[each.name].shape for each in model.inputs], sources, "from"
            )
            lines += run_lines("output", model.outputs, [each.shape for each in results], targets, "to")
            where = f" on {model.device_report.name}" if model.device_report.ops_placed else ""
            print_out("".join(f"{line}\n" for line in [*lines, f"ran in {duration_text(elapsed)}{where}"]))
