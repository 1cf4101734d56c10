"""Zip files whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

# The first moment that a zip file can have.
_TIME = (1980, 1, 1, 0, 0, 0)
_LOCAL_HEADER = 30
# Of an extra field that pads: its id, the size of what follows, and in it the alignment (2 bytes, then zeros), as
# Android's own tools write it.
_PADDING_ID = 0xD935
_PADDING_HEAD = 6


def archive(entries: Mapping[str, bytes], alignments: Mapping[str, int] | None = None) -> bytes:
    """A zip with the entries in their order, all stored: no version of a compressor changes the bytes, and what is in
    it can be mapped. alignments: of the data of an entry, bytes, a power of two; 4 where it is not named.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = 3  # Unix, on every machine
            info.external_attr = 0o100644 << 16
            info.extra = _padding(buffer.tell() + _LOCAL_HEADER + len(name.encode()), (alignments or {}).get(name, 4))
            file.writestr(info, data)
    return buffer.getvalue()


def _padding(place: int, alignment: int) -> bytes:
    """An extra field after which the place is a multiple of the alignment; nothing where it is one already."""
    if place % alignment == 0:
        return b""
    zeros = -(place + _PADDING_HEAD) % alignment
    return struct.pack("<HHH", _PADDING_ID, 2 + zeros, alignment) + bytes(zeros)
