"""``dcmobile compress``: an exported program to a .dcmodel or a .pte, without training it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dcmobile.cli.calibrate import cache_option, calibrate_option, default_cache, read_calibration, warn_of_noise
from dcmobile.cli.exported_program import check_archive, program_argument, quiet_torch, read_program
from dcmobile.cli.interrupts import Interrupts
from dcmobile.cli.model_output import metadata_of, output_option, target_of
from dcmobile.cli.picture_options import image_option, label_option
from dcmobile.cli.printing_options import quiet_option
from dcmobile.cli.program import Command
from dcmobile.cli.program_kind import needs_executorch
from dcmobile.cli.sizes import target_size_option
from dcmobile.cli.stages import Stages
from dcmobile.cli.terminal import print_tables

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dcmobile.export_report import ExportReport
    from dcmobile.image import ImagePreprocessing
    from dcmobile.recipe import Recipe
    from dcmobile.report import FileReport

FORMATS = ("dcmodel", "pte")
_FLOATS = click.Choice(["auto", "fp32", "fp16"])


@click.command(cls=Command, short_help="Compress an exported PyTorch program into a .dcmodel or a .pte.")
@program_argument
@output_option("the format's ending")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="What to write: a .dcmodel, or a .pte for ExecuTorch.  [default: by the ending of -o, else dcmodel]",
)
@click.option(
    "--density",
    metavar="SHARE",
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of the weights of each layer to keep; the largest stay.  [default: all]",
)
@click.option(
    "--bits",
    metavar="BITS",
    type=click.IntRange(1, 8),
    help="Bits of a code: the kept weights of a layer share 2^BITS values.",
)
@click.option("--recipe", type=click.Path(path_type=Path), help="Settings by layer: a TOML file.")
@target_size_option(": each layer is measured and gets the setting that changes the outputs least")
@calibrate_option
@cache_option
@click.option(
    "--init",
    type=click.Choice(["linear", "density", "random"]),
    help="Where the clustering starts.  [default: linear]",
)
@click.option(
    "--codebook",
    type=_FLOATS,
    help="How the shared values are written; auto: in fp16 where that makes no difference.  [default: auto]",
)
@click.option("--biases", type=_FLOATS, help="How biases are written; auto: as the shared values.  [default: auto]")
@label_option("Names of the classes, a line each, for the file")
@image_option("How a picture becomes the input, for --calibrate FOLDER and for the file")
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), metavar="NUMBER", help="Seed of --init random.  [default: 0]"
)
@quiet_option
def compress(
    program: Path,
    output: Path | None,
    format_: str | None,
    recipe: Path | None,
    target_size: int | None,
    calibrate: tuple[str, ...],
    cache: Path | None,
    label_file: Path | None,
    image: ImagePreprocessing | None,
    seed: int | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Compress the network in PROGRAM, a file of torch.export.save, into one .dcmodel file, or into
    a .pte for ExecuTorch.

    Prunes, shares weights and Huffman-codes them; nothing is trained, so check the accuracy of what comes out. Needs
    --density, --bits, --recipe or --target-size. With --calibrate layers make up for their errors.
    """
    as_pte = (format_ or _format_of(output)) == "pte"
    given = {name: value for name, value in settings.items() if value is not None}
    if target_size is None:
        _check_usage(recipe is not None, given, calibrate if as_pte else (), cache)
    else:
        _check_target_usage({"recipe": recipe, "seed": seed, **given})
        warn_of_noise(calibrate, quiet)
    target = target_of(program, output, ".pte" if as_pte else ".dcmodel")
    if as_pte:
        needs_executorch()
    chosen = _recipe(recipe, given, seed) if target_size is None else None
    inputs = read_calibration(calibrate, image)
    with Interrupts() as interrupts, Stages(quiet, interrupts.check) as stages, quiet_torch():
        stages("read", 0, 1)
        check_archive(program)
        with interrupts.held():
            from dcmobile.compile import compress as compress_program
        exported = read_program(program)
        metadata = metadata_of(label_file, image, exported)
        stages("read", 1, 1)
        how: dict[str, Any] = {
            "recipe": chosen,
            "metadata": metadata,
            "progress": stages,
            "target_size": target_size,
            "calibration": inputs,
            "cache": default_cache(cache) if target_size is not None else None,
        }
        if as_pte:
            from dcmobile.cli.compress_pte import compress_pte

            compress_pte(exported, target, how, quiet)
            return
        export = compress_program(exported, target, **how)
    if not quiet:
        from dcmobile.report import file_report

        report = file_report(target)
        print_tables(lambda name_width: _closing_tables(report, export, name_width))


def _check_target_usage(others: dict[str, Any]) -> None:
    for name, value in others.items():
        if value is not None:
            raise click.UsageError(f"--target-size and --{name} exclude each other: the size decides each layer")


def _check_usage(has_recipe: bool, given: dict[str, Any], calibrate: tuple[str, ...], cache: Path | None) -> None:
    """calibrate: where it is of no use."""
    if cache is not None:
        raise click.UsageError("--cache needs --target-size: nothing is measured otherwise")
    if calibrate:
        raise click.UsageError("--calibrate needs --target-size where a .pte is written")
    if has_recipe and given:
        raise click.UsageError(f"--recipe and --{next(iter(given))} exclude each other: put it into the recipe")
    if not has_recipe and not {"density", "bits"} & set(given):
        raise click.UsageError("give --density, --bits or both, a --recipe, or a --target-size")
    if not has_recipe and "bits" not in given:
        for name in ("init", "codebook"):
            if name in given:
                raise click.UsageError(f"--{name} needs --bits: without it no values are shared")


def _format_of(output: Path | None) -> str:
    return "pte" if output is not None and output.suffix == ".pte" else "dcmodel"


def _recipe(path: Path | None, given: dict[str, Any], seed: int | None) -> Recipe:
    from dcmobile.recipe import Recipe

    if path is None:
        return Recipe({"*": given}, seed or 0)
    recipe = Recipe.load(path)
    return recipe if seed is None else Recipe(recipe.layers, seed)


def _closing_tables(report: FileReport, export: ExportReport, name_width: int) -> Iterator[RenderableType]:
    from dcmobile.report.file_tables import size_line
    from dcmobile.report.layer_table import layer_table

    line = size_line(report)
    if export.predicted_error is not None:
        from dcmobile.budget.tables import error_line

        line.append("\n").append_text(error_line(export.predicted_error))
    yield line
    yield layer_table(report.layers, name_width)
