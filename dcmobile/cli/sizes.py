"""Sizes of files as options."""

from __future__ import annotations

from typing import Any

import click

from dcmobile.byte_size import parse_size
from dcmobile.errors import CallError


class Size(click.ParamType[int]):
    """``2MB``, ``1.5 MiB``, ``900kB`` or ``120000``: whole bytes, at least 1."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes; part of one is dropped."""
        try:
            return parse_size(str(value))
        except CallError as error:
            self.fail(str(error), param, ctx)
