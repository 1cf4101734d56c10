"""The command line as a program of its own: streams, signals, exit codes, start-up."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import signal
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import numpy as np
import pytest
from command_line import command, environment, start

SILENT_LIBRARIES = (
    "import sys; sys.argv = {arguments!r}\nfrom dcmobile.cli.main import main\ntry: main()\nfinally: {check}"
)


def test_compress_inspect_run_verify(digits: Path, pictures: Path, tmp_path: Path) -> None:
    done = start("compress", digits, "-o", "net.dcmodel", "--density", "0.1", "--bits", "5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("net.dcmodel: ")
    done = start("inspect", "net.dcmodel", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["file_bytes"] == (tmp_path / "net.dcmodel").stat().st_size
    done = start("run", "net.dcmodel", "-i", pictures, "-o", "y.npy", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    np.testing.assert_allclose(np.load(tmp_path / "y.npy").sum(axis=1), 1, rtol=1e-5)
    done = start("verify", "net.dcmodel", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("net.dcmodel: OK")


@pytest.mark.parametrize("kind", ["compress", "inspect", "run"])
def test_errors_are_one_line(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("neither a program nor a model\n")
    options = {"compress": ["--bits", "2"], "inspect": [], "run": ["-i", "x.npy"]}[kind]
    done = start(kind, "file", *options, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line != "dcmobile: reading the program"]
    assert len(lines) == 1
    assert lines[0].startswith("dcmobile: error: file")


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ("torch", "numpy", "rich")),
        (["--version"], ("torch", "numpy", "rich")),
        (["inspect", "FILE"], ("torch",)),
        (["inspect", "FILE", "--json"], ("torch", "rich")),
        (["run", "FILE", "-i", "X", "-o", "/dev/null"], ("torch", "rich")),
        (["verify", "FILE"], ("torch",)),
    ],
    ids=lambda value: " ".join(value),
)
def test_imports_only_what_it_needs(
    arguments: list[str], absent: tuple[str, ...], digits_file: Path, pictures: Path
) -> None:
    filled = ["dcmobile", *({"FILE": str(digits_file), "X": str(pictures)}.get(each, each) for each in arguments)]
    check = f"print([name for name in {absent!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", SILENT_LIBRARIES.format(arguments=filled, check=check)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_a_reader_that_leaves_is_no_error(digits_file: Path) -> None:
    for arguments in (["inspect", digits_file], ["inspect", digits_file, "--json"], ["run", "--help"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            command(*arguments), stdout=writer, stderr=subprocess.PIPE, text=True, check=False, env=environment()
        )
        os.close(writer)
        assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_stdout(digits_file: Path, unbuffered: str) -> None:
    for arguments in (["inspect", digits_file], ["verify", digits_file], ["run", "--help"], ["--version"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                command(*arguments),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                env=environment() | {"PYTHONUNBUFFERED": unbuffered},
            )
        assert done.returncode == 1
        assert done.stderr == "dcmobile: error: cannot write to stdout: No space left on device\n"


def test_stdout_without_unicode(digits_file: Path) -> None:
    done = subprocess.run(
        command("inspect", digits_file),
        capture_output=True,
        check=False,
        env=environment() | {"PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert b"fc1" in done.stdout


def _limit_files_to_4_kib() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_disk_that_fills_up_leaves_nothing(digits: Path, digits_file: Path, pictures: Path, tmp_path: Path) -> None:
    output = tmp_path / "net.dcmodel"
    output.write_bytes(b"an older file")
    done = start(
        "compress", digits, "-q", "-o", output, "--density", "0.5", "--bits", "5", preexec_fn=_limit_files_to_4_kib
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"dcmobile: error: cannot write {output}: ")
    assert len(done.stderr.splitlines()) == 1
    assert output.read_bytes() == b"an older file"
    np.save(pictures, np.zeros((200, 1, 28, 28), np.float32))
    done = start("run", digits_file, "-i", pictures, "-o", tmp_path / "y.npy", preexec_fn=_limit_files_to_4_kib)
    assert done.returncode == 1
    assert done.stderr.startswith(f"dcmobile: error: cannot write {tmp_path / 'y.npy'}: ")
    assert sorted(tmp_path.iterdir()) == [output, pictures]


@pytest.mark.parametrize("stage", ["reading the program", "capturing the network"])
def test_ctrl_c(stage: str, digits: Path, tmp_path: Path) -> None:
    output = tmp_path / "net.dcmodel"
    process = subprocess.Popen(
        command("compress", digits, "-o", output, "--bits", "8"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if line == f"dcmobile: {stage}\n":
            break
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130, seen
    assert rest == ""
    assert errors.endswith("dcmobile: interrupted\n")
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def _in_terminal(columns: int, *arguments: object) -> tuple[int, str]:
    """Run the command in a terminal of that width; exit code and everything it shows."""
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        command(*arguments), stdin=follower, stdout=follower, stderr=follower, env=environment() | {"TERM": "xterm"}
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # Linux says so when the last writer has gone
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    return process.wait(timeout=60), shown.decode()


def _lines(shown: str) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rstrip() for line in shown.split("\n")]


def test_tables_fit_a_terminal(digits_file: Path) -> None:
    code, shown = _in_terminal(80, "inspect", digits_file)
    assert code == 0
    lines = _lines(shown)
    assert any(line.startswith("fc1 ") for line in lines)
    assert "\u2026" not in shown  # nothing was cut
    start_of_tables = lines.index("Layers")
    assert max(map(len, lines[start_of_tables:])) <= 80


def test_progress_in_a_terminal(digits: Path, tmp_path: Path) -> None:
    code, shown = _in_terminal(80, "compress", digits, "-o", tmp_path / "net.dcmodel", "--bits", "4")
    assert code == 0
    assert "reading the program" in shown
    assert "Huffman coding" in shown
    assert "\x1b[?25h" in shown.split("Layers")[0]  # the cursor is back before the table
