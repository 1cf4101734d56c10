"""Hostile files through Python: the runtime's binding, the readers written in Python, and ``dcmobile verify``.

The native program dcmobile_attacks sends the same files through the C API, under the sanitizers too.
"""

from __future__ import annotations

from pathlib import Path

import container_attacks
import graph_attacks
import numpy as np
import packed_attacks
import pytest
import weight_attacks
from attack import Attack, write_attacks
from command_line import call
from make_attacks import ATTACKS
from plain_flatbuffer import FormatError
from plain_reader import read

from dcmobile import _native
from dcmobile.errors import Code, DcmError
from dcmobile.fileformat import read_bytes

#: A writer cannot make these by chance; what is wrong with them is what they say, not how large they are.
_SMALL = [
    *container_attacks.ATTACKS,
    *weight_attacks.ATTACKS,
    *graph_attacks.ATTACKS,
    *packed_attacks.ATTACKS,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("attacks")
    write_attacks(ATTACKS, path)
    return path


def _code_of_native(data: bytes) -> str:
    try:
        _native.Model.open_memory(np.frombuffer(data, np.uint8), memory_limit=1 << 30)
    except DcmError as error:
        return error.code.name if error.code is not None and "\n" not in str(error) else repr(error)
    return "OK"


def test_the_corpus() -> None:
    assert len(ATTACKS) >= 600
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert {attack.code for attack in ATTACKS} <= {code.name for code in Code}
    refusals = {code.name for code in Code if 100 < code < 300} - {"FILE_SIGNATURE"}  # tests/test_signing.py
    assert refusals | {"MACHINE_LIMIT"} <= {attack.code for attack in ATTACKS}
    for attack in ATTACKS:
        assert attack.tries.endswith("."), attack
        assert "\t" not in attack.tries


def test_the_binding_gives_each_its_code(folder: Path) -> None:
    wrong = {}
    for attack in ATTACKS:
        found = _code_of_native((folder / f"{attack.name}.dcmodel").read_bytes())
        if found != attack.code:
            wrong[attack.name] = (found, attack.code)
    assert not wrong


def test_verify_gives_each_its_code(folder: Path) -> None:
    files = [folder / f"{attack.name}.dcmodel" for attack in ATTACKS]
    result = call("verify", *files)
    assert result.exit_code == 1
    refused = sum(attack.code != "OK" for attack in ATTACKS)
    assert result.stderr == f"dcmobile: error: {refused} of {len(ATTACKS)} files refused\n"
    lines = result.stdout.splitlines()
    assert len(lines) == len(ATTACKS)
    for attack, file, line in zip(ATTACKS, files, lines, strict=True):
        assert line.startswith(f"{file}: {'OK, ' if attack.code == 'OK' else f'refused, {attack.code}: '}"), line


@pytest.mark.parametrize("attack", _SMALL, ids=lambda attack: attack.name)
def test_the_readers_in_python_say_the_same(attack: Attack) -> None:
    """One is written from docs/format.md alone: what the runtime refuses, the document does too."""
    data = attack.make()
    if attack.code == "OK":
        read(data)
        read_bytes(data)
        return
    with pytest.raises(FormatError):
        read(data)
    with pytest.raises(DcmError):
        read_bytes(data)


def test_files_are_the_same_each_time() -> None:
    for attack in _SMALL:
        assert attack.make() == attack.make(), attack.name
