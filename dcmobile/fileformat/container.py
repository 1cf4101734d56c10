"""The outermost layer of a file: the model's table, wherever it stands, and the payload (docs/format.md, sections 2
and 9).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import dcmobile.fileformat.schema_generated as schema_generated
from dcmobile import _native
from dcmobile.fileformat.schema import PACKED_VERSION

Bytes = npt.NDArray[np.uint8]


def open_container(data: bytes | bytearray | memoryview) -> tuple[Any, Bytes]:
    """The table ``Model`` and the payload, empty where there is none, of a file that the runtime has verified."""
    file = schema_generated.Model.GetRootAs(bytes(data) if isinstance(data, memoryview) else data)
    payload: Bytes = np.empty(0, np.uint8) if file.PayloadIsNone() else file.PayloadAsNumpy()
    if file.Version() < PACKED_VERSION:
        return file, payload
    return schema_generated.Model.GetRootAs(_native.expand_model(file.PackedAsNumpy())), payload


def chunk_record_bytes(records: bytes, version: int) -> int:
    """What the records of chunks, structs of 36 bytes, take in a file of this version."""
    return len(records) if version < PACKED_VERSION else _native.packed_chunk_bytes(records)


def file_version(data: bytes | bytearray | memoryview) -> int:
    """1 for a model that stands in the flatbuffer as it is, 2 for a packed one."""
    return int(schema_generated.Model.GetRootAs(bytes(data) if isinstance(data, memoryview) else data).Version())
