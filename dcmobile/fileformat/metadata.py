"""What a file says about itself, for people (docs/format.md, section 7). None of it changes the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dcmobile.errors import CallError, Code, FileError
from dcmobile.image.preprocessing import ImagePreprocessing

#: The entry that says how a picture becomes the network's input.
IMAGE_KEY = "dcmobile.image"


@dataclass(frozen=True)
class Metadata:
    """producer: name and version of the writer. labels: the classes, in order of the first output's elements.

    entries: free key-value pairs, written in the order of their keys; keys that start with ``dcmobile.`` are reserved.
    """

    producer: str = ""
    labels: tuple[str, ...] = ()
    entries: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.producer or self.labels or self.entries)

    @property
    def preprocessing(self) -> ImagePreprocessing | None:
        """How a picture becomes the network's input, if an entry says it.

        Raises ``FileError`` for an entry that breaks the rules of docs/format.md, or keeps to newer ones.
        """
        text = self.entries.get(IMAGE_KEY)
        if text is None:
            return None
        try:
            return ImagePreprocessing.parse(text)
        except CallError as error:
            raise FileError(
                f"the entry {IMAGE_KEY} is wrong, or of a newer version: {error}", Code.FILE_FORMAT
            ) from None

    def with_preprocessing(self, preprocessing: ImagePreprocessing) -> Metadata:
        """The same, with the entry that says how a picture becomes the network's input."""
        return replace(self, entries={**self.entries, IMAGE_KEY: preprocessing.to_text()})


def read_metadata(table: Any) -> Metadata:
    """From the ``Metadata`` table of a verified file; empty where there is none."""
    if table is None:
        return Metadata()
    entries = [table.Entries(index) for index in range(table.EntriesLength())]
    return Metadata(
        producer=_text(table.Producer()),
        labels=tuple(_text(table.Labels(index)) for index in range(table.LabelsLength())),
        entries={_text(entry.Key()): _text(entry.Value()) for entry in entries},
    )


def _text(raw: bytes | None) -> str:
    return raw.decode() if raw else ""
