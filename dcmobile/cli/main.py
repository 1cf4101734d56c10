"""The entry point: the commands together."""

from __future__ import annotations

import sys

import click

from dcmobile import __version__
from dcmobile.cli.bench import bench
from dcmobile.cli.bundle import bundle
from dcmobile.cli.compress import compress
from dcmobile.cli.devices import devices
from dcmobile.cli.inspect import inspect
from dcmobile.cli.keygen import keygen
from dcmobile.cli.program import Program
from dcmobile.cli.run import run
from dcmobile.cli.search import search
from dcmobile.cli.sensitivity import sensitivity
from dcmobile.cli.sign import sign
from dcmobile.cli.terminal import tolerate_encoding
from dcmobile.cli.verify import verify

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Program, context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="dcmobile", message="%(prog)s %(version)s")
def cli() -> None:
    """Deep Compression for PyTorch networks: one small .dcmodel file, and a runtime for it.

    \b
    Exit codes:
      0  done
      1  a file, a network or the machine is at fault; one line on stderr says why
      2  the command was not called right
    """


for _command in (
    compress,
    sensitivity,
    search,
    inspect,
    run,
    bench,
    devices,
    verify,
    bundle,
    keygen,
    sign,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line of ``sys.argv`` and exit."""
    tolerate_encoding(sys.stdout, sys.stderr)
    cli(prog_name="dcmobile")
