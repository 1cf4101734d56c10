"""How tables are packed (runtime/src/format/packed_layout.h) against the schema."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCHEMA = re.sub(r"//.*", "", (ROOT / "schemas" / "dcmobile.fbs").read_text())
LAYOUT = re.sub(r"//.*", "", (ROOT / "runtime" / "src" / "format" / "packed_layout.h").read_text())

UNIONS = {name: re.findall(r"\w+", body) for name, body in re.findall(r"union (\w+) \{([^}]*)\}", SCHEMA)}
ENUMERATIONS = set(re.findall(r"enum (\w+)", SCHEMA))
TABLES = {
    name: re.findall(r"(\w+): ?(\[?[A-Za-z]\w*\]?)", body)
    for name, body in re.findall(r"table (\w+) \{([^}]*)\}", SCHEMA)
}
ORDER = [*UNIONS["OpAttributes"], *UNIONS["Encoding"], "Weight", "Op", "Input", "Output", "Entry", "Metadata", "Model"]
KINDS = {
    "ubyte": "kByte",
    "bool": "kByte",
    "uint": "kNumber",
    "float": "kWord",
    "string": "kString",
    "[ubyte]": "kBytes",
    "[ushort]": "kShorts",
    "[uint]": "kNumbers",
    "[int]": "kSigned",
    "[float]": "kWords",
    "[string]": "kStrings",
    "[Chunk]": "kChunks",
    "Encoding": "kEncoding",
    "OpAttributes": "kOperator",
}
NEVER_PACKED = {("Model", "version"), ("Model", "payload"), ("Model", "packed")}


def kind_of(table: str, field: str, schema_type: str) -> str:
    if (table, field) in NEVER_PACKED:
        return "kNowhere"
    if field == "crc32c":
        return "kWord"
    if schema_type in ENUMERATIONS:
        return "kByte"
    if schema_type in KINDS:
        return KINDS[schema_type]
    return f"kTables + k{schema_type[1:-1]}Table" if schema_type.startswith("[") else f"kTable + k{schema_type}Table"


def test_every_table_is_packed_as_the_schema_says() -> None:
    assert set(ORDER) == set(TABLES)
    (body,) = re.findall(r"kPackedLayout\[\] = \{([^}]*)\};", LAYOUT)
    held = [token.strip() for token in body.split(",")]
    expected: list[str] = []
    for table in ORDER:
        fields = TABLES[table]
        expected += [str(len(fields)), *(kind_of(table, field, kind) for field, kind in fields)]
    assert held == expected


def test_the_numbers_of_tables_are_those_of_the_unions() -> None:
    assert f"kFirstEncoding = {len(UNIONS['OpAttributes'])}," in LAYOUT
    assert f"kWeightTable = {len(UNIONS['OpAttributes']) + len(UNIONS['Encoding'])}," in LAYOUT
    most = max(len(fields) for fields in TABLES.values())
    assert f"kMostPackedFields = {most};" in LAYOUT


def test_the_form_of_a_chunk_is_that_of_the_schema() -> None:
    (body,) = re.findall(r"struct Chunk \{([^}]*)\}", SCHEMA)
    fields = re.findall(r"(\w+): ?(\w+|\[\w+:\d\])", body)
    assert [name for name, _ in fields[:5]] == ["start", "gap_count", "code_count", "offset", "crc32c"]
    assert [kind for _, kind in fields] == ["uint"] * 5 + ["[ushort:4]"] * 2
    assert "kChunkNumbers = 4, kChunkShorts = 8" in LAYOUT
