"""What the metadata of a file costs."""

from __future__ import annotations

from dcmobile.fileformat import Metadata


def metadata_bytes(metadata: Metadata) -> int:
    """Bytes that the metadata takes as flatbuffers lays it out: texts, the references to them, their tables.

    A text is its length (4 bytes), UTF-8 and a NUL, filled to whole 4 bytes. The layout tables (vtables) are not
    counted: equal ones are shared with the graph's.
    """
    if not metadata:
        return 0
    fields = sum(map(bool, (metadata.producer, metadata.labels, metadata.entries)))
    size = 4 + 4 + 4 * fields  # the model's reference; the table
    if metadata.producer:
        size += _text_bytes(metadata.producer)
    if metadata.labels:
        size += 4 + sum(4 + _text_bytes(label) for label in metadata.labels)
    if metadata.entries:
        size += 4 + sum(4 + 12 + _text_bytes(key) + _text_bytes(value) for key, value in metadata.entries.items())
    return size


def _text_bytes(text: str) -> int:
    return 4 + (len(text.encode("utf-8", "surrogatepass")) // 4 + 1) * 4
