"""The input of the commands that compress: a program that ``torch.export.save`` wrote."""

from __future__ import annotations

import logging
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcmobile.errors import Code, FileError

if TYPE_CHECKING:
    from torch.export import ExportedProgram

program_argument = click.argument("program", type=click.Path(path_type=Path))

_ADVICE = "write one with torch.export.save(torch.export.export(model.eval(), inputs), path)"
# What every file of torch.export.save has: the layout of torch 2.9 and later, and the one before.
_PROGRAM_MEMBERS = ("models/", "serialized_exported_program.json")


def check_archive(path: Path) -> None:
    """Raise ``FileError`` unless the file is a whole zip archive with a program of torch.export in it.

    Needs no torch, so that a wrong file is told at once; and compares the checksums, which torch does not.
    """
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            damaged = archive.testzip()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}", Code.FILE_IO) from None
    except Exception:  # zipfile raises nearly everything for a hostile archive
        raise _no_program(path, "it is empty" if empty else "no zip archive, or cut short") from None
    if not any(member in name for name in names for member in _PROGRAM_MEMBERS):
        raise _no_program(path, "a zip archive without a program, such as torch.save writes")
    if damaged is not None:
        raise FileError(f"{path} is damaged: {damaged!r} in it does not match its checksum", Code.FILE_CHECKSUM)


def read_program(path: Path) -> ExportedProgram:
    """The exported program at the path, which ``check_archive`` has passed.

    Raises ``FileError`` if this torch cannot read it.
    """
    import torch

    try:
        with path.open("rb") as file:  # by path, torch takes no ending but .pt2
            return torch.export.load(file)
    except Exception as error:  # torch raises nearly everything for a file that is not what it expects
        reason = " ".join((str(error) or type(error).__name__).split())[:200]
        raise FileError(
            f"torch {torch.__version__} cannot read the program in {path}: {reason}", Code.FILE_FORMAT
        ) from error


@contextmanager
def quiet_torch() -> Iterator[None]:
    """While it lasts, torch neither warns nor logs; what it would tell is of its own insides, or raised anyway."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def class_count(program: ExportedProgram) -> int | None:
    """Elements of the first output's last axis; None where the program leaves it open."""
    outputs = program.graph_signature.user_outputs
    nodes = {node.name: node for node in program.graph.nodes}
    node = nodes.get(outputs[0]) if outputs and isinstance(outputs[0], str) else None
    shape = getattr(node.meta.get("val"), "shape", ()) if node is not None else ()
    return shape[-1] if shape and isinstance(shape[-1], int) else None


def _no_program(path: Path, why: str) -> FileError:
    return FileError(f"{path} is not a program of torch.export ({why}): {_ADVICE}", Code.FILE_FORMAT)
