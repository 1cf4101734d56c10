"""The error codes of Python against the C header, which defines them. What the library calls them: test_model.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dcmobile.errors import CallError, Code, DcmError, FileError, GraphError, MachineError, from_code

HEADER = Path(__file__).parents[1] / "runtime" / "include" / "dcmobile" / "dcmobile.h"


def codes_of_header() -> dict[str, int]:
    (body,) = re.findall(r"typedef enum dcm_code \{(.*?)\} dcm_code;", HEADER.read_text(), re.DOTALL)
    without_comments = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    members = [member.strip() for member in without_comments.split(",") if member.strip()]
    parsed = [re.fullmatch(r"DCM_(\w+) = (\d+)", member) for member in members]
    return {match[1]: int(match[2]) for match in parsed if match} if all(parsed) else {}


def test_codes_are_those_of_the_header() -> None:
    found = codes_of_header()
    assert len(found) >= 20  # the parser above has understood it
    assert {code.name: code.value for code in Code} == found


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.OK], ids=lambda code: code.name)
def test_every_code_has_the_error_of_its_band(code: Code) -> None:
    band = {"FILE": FileError, "GRAPH": GraphError, "MACHINE": MachineError, "CALL": CallError}
    error = from_code(code.value, "text")
    assert type(error) is band[code.name.partition("_")[0]]
    assert (error.code, str(error)) == (code, "text")


def test_a_code_of_a_newer_library_gives_the_base_error() -> None:
    error = from_code(199, "text")
    assert type(error) is DcmError
    assert (error.code, str(error)) == (None, "text (code 199)")
