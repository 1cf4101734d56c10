"""Commands that write, on a disk that takes no more or in a folder that lets nobody write: an error, the old file."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from example_program import make_program, one_thread
from forked import ended, fork

import dcmobile
from dcmobile.cli.main import cli
from dcmobile.errors import RecipeError

OLD = b"what was there before"
NOBODY = 65534

Write = Callable[[Path, Path], list[str]]

#: name: (ending of the file, arguments of the command from the program and the file to write)
WRITERS: dict[str, tuple[str, Write]] = {
    "compress": (".dcmodel", lambda program, target: ["compress", str(program), "-o", str(target), "--bits=4", "-q"]),
    "run": (".npy", lambda program, target: ["run", *_model(program), "-i", _input(program), "-o", str(target)]),
    "inspect": (".html", lambda program, target: ["inspect", *_model(program), "--html", str(target)]),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with one_thread():
        yield make_program(tmp_path_factory.mktemp("program"))


def _model(program: Path) -> list[str]:
    return [str(program.with_suffix(".dcmodel"))]


def _input(program: Path) -> str:
    path = program.with_suffix(".npy")
    np.save(path, np.zeros((300, 1, 28, 28), np.float32))
    return str(path)


def _error_of(arguments: list[str], before: Callable[[], None], tmp_path: Path) -> tuple[int, str]:
    """Exit code and stderr of the command, in a child that calls before() first."""
    log = tmp_path / "stderr"
    with log.open("wb") as stderr:

        def work() -> None:
            before()
            cli.main(arguments, prog_name="dcmobile")

        def guarded() -> None:
            try:
                work()
            except SystemExit as end:
                os._exit(end.code if isinstance(end.code, int) else 1)

        code = ended(fork(guarded, stderr.fileno()))
    return code, log.read_text()


def _expect_refusal(code: int, text: str, target: Path, reason: str) -> None:
    assert code == 1, text
    lines = [line for line in text.splitlines() if line.strip()]
    assert lines[-1].startswith("dcmobile: error: cannot write"), text
    assert str(target) in lines[-1]
    assert reason in lines[-1]
    assert "Traceback" not in text
    assert target.read_bytes() == OLD
    assert list(target.parent.iterdir()) == [target]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where users without rights may look, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_may_not_grow(name: str, program: Path, folder: Path, tmp_path: Path) -> None:
    ending, arguments = WRITERS[name]
    target = folder / f"out{ending}"
    target.write_bytes(OLD)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    code, text = _error_of(arguments(program, target), limit, tmp_path)
    _expect_refusal(code, text, target, "File too large")


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk(name: str, program: Path, folder: Path, tmp_path: Path) -> None:
    ending, arguments = WRITERS[name]
    mounted = folder / "disk"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "dcmobile-test", str(mounted)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this container may not mount")
    try:
        target = mounted / f"out{ending}"
        target.write_bytes(OLD)
        code, text = _error_of(arguments(program, target), lambda: None, tmp_path)
        _expect_refusal(code, text, target, "the disk is full")
    finally:
        subprocess.run(["umount", mounted], check=True)


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_may_not_be_written(name: str, program: Path, folder: Path, tmp_path: Path) -> None:
    ending, arguments = WRITERS[name]
    target = folder / "locked" / f"out{ending}"
    target.parent.mkdir()
    target.write_bytes(OLD)
    inputs = folder / "inputs"  # where others may read
    inputs.mkdir()
    for path in program.parent.iterdir():
        (inputs / path.name).write_bytes(path.read_bytes())
    target.parent.chmod(0o555)

    def become_nobody() -> None:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    code, text = _error_of(arguments(inputs / program.name, target), become_nobody, tmp_path)
    _expect_refusal(code, text, target, "no permission")


def test_a_recipe_is_written_whole(folder: Path) -> None:
    target = folder / "recipe.toml"
    target.write_bytes(OLD)
    recipe = dcmobile.Recipe({f"layer{i}": {"bits": 5} for i in range(300)})

    def save() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        with pytest.raises(RecipeError, match="cannot write"):
            recipe.save(target)

    assert ended(fork(save)) == 0
    assert target.read_bytes() == OLD
    assert list(folder.iterdir()) == [target]
