"""Names of classes in a text file, one a line."""

from __future__ import annotations

import os
from pathlib import Path

from dcmobile.errors import Code, FileError

#: The 1,000 classes of ImageNet's challenge (ILSVRC 2012) in the usual order, that of their WordNet numbers: the first
#: word that WordNet 3.0 (Princeton University) has for each. Only the two cranes and the two maillots are told apart.
IMAGENET = Path(__file__).parent / "zoo" / "labels" / "imagenet.txt"


def read_labels(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The lines of the file; an end of line after the last one starts no further label.

    Raises ``FileError``: cannot be read, is not UTF-8, has an empty line.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise FileError(f"cannot read {os.fspath(path)}: {error.strerror}", Code.FILE_IO) from None
    except UnicodeDecodeError:
        raise FileError(f"cannot read {os.fspath(path)}: it is not UTF-8 text", Code.FILE_FORMAT) from None
    labels = tuple(line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines))
    if not labels or "" in labels:
        where = f"line {labels.index('') + 1} is" if labels else "it is"
        raise FileError(f"{os.fspath(path)} is no list of labels: {where} empty", Code.FILE_FORMAT)
    return labels
