"""``--quiet`` and ``--json``: how much a command prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print errors only.")


def json_option(text: str) -> Callable[[_Command], _Command]:
    """Adds the option, as ``as_json``; text: its help."""
    return click.option("--json", "as_json", is_flag=True, help=text)
