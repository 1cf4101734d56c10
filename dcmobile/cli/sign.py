"""``dcmobile sign``: who ships a file."""

from __future__ import annotations

from pathlib import Path

import click

from dcmobile.cli.ending import about
from dcmobile.cli.program import Command
from dcmobile.cli.terminal import print_out


@click.command(cls=Command, short_help="Sign a .dcmodel, so that an app can tell that it is yours.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", required=True, metavar="PRIVATE", type=click.Path(path_type=Path), help="The private key.")
@click.option(
    "-o", "--output", metavar="SIGNED", type=click.Path(path_type=Path), help="Where it goes; FILE itself by default."
)
def sign(file: Path, key: Path, output: Path | None) -> None:
    """Verify FILE and write it with a signature at its end, whole or not at all.

    A signature that it has is replaced. PRIVATE is an Ed25519 key in PEM without a password, as dcmobile keygen or
    openssl genpkey make it. A signed file runs like any other; who has the public key can refuse those that are not.
    """
    from dcmobile.signing import sign_file

    with about(file):
        public_key = sign_file(file, key, output if output is not None else file)
    print_out(f"{output or file}: signed by {public_key.hex()[:16]}...\n")
