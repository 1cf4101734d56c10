"""What the metadata of a file costs."""

from __future__ import annotations

from dcmobile.fileformat import Metadata
from dcmobile.fileformat.schema import PACKED_VERSION


def metadata_bytes(metadata: Metadata, version: int) -> int:
    """Bytes that the metadata takes in a file of this format version.

    1: as flatbuffers lays it out: texts, the references to them, their tables. A text is its length (4 bytes), UTF-8
    and a NUL, filled to whole 4 bytes. The layout tables (vtables) are not counted: equal ones are shared with the
    graph's. 2: packed (docs/format.md, section 9).
    """
    if not metadata:
        return 0
    return _plain_bytes(metadata) if version < PACKED_VERSION else _packed_bytes(metadata)


def _plain_bytes(metadata: Metadata) -> int:
    fields = sum(map(bool, (metadata.producer, metadata.labels, metadata.entries)))
    size = 4 + 4 + 4 * fields  # the model's reference; the table
    if metadata.producer:
        size += _text_bytes(metadata.producer)
    if metadata.labels:
        size += 4 + sum(4 + _text_bytes(label) for label in metadata.labels)
    if metadata.entries:
        size += 4 + sum(4 + 12 + _text_bytes(key) + _text_bytes(value) for key, value in metadata.entries.items())
    return size


def _packed_bytes(metadata: Metadata) -> int:
    texts = [metadata.producer] if metadata.producer else []
    texts += [*metadata.labels, *metadata.entries, *metadata.entries.values()]
    counts = [len(each) for each in (metadata.labels, metadata.entries) if each]
    tables = 1 + len(metadata.entries)  # a byte each, for the fields that are there
    return tables + sum(map(_number_bytes, counts)) + sum(map(_packed_text_bytes, texts))


def _text_bytes(text: str) -> int:
    return 4 + (len(_encoded(text)) // 4 + 1) * 4


def _packed_text_bytes(text: str) -> int:
    size = len(_encoded(text))
    return _number_bytes(size) + size


def _number_bytes(number: int) -> int:
    return max(1, -(-number.bit_length() // 7))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
