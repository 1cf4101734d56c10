"""Sizes of files as options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from dcmobile.byte_size import parse_size
from dcmobile.errors import CallError

_Command = TypeVar("_Command", bound=Callable[..., Any])


def target_size_option(more: str = "") -> Callable[[_Command], _Command]:
    """Adds ``--target-size``; more: how its help goes on."""
    return click.option(
        "--target-size",
        type=Size(),
        metavar="SIZE",
        help=f"The most that the file may take, such as 2MB (10^6 bytes each), 900kB or 1.5MiB{more}.",
    )


class Size(click.ParamType[int]):
    """``2MB``, ``1.5 MiB``, ``900kB`` or ``120000``: whole bytes, at least 1."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes; part of one is dropped."""
        try:
            return parse_size(str(value))
        except CallError as error:
            self.fail(str(error), param, ctx)
