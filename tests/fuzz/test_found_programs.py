"""What the fuzz target ``programs`` has found, once more."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz_programs import compress

FOUND = Path(__file__).resolve().parents[2] / "runtime" / "fuzz" / "regressions" / "programs"


@pytest.mark.parametrize("program", sorted(FOUND.iterdir()), ids=lambda program: program.stem)
def test_a_damaged_program_is_refused_in_a_line_for_people(program: Path, tmp_path: Path) -> None:
    compress(program.read_bytes(), tmp_path)
