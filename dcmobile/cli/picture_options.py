"""``--image`` and ``--label-file``: ``compress`` writes them into the file, ``run`` prefers them to the file's."""

from __future__ import annotations

from pathlib import Path

import click

from dcmobile.errors import CallError
from dcmobile.image import PRESETS, ImagePreprocessing, from_preset
from dcmobile.label_file import IMAGENET
from dcmobile.report.printable import printable


def image_words(ctx: click.Context, param: click.Parameter, value: str | None) -> ImagePreprocessing | None:
    """The words of docs/format.md, section 7.1, or a preset."""
    try:
        return None if value is None else from_preset(value)
    except CallError as error:
        raise click.BadParameter(f"{printable(str(error))} (presets: {', '.join(PRESETS)})", ctx, param) from None


def label_path(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """A path; the word ``imagenet`` is the list that dcmobile has."""
    if value is None:
        return None
    return IMAGENET if value == "imagenet" else Path(value)
