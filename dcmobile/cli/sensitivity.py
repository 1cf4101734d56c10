"""``dcmobile sensitivity``: which layers can be made how small, and a recipe from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcmobile.cli.calibrate import (
    cache_option,
    calibrate_option,
    default_cache,
    read_calibration,
    samples_option,
    warn_of_noise,
)
from dcmobile.cli.exported_program import check_archive, program_argument, quiet_torch, read_program
from dcmobile.cli.interrupts import Interrupts
from dcmobile.cli.picture_options import image_option
from dcmobile.cli.printing_options import json_option, quiet_option
from dcmobile.cli.program import Command
from dcmobile.cli.sizes import target_size_option
from dcmobile.cli.stages import Stages
from dcmobile.cli.terminal import print_out, print_tables

if TYPE_CHECKING:
    from dcmobile.image import ImagePreprocessing

#: Where neither a size nor an error is asked for: noise 20 dB below the signal, which few tasks notice.
_MAX_ERROR = 0.01


@click.command(cls=Command, short_help="Measure layers; write a recipe for a size.")
@program_argument
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="R.toml", help="Write the recipe, for compress."
)
@target_size_option()
@click.option(
    "--max-error",
    type=click.FloatRange(0),
    metavar="SHARE",
    help="In place of a size: the most that the outputs may change, predicted, as a share of their variance.  "
    f"[default: {_MAX_ERROR}]",
)
@calibrate_option
@image_option("What is done to the pictures of --calibrate FOLDER")
@samples_option("Samples that are used at most; the time grows with them.")
@click.option(
    "--threads", type=click.IntRange(1, 64), metavar="NUMBER", help="Threads of the runtime.  [default: one a core]"
)
@cache_option
@click.option("--plot", type=click.Path(path_type=Path), metavar="P.svg", help="Draw sizes, errors and layers.")
@json_option("Print JSON: every number, unrounded.")
@quiet_option
def sensitivity(
    program: Path,
    output: Path | None,
    target_size: int | None,
    max_error: float | None,
    calibrate: tuple[str, ...],
    image: ImagePreprocessing | None,
    samples: int,
    threads: int | None,
    cache: Path | None,
    plot: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure each layer of the network in PROGRAM, a file of torch.export.save: what each setting saves, and how much
    it alone changes the outputs.

    Shows the best settings for --target-size or --max-error, and writes them as a recipe with -o. Interrupted, it goes
    on where it stopped when it is called again.
    """
    if target_size is not None and max_error is not None:
        raise click.UsageError("--target-size and --max-error exclude each other")
    warn_of_noise(calibrate, quiet)
    inputs = read_calibration(calibrate, image)
    with Interrupts() as interrupts, Stages(quiet, interrupts.check) as stages, quiet_torch():
        stages("read", 0, 1)
        check_archive(program)
        with interrupts.held():
            from dcmobile.compile import sensitivity as measure
            from dcmobile.graph_file import check_writable
        for path in (output, plot):
            if path is not None:
                check_writable(path)
        exported = read_program(program)
        stages("read", 1, 1)
        found = measure(exported, inputs, samples=samples, threads=threads, cache=default_cache(cache), progress=stages)
    limit = _MAX_ERROR if max_error is None else max_error
    choice = found.choose(target_size) if target_size is not None else found.choose(max_error=limit)

    from dcmobile.fileformat import write_atomically

    if output is not None:
        write_atomically(output, [choice.recipe.to_toml().encode()])
    if plot is not None:
        from dcmobile.budget.plot import plot_svg

        write_atomically(plot, [plot_svg(found, choice).encode()])
    if as_json:
        print_out(json.dumps(found.to_json() | {"choice": choice.to_json()}, indent=2) + "\n")
    elif not quiet:
        from dcmobile.budget.tables import sensitivity_tables

        print_tables(lambda name_width: sensitivity_tables(found, choice, name_width))
