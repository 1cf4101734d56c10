"""The numbers of docs/format.md against those that the C++ code, the Python code and the plain reader go by."""

import re
from pathlib import Path

import plain_flatbuffer
import plain_huffman
import plain_reader
import plain_rules
import plain_schema
import plain_weights
import plain_windows
import pytest

from dcmobile import _native
from dcmobile.encode.codebook import MAX_CENTROIDS
from dcmobile.fileformat import schema

ROOT = Path(__file__).parents[2]
# Without line breaks, as a statement may go over one.
DOCUMENT = " ".join((ROOT / "docs" / "format.md").read_text().split())
WORDS = {"four": 4}

# Where the document states each number of runtime/src/format/limits.h, all the places.
STATEMENTS = {
    "kPlainVersion": [r"`Model\.version` is (\d+) or \d+"],
    "kPackedVersion": [r"`Model\.version` is \d+ or (\d+)"],
    "kMaxRank": [r"Every value has 1 to (\d+) dimensions", r"`Weight\.shape` has 1 to (\d+) dimensions"],
    "kMaxCodeLength": [r"Lengths are at most \*\*(\d+)\*\*", r"\| 1 \.\. (\d+) \| the length of the next symbol"],
    "kStreams": [r"is cut into (\w+) runs", r"q = ceil\(n / (\d+)\)", r"payload\[offset \.\.\]`: (\w+) gap streams"],
    "kMaxChunkSymbols": [r"`gap_count` and `code_count` are at most ([\d,]+)"],
    "kMaxCentroids": [r"A codebook has 0 to (\d+) centroids"],
    "kMinGapBits": [r"`gap_bits` is (\d+) to \d+"],
    "kMaxGapBits": [r"`gap_bits` is \d+ to (\d+)"],
    "kPayloadSlack": [r"The payload ends with at least (\d+) bytes that belong to no section"],
    "kDenseAlignment": [r"Dense values start at a multiple of (\d+) of the payload"],
    "kMaxWindow": [r"Strides, paddings, dilations and kernel sizes .{,60}are at most ([\d,]+)"],
    "kNoWeight": [r"`bias` is the index of a Dense weight, or (\d+) for none"],
}


def stated(constant: str) -> int:
    """The number that the document gives, the same everywhere."""
    texts = [found for statement in STATEMENTS[constant] for found in re.findall(statement, DOCUMENT)]
    assert len(texts) == len(STATEMENTS[constant]), f"the document states {constant} elsewhere or not at all"
    (number,) = {WORDS[text] if text in WORDS else int(text.replace(",", "")) for text in texts}
    return number


def constants_of_limits_h() -> dict[str, int]:
    text = (ROOT / "runtime" / "src" / "format" / "limits.h").read_text()
    found = re.findall(r"^constexpr uint32_t (k\w+) = (\w+?)u?;", text, re.MULTILINE)
    assert len(found) == text.count("constexpr")
    return {name: int(number, 0) for name, number in found}


def test_every_limit_of_the_cpp_code_is_in_the_document() -> None:
    assert {name: stated(name) for name in STATEMENTS} == constants_of_limits_h()


@pytest.mark.parametrize(
    ("constant", "numbers"),
    [
        ("kPlainVersion", [schema.PLAIN_VERSION, plain_reader.PLAIN_VERSION]),
        ("kPackedVersion", [schema.PACKED_VERSION, _native.format_version, plain_reader.PACKED_VERSION]),
        ("kMaxCodeLength", [plain_huffman.MAX_LENGTH]),
        ("kMaxChunkSymbols", [plain_weights.MAX_GROUP]),
        ("kMaxCentroids", [MAX_CENTROIDS]),
        ("kPayloadSlack", [schema.PAYLOAD_SLACK, plain_weights.PAYLOAD_TAIL]),
        ("kMaxRank", [plain_rules.MAX_RANK]),
        ("kMaxWindow", [plain_windows.MAX_WINDOW_NUMBER]),
        ("kNoWeight", [plain_schema.NO_WEIGHT]),
    ],
)
def test_python_goes_by_the_same_numbers(constant: str, numbers: list[int]) -> None:
    assert set(numbers) == {stated(constant)}


def test_the_largest_file() -> None:
    assert "A file is at most 2^31 - 1 bytes." in DOCUMENT
    assert schema.MAX_FILE_BYTES == plain_flatbuffer.MAX_FILE_BYTES == 2**31 - 1


def test_the_identifier() -> None:
    assert "with the file identifier `DCM1` in bytes 4 to 7" in DOCUMENT
    assert schema.IDENTIFIER == plain_flatbuffer.FILE_IDENTIFIER == b"DCM1"


def test_the_bound_on_memory_is_the_documents() -> None:
    text = (ROOT / "runtime/src/format/memory_bound.h").read_text()
    free = re.search(r"kFreeBytes = uint64_t\{(\d+)\} << 20;", text)
    times = re.search(r"kBytesPerFileByte = (\d+);", text)
    assert free is not None
    assert times is not None
    for page, statement in (
        ("docs/format.md", f"{free[1]} MiB + {times[1]} n bytes"),
        ("docs/security.md", f"{free[1]} MiB + {times[1]} *n*"),
        (
            "runtime/include/dcmobile/dcmobile.h",
            f"at most {free[1]} MiB and {times[1]} bytes for each byte of its file",
        ),
    ):
        assert statement in " ".join((ROOT / page).read_text().split()), page
