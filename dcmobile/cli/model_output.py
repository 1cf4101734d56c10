"""The file that a command writes for a network: where it goes, and what it holds besides the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dcmobile.cli.exported_program import class_count
from dcmobile.errors import CallError, Code, FileError, ModelError
from dcmobile.label_file import read_labels

if TYPE_CHECKING:
    from torch.export import ExportedProgram

    from dcmobile.fileformat import Metadata
    from dcmobile.image import ImagePreprocessing

_Command = TypeVar("_Command", bound=Callable[..., Any])


def output_option(ending: str) -> Callable[[_Command], _Command]:
    """Adds ``-o``. ending: of a file beside the program, in words."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        help=f"The file to write, whole or not at all; default: beside PROGRAM, with {ending}.",
    )


def target_of(program: Path, output: Path | None, ending: str) -> Path:
    """The file to write: ``output``, or beside the program. Raises ``FileError``, ``CallError`` for what cannot be."""
    target = program.with_suffix(ending) if output is None else output
    if target.exists():
        if not target.is_file() and not target.is_dir():
            raise FileError(f"cannot write {target}: it is a device or pipe, not a file", Code.FILE_IO)
        if program.exists() and target.samefile(program):
            raise CallError(f"the output {target} is the input itself: name another with -o", Code.CALL_ARGUMENT)
    return target


def metadata_of(label_file: Path | None, image: ImagePreprocessing | None, exported: ExportedProgram) -> Metadata:
    """Labels and preprocessing for the file. Raises ``ModelError`` for labels that are not as many as classes."""
    from dcmobile.fileformat import Metadata

    metadata = Metadata()
    if label_file is not None:
        labels = read_labels(label_file)
        classes = class_count(exported)
        if classes is not None and classes != len(labels):
            raise ModelError(f"{label_file} has {len(labels)} labels, the network's first output {classes} elements")
        metadata = Metadata(labels=labels)
    return metadata if image is None else metadata.with_preprocessing(image)
