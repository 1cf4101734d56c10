"""``--image`` and ``--label-file``: ``compress`` and ``search`` write them into the file, ``run`` prefers them to the
file's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dcmobile.errors import CallError
from dcmobile.image import PRESETS, ImagePreprocessing, from_preset
from dcmobile.label_file import IMAGENET
from dcmobile.report.printable import printable

_Command = TypeVar("_Command", bound=Callable[..., Any])


def image_option(text: str) -> Callable[[_Command], _Command]:
    """Adds ``--image``; text: what it is for."""
    return click.option(
        "--image",
        callback=_image_words,
        metavar="WORDS",
        help=f"{text}: imagenet, efficientnet-lite or words as in docs/cli.md.",
    )


def label_option(text: str) -> Callable[[_Command], _Command]:
    """Adds ``--label-file``; text: what it is for."""
    return click.option(
        "--label-file", callback=_label_path, metavar="FILE", help=f"{text}; imagenet: the 1,000 of ImageNet."
    )


def _image_words(ctx: click.Context, param: click.Parameter, value: str | None) -> ImagePreprocessing | None:
    """The words of docs/format.md, section 7.1, or a preset."""
    try:
        return None if value is None else from_preset(value)
    except CallError as error:
        raise click.BadParameter(f"{printable(str(error))} (presets: {', '.join(PRESETS)})", ctx, param) from None


def _label_path(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """A path; the word ``imagenet`` is the list that dcmobile has."""
    if value is None:
        return None
    return IMAGENET if value == "imagenet" else Path(value)
