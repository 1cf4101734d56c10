"""click's group and command, with dcmobile's way to end (``ending``)."""

from __future__ import annotations

from typing import Any

import click

from dcmobile.cli.ending import command_ending
from dcmobile.cli.terminal import stdout_errors


class Command(click.Command):
    """One command. While its arguments are parsed, ``--help`` may print."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the arguments."""
        with stdout_errors():
            return super().make_context(*args, **kwargs)


class Program(click.Group):
    """The commands; whatever one raises becomes one line on stderr and an exit code."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the arguments before the command; ``--version`` and ``--help`` print here."""
        with command_ending(), stdout_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with command_ending():
            return super().invoke(ctx)
