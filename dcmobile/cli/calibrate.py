"""``--calibrate`` and what belongs to it: inputs that layers are measured with."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dcmobile.errors import CallError, Code, FileError

if TYPE_CHECKING:
    import numpy.typing as npt

    from dcmobile.image import ImagePreprocessing

_Command = TypeVar("_Command", bound=Callable[..., Any])

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".avif")
#: More say nothing new, and take memory.
_MOST_PICTURES = 512

calibrate_option = click.option(
    "--calibrate",
    multiple=True,
    metavar="[NAME=]X.npy",
    help="Inputs like those that the network will get, to measure layers with and to have them make up for their "
    "errors: a folder of pictures, with --image; or a float32 array [samples, ...] for each input, in their order or "
    "by name; or one .npz with all of them by name.",
)
cache_option = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that keeps what was measured.  [default: dcmobile in the user's cache folder]",
)


def samples_option(text: str) -> Callable[[_Command], _Command]:
    """Adds ``--samples``; text: its help."""
    return click.option("--samples", default=12, show_default=True, type=click.IntRange(1), metavar="NUMBER", help=text)


def read_calibration(
    given: Sequence[str], image: ImagePreprocessing | None = None
) -> dict[str, npt.NDArray[Any]] | list[npt.NDArray[Any]] | None:
    """The arrays, by name or in order; None where no file is given.

    image: what is done to the pictures of a folder. Raises ``FileError``, and ``CallError`` where some have a name and
    others none, or for a folder beside other files or without ``image``.
    """
    if not given:
        return None
    if any(Path(text).is_dir() for text in given):
        if len(given) > 1:
            raise CallError("--calibrate: a folder of pictures stands alone", Code.CALL_ARGUMENT)
        if image is None:
            raise CallError(
                "--calibrate: a folder of pictures needs --image, what is done to a picture: imagenet, for one",
                Code.CALL_ARGUMENT,
            )
        return [read_pictures(Path(given[0]), image)]
    if len(given) == 1 and given[0].endswith(".npz"):
        return _read_npz(Path(given[0]))
    from dcmobile.cli.npy import read_npy

    named = [_name_and_path(text) for text in given]
    if any(name for name, _ in named) and not all(name for name, _ in named):
        raise CallError("--calibrate: give every file a name (NAME=X.npy) or none of them", Code.CALL_ARGUMENT)
    if not named[0][0]:
        return [read_npy(Path(path)) for _, path in named]
    if len({name for name, _ in named}) < len(named):
        raise CallError("--calibrate: an input has two files", Code.CALL_ARGUMENT)
    return {name: read_npy(Path(path)) for name, path in named}


def read_pictures(folder: Path, image: ImagePreprocessing) -> npt.NDArray[Any]:
    """float32 [pictures, ...]: those of the folder by name, not of folders in it; of more than 512 that many, evenly
    spread. Files that do not end like a picture, and hidden ones, do not count.

    Raises ``FileError``: the folder cannot be read, has no pictures, or one is damaged; ``CallError`` for a picture
    that the preprocessing refuses.
    """
    import numpy as np

    from dcmobile.image.picture import read_picture

    try:
        names = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES and path.name[0] != ".")
    except OSError as error:
        raise FileError(f"cannot read {folder}: {error.strerror}", Code.FILE_IO) from None
    if not names:
        raise FileError(f"{folder} has no pictures: files that end in {', '.join(_PICTURES)}", Code.FILE_FORMAT)
    chosen = np.linspace(0, len(names) - 1, min(len(names), _MOST_PICTURES)).round().astype(int)
    return np.concatenate([image.apply(read_picture(names[index])) for index in chosen])


def warn_of_noise(given: Sequence[str], quiet: bool) -> None:
    """Tell the user that without calibration inputs the choice is a guess."""
    if not given and not quiet:
        click.echo(
            "dcmobile: warning: no --calibrate: layers are measured on random noise; inputs like the real ones give a "
            "better choice",
            err=True,
        )


def default_cache(folder: Path | None) -> Path:
    """The folder that is asked for, or ``dcmobile`` in the user's cache folder (XDG Base Directory Specification)."""
    if folder is not None:
        return folder
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "dcmobile"


def _name_and_path(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    return (name, path) if equals and "/" not in name and not Path(text).exists() else ("", text)


def _read_npz(path: Path) -> dict[str, npt.NDArray[Any]]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}", Code.FILE_IO) from None
    except (ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile):
        raise FileError(f"{path} is not a .npz file of numbers: write it with numpy.savez", Code.FILE_FORMAT) from None
