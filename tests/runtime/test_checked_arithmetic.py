"""A file's numbers are added, multiplied and shifted by `Checked` alone, or a comment says why nothing overflows.

Read are the sources that see such numbers first: runtime/src/format, huffman and graph. clang-format, which `make lint`
holds them to, puts blanks around binary operators and none before a pointer's asterisk: a pattern tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_SOURCES = Path(__file__).parents[2] / "runtime/src"
_FOLDERS = ("format", "huffman", "graph")

#: What a reviewer has been told: `// Fits: why` behind a statement or on the line before it; before a function or a
#: struct it is about all of its body.
_REASON = re.compile(r"//.*\bFits: .{12}")
_OPERATOR = re.compile(r"(\S+) (\*|\*=|<<|<<=|\+|\+=) (\S+)")
_CONSTANT = re.compile(r"(\w+::)*(k[A-Z]\w*|\d\w*|U?INT\d+_MAX)")
#: A loop counts such a variable up to a number of the same type.
_COUNTER = re.compile(r"[a-k]")
#: Compiled, not computed; or floating point, which has no end that it may run over.
_NO_ARITHMETIC = re.compile(r"^\s*(#|(static )?constexpr [^(]*=|static_assert|typedef|using )|\bdouble\b")


def _code(line: str) -> str:
    """The line without comments and texts."""
    return re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]


def _statements(lines: list[str]) -> Iterator[tuple[int, str, bool]]:
    """The number of a statement's first line, its code, and whether a reason stands with it."""
    start, text = 0, ""
    reason = body_reason = before = outermost = False
    for number, line in enumerate(lines, 1):
        code = _code(line)
        if not code.strip():
            before = (before and line.strip().startswith("//")) or _REASON.search(line) is not None
            continue
        if not text:
            start, reason, outermost = number, before, not line.startswith(" ")
        text += code.strip() + " "
        reason = reason or _REASON.search(line) is not None
        before = False
        if re.search(r"[;{}:]\s*$", code) or code.startswith("#"):
            body_reason = body_reason or (outermost and reason and "{" in code)
            yield start, text, reason or body_reason
            text = ""
        if line.startswith("}"):
            body_reason = False


def _operand(text: str, end: int) -> str:
    """The name or number next to an operator; what is called or indexed is neither."""
    return text if text.endswith((")", "]")) and end == -1 else re.findall(r"[\w:.>-]+", text or "-")[end]


def bare_arithmetic(source: str) -> list[str]:
    """Every sum, product and shift that is neither checked nor explained, as ``line: code``."""
    lines = source.splitlines()
    checked = set(re.findall(r"\bChecked[*&]? (\w+)\b", source))
    found = []
    for number, code, explained in _statements(lines):
        if explained or "Checked" in code or _NO_ARITHMETIC.search(code):
            continue
        for left, operator, right in _OPERATOR.findall(code):
            first, second = _operand(left, -1), _operand(right, 0)
            if first in checked or (_CONSTANT.fullmatch(first) and _CONSTANT.fullmatch(second)):
                continue
            if operator == "+" and _COUNTER.fullmatch(first) and _CONSTANT.fullmatch(second):
                continue
            found.append(f"{number}: {left} {operator} {right}")
    return found


def test_sources_check_their_arithmetic() -> None:
    files = [path for folder in _FOLDERS for path in sorted((_SOURCES / folder).glob("*.*"))]
    assert len(files) > 30
    found = [f"{path.relative_to(_SOURCES)}:{line}" for path in files for line in bare_arithmetic(path.read_text())]
    assert not found, "use Checked, or say in a comment `// Fits: why` it cannot overflow:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "const uint64_t bytes = rows * columns;",
        "const uint32_t end = offset + chunk_bytes(chunk);",
        "total += vector->size();",
        "size *= shape.dims[i];",
        "const size_t bits = size << 3;",
        "uint32_t x =\n    from.offset() +\n    4;",
        "return uint64_t{rows} * columns;",
        "if (offset + size > limit) return false;",
        "// A product.\nx = a->count() * 36;",
        '    return Status::error(1, "a * b", a.size() * b.size());',
        "// Fits: the reason of the line before, which is not this one\nx = y;\nn = rows * columns;",
        "// Fits: the reason of another function\nint f() {\n  return a() * b();\n}\nint g() {\n  return a() * b();\n}",
    ],
)
def test_bare_arithmetic_is_found(code: str) -> None:
    assert len(bare_arithmetic(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "const Checked bytes = Checked(rows) * columns;",
        "Checked sum = 0;\nsum += chunk.size();",
        "const uint8_t* bytes = from.data();",
        "constexpr uint32_t kEntries = 1u << kMaxCodeLength;",
        "for (uint32_t i = 0; i + 1 < n; ++i) f(i);",
        "n = rows * columns;  // Fits: the caller has checked the product",
        "// Fits: the caller has checked the product\nn = rows *\n    columns;",
        "// Adds up. Fits: both are below 2^16 as their types say\nint f() {\n  int n = a();\n  return n + b();\n}",
        "const double share = a * b;",
        'log("a * b + c");  // a * b',
    ],
)
def test_other_code_is_left_alone(code: str) -> None:
    assert bare_arithmetic(code) == []
