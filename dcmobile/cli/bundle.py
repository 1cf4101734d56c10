"""``dcmobile bundle``: models as an Android app takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcmobile.cli.printing_options import json_option, quiet_option
from dcmobile.cli.program import Command
from dcmobile.cli.sizes import Size
from dcmobile.cli.terminal import print_out, print_tables
from dcmobile.errors import CallError, Code

if TYPE_CHECKING:
    from dcmobile.bundle.contents import Contents
    from dcmobile.bundle.native_library import NativeLibrary

_CLASS = "org.dcmobile.models.AppModels"
_NO_COMPRESS = 'in the app\'s build.gradle: android { androidResources { noCompress "dcmodel" } }'


@click.command(cls=Command, short_help="Put .dcmodel files into an AAR, or into an app's assets.")
@click.argument("models", nargs=-1, required=True, metavar="[NAME=]FILE.dcmodel...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.aar",
    help="An AAR with the models, the Java API and the native library; whole or not at all.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="In place of an AAR: the models and their manifest in the assets of an app that has the Java API.",
)
@click.option(
    "--library",
    "libraries",
    multiple=True,
    metavar="ABI=FILE",
    help="libdcmobile.so for an ABI, e.g. arm64-v8a=PATH; once for each.  [default: of scripts/build-android-so]",
)
@click.option("--class", "java_class", default=_CLASS, show_default=True, metavar="NAME", help="The generated class.")
@click.option(
    "--java-source",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write the generated class there, e.g. app/src/main/java.",
)
@click.option(
    "--models-only", is_flag=True, help="Leave the Java API and the native library out: the app has them already."
)
@click.option(
    "--split-over",
    type=Size(),
    metavar="SIZE",
    help="A model above it, e.g. 150MB, becomes an asset pack of Google Play. Not tried: nothing here runs Gradle.",
)
@click.option(
    "--packs",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where asset packs go: the folder of settings.gradle.  [default: beside the AAR]",
)
@json_option("Print sizes and hashes as JSON.")
@quiet_option
def bundle(
    models: tuple[str, ...],
    output: Path | None,
    into: Path | None,
    libraries: tuple[str, ...],
    java_class: str,
    java_source: Path | None,
    models_only: bool,
    split_over: int | None,
    packs: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Verify the models and put them into an Android library, or into the assets of an app.

    A class is generated with a method that opens each model, and a manifest that says which files shipped. The same
    files give the same bytes.
    """
    _check_usage(output, into, libraries, models_only, split_over, packs)
    from dcmobile.bundle.contents import read_contents

    contents = read_contents(models, java_class, split_over)
    packs = packs or (output.parent if output is not None else None)
    _check_targets(contents, output, into, java_source, packs)
    natives: list[NativeLibrary] = []
    if output is not None and not models_only:
        from dcmobile.bundle.native_library import read_libraries

        natives = read_libraries(libraries)
    classes, written = _write(contents, output, into, java_source, packs, natives, not models_only)
    from dcmobile.bundle.size_report import SizeReport, size_tables

    report = SizeReport(contents, tuple(natives), classes, str(output or into), written)
    if as_json:
        print_out(json.dumps(report.to_json(), indent=2) + "\n")
    elif not quiet:
        print_tables(lambda name_width: size_tables(report, name_width))
        print_out("".join(f"{line}\n" for line in ["", *_hints(contents)]))


def _check_usage(
    output: Path | None,
    into: Path | None,
    libraries: Sequence[str],
    models_only: bool,
    split_over: int | None,
    packs: Path | None,
) -> None:
    if (output is None) == (into is None):
        raise click.UsageError("give either -o FILE.aar or --into FOLDER")
    if output is not None and output.suffix != ".aar":
        raise click.UsageError(f"-o {output}: the name of an AAR ends in .aar")
    if libraries and (models_only or into is not None):
        raise click.UsageError(f"--library and --{'models-only' if models_only else 'into'} exclude each other")
    if models_only and into is not None:
        raise click.UsageError("--models-only is for an AAR: --into writes models only")
    if packs is not None and split_over is None:
        raise click.UsageError("--packs needs --split-over")
    if split_over is not None and into is not None and packs is None:
        raise click.UsageError("--split-over with --into needs --packs FOLDER")


def _check_targets(
    contents: Contents, output: Path | None, into: Path | None, java_source: Path | None, packs: Path | None
) -> None:
    """Raise before anything is written, as far as that can be told."""
    from dcmobile.bundle.asset_pack import pack_files
    from dcmobile.bundle.written_files import check_files
    from dcmobile.fileformat.atomic import check_target

    if output is not None:
        target = check_target(output)
        if any(target.exists() and target.samefile(model.path) for model in contents.models):
            raise CallError(f"the output {output} is one of the models: name another with -o", Code.CALL_ARGUMENT)
    if into is not None:
        check_files(into, contents.assets)
    if java_source is not None:
        check_files(java_source, contents.sources)
    if packs is not None:
        check_files(packs, pack_files(contents.split))


def _write(
    contents: Contents,
    output: Path | None,
    into: Path | None,
    java_source: Path | None,
    packs: Path | None,
    natives: Sequence[NativeLibrary],
    with_api: bool,
) -> tuple[int, int | None]:
    """Bytes of the classes and of the AAR; 0 and None for a folder."""
    from dcmobile.bundle.asset_pack import pack_files
    from dcmobile.bundle.written_files import write_files
    from dcmobile.fileformat.atomic import write_atomically

    classes, written = 0, None
    if output is not None:
        from dcmobile.bundle.aar import aar_bytes, aar_entries

        entries = aar_entries(contents, natives, with_api)
        classes, data = len(entries["classes.jar"]), aar_bytes(entries)
        written = len(data)
    if packs is not None:
        write_files(packs, pack_files(contents.split))
    if java_source is not None:
        write_files(java_source, {path: text.encode() for path, text in contents.sources.items()})
    if output is not None:
        write_atomically(output, [data])
    if into is not None:
        write_files(into, contents.assets)
    return classes, written


def _hints(contents: Contents) -> list[str]:
    from dcmobile.bundle.asset_pack import pack_hint

    lines = [_NO_COMPRESS]
    return lines + ([pack_hint(contents.split)] if contents.split else [])
