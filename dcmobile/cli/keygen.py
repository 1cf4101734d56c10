"""``dcmobile keygen``: a pair of keys for signing files."""

from __future__ import annotations

from pathlib import Path

import click

from dcmobile.cli.program import Command
from dcmobile.cli.terminal import print_out


@click.command(cls=Command, short_help="Make a pair of keys for sign and verify.")
@click.argument("private", type=click.Path(path_type=Path), metavar="PRIVATE")
@click.option(
    "--public",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where the public key goes; PRIVATE with the ending .pub by default.",
)
def keygen(private: Path, public: Path | None) -> None:
    """Write a new Ed25519 key to PRIVATE, readable by you alone, and its public half beside it.

    Whoever has PRIVATE can sign in your name: keep it off version control and out of apps. Prints the public key's 32
    bytes in hexadecimal, for dcm_options.public_key. Files that are there are not replaced.
    """
    from dcmobile.signing import generate_key

    shown = public if public is not None else private.with_name(private.name + ".pub")
    key = generate_key(private, shown)
    print_out(f"{private}: the private key, keep it secret\n{shown}: the public key, {key.hex()}\n")
