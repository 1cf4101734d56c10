"""``dcmobile verify``: is a file whole and safe to run?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcmobile.cli.ending import Failure
from dcmobile.cli.program import Command
from dcmobile.cli.terminal import print_out
from dcmobile.errors import Code, DcmError, FileError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dcmobile.report.printable import printable


@click.command(cls=Command, short_help="Check that .dcmodel files are whole and safe.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--key",
    metavar="PUBLIC",
    type=click.Path(path_type=Path),
    help="Refuse files that are not signed by this key (dcmobile keygen, or an Ed25519 key in PEM).",
)
@click.option("--quiet", "-q", is_flag=True, help="Print refused files only.")
def verify(files: tuple[Path, ...], key: Path | None, quiet: bool) -> None:
    """Check every byte of each FILE as the runtime does before it runs one, checksums included.

    Prints a line a file: OK and the time of loading, or the reason why it is refused.
    """
    public_key = None
    if key is not None:
        from dcmobile.signing import read_public_key

        public_key = read_public_key(key)
    refused = 0
    for file in files:
        line = _verdict(file, public_key)
        if line is None:
            refused += 1
        elif not quiet:
            print_out(line)
    if refused:
        raise Failure(f"{refused} of {len(files)} files refused" if len(files) > 1 else "the file is refused")


def _verdict(file: Path, public_key: Ed25519PublicKey | None) -> str | None:
    """The line of a good file; a refused one is told at once."""
    from dcmobile.model import load
    from dcmobile.report.file_tables import load_text

    name = printable(os.fspath(file))
    signed = ""
    try:
        if public_key is not None:
            _check_signature(file, public_key)
            signed = "signed, "
        with load(file) as model:
            size = model.load_info.file_bytes
            return f"{name}: OK, {signed}{size:,} bytes, loaded in {load_text(model.load_info)}\n"
    except DcmError as error:
        code = error.code.name if error.code is not None else type(error).__name__
        reason = str(error).removeprefix(f"{file}: ")
        print_out(f"{name}: refused, {code}: {printable(reason)}\n")
        return None


def _check_signature(file: Path, public_key: Ed25519PublicKey) -> None:
    from dcmobile.signing import check

    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileError(f"cannot open {file}: {error.strerror}", Code.FILE_IO) from error
    check(data, public_key)
