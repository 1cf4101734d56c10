"""Reaches the generated flatbuffers code by the names of the schema, so that writer and reader can walk it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dcmobile.fileformat.schema_generated as schema_generated
from dcmobile.errors import GraphError

IDENTIFIER = b"DCM1"
#: Of a file whose model stands in the flatbuffer as it is, and of one that is packed (docs/format.md, section 9).
PLAIN_VERSION, PACKED_VERSION = 1, 2
PAYLOAD_ALIGNMENT = 16
PAYLOAD_SLACK = 8
MAX_FILE_BYTES = 2**31 - 1


def camel(name: str) -> str:
    """``stride_h`` to ``StrideH``, as flatc names accessors."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def function(name: str) -> Callable[..., Any]:
    """A function of the generated module, e.g. ``Conv2dAddStrideH``."""
    found: Callable[..., Any] = getattr(schema_generated, name)
    return found


def union_type(union: str, member: str) -> int:
    """The number of a union's member, e.g.

    ``("OpAttributes", "Conv2d")`` is 2. Raises ``GraphError`` for one that is none.
    """
    number = getattr(getattr(schema_generated, union), member, None)
    if not isinstance(number, int):
        raise GraphError(f"the format has no {member}")
    return number


def add_table(builder: Any, table: str, values: dict[str, Any]) -> int:
    """Write one table; keys are field names of the schema, values scalars or offsets. Defaults take no bytes."""
    function(f"{table}Start")(builder)
    for name, value in values.items():
        function(f"{table}Add{camel(name)}")(builder, value)
    offset: int = function(f"{table}End")(builder)
    return offset


def member(union: str, number: int, reference: Any) -> Any:
    """The table behind a union's field as an instance of its generated class."""
    names = {value: name for name, value in vars(getattr(schema_generated, union)).items() if isinstance(value, int)}
    table = getattr(schema_generated, names[number])()
    table.Init(reference.Bytes, reference.Pos)
    return table
