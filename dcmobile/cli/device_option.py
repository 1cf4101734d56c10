"""``--device`` of the commands that run a network here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

METAVAR = "cpu|vulkan|vulkan:N"
_NAMES = re.compile(r"cpu|vulkan(:\d{1,2})?")


def device_name(text: str) -> str:
    """The text, if it can name a device. Raises ``click.UsageError``."""
    if not _NAMES.fullmatch(text):
        raise click.UsageError(
            f"--device is {text!r}; it takes cpu, vulkan or vulkan:N, as dcmobile devices lists them"
        )
    return text


def device_option(command: _Command) -> _Command:
    """Adds the option; the command gets None where it is not given."""

    def check(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        return None if value is None else device_name(value)

    return click.option(
        "--device",
        metavar=METAVAR,
        callback=check,
        help="What the network runs on; see dcmobile devices. A device that fails leaves it to the CPU and says so.  "
        "[default: DCM_DEVICE, or cpu]",
    )(command)
