"""dcmobile-bench as a program of Android: linked without the NDK it is what it should be, and it runs under qemu.

glibc stands in for the libraries of Android there: no Android was at hand.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import dcmobile
from dcmobile.android.elf import read_elf

_REPOSITORY = Path(__file__).parents[2]
_MODEL = _REPOSITORY / "tests/golden/convolutional.dcmodel"
_CROSS = Path("/usr/aarch64-linux-gnu/lib")
_TOOLS = ("clang-19", "ld.lld-19", "llvm-ifs-19", "llvm-strip-19", "readelf")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in _TOOLS), reason="scripts/install-system-packages android"
    ),
]


@pytest.fixture(scope="module")
def program() -> Path:
    done = subprocess.run([_REPOSITORY / "scripts/build-android-bench"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return _REPOSITORY / "build/android-arm64/dcmobile-bench"


def _allowed() -> set[str]:
    files = ("system-symbols.txt", "program/symbols.txt")
    lines = [line for name in files for line in (_REPOSITORY / "runtime/android" / name).read_text().splitlines()]
    return {line.split()[1] for line in lines if not line.startswith("#")}


def test_it_is_a_program_of_android(program: Path) -> None:
    elf = read_elf(program)
    assert elf is not None
    assert (elf.abi, elf.interpreter, elf.alignment) == ("arm64-v8a", "/system/bin/linker64", 0x4000)
    text = subprocess.run(["readelf", "-W", "-a", program], check=True, capture_output=True, text=True).stdout
    assert "Type:                              DYN" in text  # Android runs no other
    assert set(re.findall(r"\(NEEDED\).*\[(.*)\]", text)) <= {"libc.so", "libm.so", "libdl.so"}
    assert " TLS " not in text
    asked = {line.split()[7] for line in text.splitlines() if re.search(r" UND \S+$", line)}
    assert asked
    assert asked <= _allowed()


@pytest.mark.skipif(
    shutil.which("qemu-aarch64") is None or shutil.which("aarch64-linux-gnu-gcc") is None,
    reason="make test-arm64 installs them: qemu-user and a cross compiler",
)
def test_it_runs_with_a_stand_in_for_bionic(program: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for folder in ("system/bin", "lib"):
        (root / folder).mkdir(parents=True)
    shutil.copyfile(_CROSS / "ld-linux-aarch64.so.1", root / "system/bin/linker64")
    (root / "system/bin/linker64").chmod(0o755)
    for name in ("libc.so.6", "libm.so.6"):
        shutil.copyfile(_CROSS / name, root / "lib" / name)
    link = ("aarch64-linux-gnu-gcc", "-shared", "-fPIC", "-Wl,--no-as-needed")
    libc, libm = root / "lib/libc.so", root / "lib/libm.so"
    stand_in = Path(__file__).with_name("bionic_stand_in.c")
    subprocess.run([*link, "-Wl,-soname,libc.so", "-o", libc, stand_in], check=True)
    subprocess.run([*link, "-Wl,-soname,libm.so", "-o", libm, "-x", "c", "/dev/null", "-lm"], check=True)
    libdl = root / "lib/libdl.so"  # glibc has what it offers in libc
    subprocess.run([*link, "-Wl,-soname,libdl.so", "-o", libdl, "-x", "c", "/dev/null"], check=True)

    picture = np.random.default_rng(0).random((1, 2, 13, 12), np.float32)
    picture.tofile(tmp_path / "in")
    flags = [f"--graph={_MODEL}", "--num_runs=9", "--min_secs=0", "--warmup_min_secs=0", "--json=-"]
    flags += [f"--input_files={tmp_path / 'in'}", f"--output_files={tmp_path / 'out'}", "--num_threads=2"]
    qemu: list[str | Path] = ["qemu-aarch64", "-L", root, "-E", "LD_LIBRARY_PATH=/lib", "-cpu", "cortex-a76", program]
    done = subprocess.run([*qemu, *flags], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    latency = json.loads(done.stdout)["latency_ms"]
    assert latency["runs"] == 9
    assert latency["min"] <= latency["median"] <= latency["p90"] <= latency["max"]
    with dcmobile.load(_MODEL) as model:
        expected = model(picture).reshape(-1)
    assert np.allclose(np.fromfile(tmp_path / "out", np.float32), expected, rtol=1e-5, atol=1e-6)

    done = subprocess.run([*qemu, "--graph=/none"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("dcmobile-bench: /none: ")
