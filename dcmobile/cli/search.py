"""``dcmobile search``: from a size or an error to a file, a recipe and a plot, with calibration inputs only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dcmobile.cli.calibrate import calibrate_option, default_cache, read_calibration, samples_option
from dcmobile.cli.exported_program import check_archive, program_argument, quiet_torch, read_program
from dcmobile.cli.interrupts import Interrupts
from dcmobile.cli.model_output import metadata_of, output_option, target_of
from dcmobile.cli.picture_options import image_option, label_option
from dcmobile.cli.printing_options import json_option, quiet_option
from dcmobile.cli.program import Command
from dcmobile.cli.stages import Stages
from dcmobile.cli.terminal import print_out

if TYPE_CHECKING:
    from dcmobile.image import ImagePreprocessing
    from dcmobile.trials.search import SearchResult


@click.command(cls=Command, short_help="Find the best file for a size, or the smallest for an error.")
@program_argument
@output_option("the ending .dcmodel")
@click.option(
    "--target",
    required=True,
    metavar="TARGET",
    help='The most that the file may take, such as "2 MB", or the most that the outputs may change, as a share of '
    "their variance: max_error=0.01.",
)
@calibrate_option
@image_option("How a picture becomes the input, for --calibrate FOLDER and for the file")
@label_option("Names of the classes, a line each, for the file")
@click.option(
    "--trials",
    default=6,
    show_default=True,
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Files that are made at most, for an error.",
)
@samples_option("Samples that errors are measured on at most; layers make up for their errors by the others.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keeps what is done, so that an interrupted search goes on; gets recipe.toml and pareto.svg.  [default: "
    "search in dcmobile's cache folder]",
)
@json_option("Print JSON: every trial.")
@quiet_option
def search(
    program: Path,
    output: Path | None,
    target: str,
    calibrate: tuple[str, ...],
    image: ImagePreprocessing | None,
    label_file: Path | None,
    trials: int,
    samples: int,
    folder: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compress the network in PROGRAM, a file of torch.export.save, to a size with the least error, or to an error in
    the fewest bytes.

    Nothing is trained: layers are measured with --calibrate and make up for their errors by it. Errors are those of the
    finished file, on samples that no layer was fitted to.
    """
    if not calibrate:
        raise click.UsageError("--calibrate is missing: a search without training needs inputs like the real ones")
    path = target_of(program, output, ".dcmodel")
    home = default_cache(None) / "search" if folder is None else folder
    inputs = read_calibration(calibrate, image)
    with Interrupts() as interrupts, Stages(quiet, interrupts.check) as stages, quiet_torch():
        stages("read", 0, 1)
        check_archive(program)
        with interrupts.held():
            from dcmobile.trials.search import search as search_program
        exported = read_program(program)
        metadata = metadata_of(label_file, image, exported)
        stages("read", 1, 1)
        found = search_program(
            exported,
            None,
            None,
            target,
            path,
            calibration=inputs,
            folder=home,
            trials=trials,
            samples=samples,
            metadata=metadata,
            progress=stages,
        )
    if as_json:
        print_out(json.dumps(_to_json(found, home), indent=2) + "\n")
    elif not quiet:
        print_out(_text(found, home))


def _to_json(found: SearchResult, home: Path) -> dict[str, Any]:
    return {
        "path": found.path,
        "file_bytes": found.file_bytes,
        "dense_bytes": found.dense_bytes,
        "ratio": found.ratio,
        "error": found.error,
        "recipe": str(home / "recipe.toml"),
        "plot": str(home / "pareto.svg"),
        "trials": [
            {"asked": trial.asked, "file_bytes": trial.file_bytes, "error": trial.error} for trial in found.trials
        ],
    }


def _text(found: SearchResult, home: Path) -> str:
    from dcmobile.report.printable import printable
    from dcmobile.report.quantities import bytes_text, ratio_text

    lines = [
        f"{printable(found.path)}: {bytes_text(found.file_bytes)} bytes, {ratio_text(found.ratio)} smaller "
        f"(fp32: {bytes_text(found.dense_bytes)}), error {100 * found.error:.3g} % of the outputs' variance"
    ]
    if len(found.trials) > 1:
        lines += [
            f"  tried {bytes_text(trial.file_bytes)} bytes: {100 * trial.error:.3g} %"
            for trial in sorted(found.trials, key=lambda each: each.file_bytes)
        ]
    lines.append(f"recipe {printable(str(home / 'recipe.toml'))}, plot {printable(str(home / 'pareto.svg'))}")
    return "\n".join(lines) + "\n"
