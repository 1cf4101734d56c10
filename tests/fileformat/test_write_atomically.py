"""A file appears whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dcmobile.errors import Code, FileError
from dcmobile.fileformat import write_atomically

OLD, NEW = b"old contents", b"new contents, longer than the old"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def assert_untouched(target: Path) -> None:
    assert target.read_bytes() == OLD
    assert list(target.parent.iterdir()) == [target]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "net.dcmodel"
    path.write_bytes(OLD)
    return path


def test_writes_parts_and_leaves_nothing_else(target: Path) -> None:
    write_atomically(target, [NEW[:5], bytearray(NEW[5:10]), memoryview(NEW)[10:], b""])
    assert target.read_bytes() == NEW
    assert list(target.parent.iterdir()) == [target]


def test_permissions(target: Path) -> None:
    target.chmod(0o640)
    write_atomically(target, [NEW])
    assert target.stat().st_mode & 0o777 == 0o640
    fresh = target.with_name("fresh")
    before = os.umask(0o027)
    try:
        write_atomically(fresh, [NEW])
    finally:
        os.umask(before)
    assert fresh.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(target: Path) -> None:
    link = target.with_name("link")
    link.symlink_to(target)
    write_atomically(link, [NEW])
    assert link.is_symlink()
    assert target.read_bytes() == NEW


def test_a_long_name_is_no_problem(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 255)
    write_atomically(target, [NEW])
    assert target.read_bytes() == NEW


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "text"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "no permission"), (errno.EIO, "Input/output error")],
)
def test_every_step_may_fail(target: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, text: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path if call == "replace" else os, call, fail)
    with pytest.raises(FileError, match=text) as caught:
        write_atomically(target, [NEW])
    monkeypatch.undo()
    assert caught.value.code is Code.FILE_IO
    assert str(target) in str(caught.value)
    assert_untouched(target)


def test_short_writes_are_continued(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data)[:3]))
    write_atomically(target, [NEW])
    assert target.read_bytes() == NEW


def test_an_exception_in_the_middle_leaves_nothing(target: Path) -> None:
    def parts() -> object:
        yield NEW
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, parts())  # type: ignore[arg-type]
    assert_untouched(target)


def test_a_killed_writer_leaves_the_old_file(target: Path) -> None:
    program = textwrap.dedent(
        """
        import os, signal, sys
        from dcmobile.fileformat import write_atomically
        def parts():
            yield b"x" * 100000
            os.kill(os.getpid(), signal.SIGKILL)
        write_atomically(sys.argv[1], parts())
        """
    )
    done = subprocess.run([sys.executable, "-c", program, target], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == OLD


def test_paths_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        write_atomically(tmp_path / "absent" / "net.dcmodel", [NEW])
    with pytest.raises(FileError, match="it is a folder"):
        write_atomically(tmp_path, [NEW])
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(FileError, match="is not a folder"):
        write_atomically(tmp_path / "file" / "net.dcmodel", [NEW])


@not_root
def test_a_folder_without_permission(target: Path) -> None:
    target.parent.chmod(0o555)
    with pytest.raises(FileError, match="no permission"):
        write_atomically(target, [NEW])
    target.parent.chmod(0o755)
    assert_untouched(target)


@needs_root
def test_a_full_disk(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "dcmobile-test", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this container may not mount")
    try:
        target = tmp_path / "net.dcmodel"
        target.write_bytes(OLD)
        with pytest.raises(FileError, match="the disk is full"):
            write_atomically(target, [b"x" * 100000])
        assert_untouched(target)
    finally:
        subprocess.run(["umount", tmp_path], check=True)
