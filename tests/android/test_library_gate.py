"""libdcmobile.so for Android passes the gate, and the gate refuses what it says it refuses."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import library_gate
import pytest

_REPOSITORY = Path(__file__).parents[2]
_TOOLS = ("clang-19", "ld.lld-19", "llvm-ifs-19", "llvm-strip-19", "readelf")

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in _TOOLS), reason="scripts/install-system-packages android"
)

_GOOD = """
int strcmp(const char *, const char *);
__attribute__((visibility("default"))) int dcm_f(const char *p) { return strcmp(p, "x"); }
"""
_THREAD_LOCAL = "static _Thread_local int n;\n" + _GOOD.replace("return", "return n++ +")
_GOOD_FLAGS = ("-Wl,-z,max-page-size=16384", "-Wl,-s")


def _build(folder: Path, source: str, *flags: str) -> Path:
    """A library of its own, linked with nothing but libc.so."""
    (folder / "f.c").write_text(source)
    (folder / "libc.ifs").write_text(
        "--- !ifs-v1\nIfsVersion: 3.0\nSoName: libc.so\n"
        "Target: {ObjectFormat: ELF, Arch: AArch64, Endianness: little, BitWidth: 64}\n"
        "Symbols:\n  - {Name: strcmp, Type: Func}\n...\n"
    )
    subprocess.run(
        ["llvm-ifs-19", "--input-format=IFS", f"--output-elf={folder}/libc.so", folder / "libc.ifs"], check=True
    )
    target = ("--target=aarch64-linux-android28", "-nostdlib", "-shared", "-fuse-ld=lld-19", "-fPIC", "-O1")
    library = folder / "libtest.so"
    subprocess.run(
        ["clang-19", *target, "-fvisibility=hidden", *flags, folder / "f.c", folder / "libc.so", "-o", library],
        check=True,
    )
    return library


@pytest.mark.parametrize("name", ["dcm_f", "JNI_OnLoad"])
def test_a_good_library_passes(tmp_path: Path, name: str) -> None:
    assert library_gate.problems(_build(tmp_path, _GOOD.replace("dcm_f", name), *_GOOD_FLAGS)) == []


@pytest.mark.parametrize(
    ("source", "flags", "problem"),
    [
        (_GOOD, ("-Wl,-z,max-page-size=4096", "-Wl,-s"), "pages of 16384"),
        (_GOOD, ("-Wl,-z,max-page-size=16384",), "not stripped"),
        (_GOOD.replace("strcmp", "sysconf"), _GOOD_FLAGS, "asks the system for sysconf"),
        (_GOOD.replace("dcm_f", "other"), _GOOD_FLAGS, "shows other"),
        (_GOOD.replace("dcm_f", "JNI_OnUnload"), _GOOD_FLAGS, "shows JNI_OnUnload"),
        (_THREAD_LOCAL, (*_GOOD_FLAGS, "-fno-emulated-tls"), "thread-local"),
        (_THREAD_LOCAL, _GOOD_FLAGS, "__emutls_get_address"),
        (
            f"__attribute__((used)) static char big[{library_gate.MOST_BYTES}] = {{1}};\n" + _GOOD,
            _GOOD_FLAGS,
            "bytes, more",
        ),
    ],
)
def test_the_gate_can_fail(tmp_path: Path, source: str, flags: tuple[str, ...], problem: str) -> None:
    found = library_gate.problems(_build(tmp_path, source, *flags))
    assert any(problem in line for line in found), found


def test_a_library_of_this_machine_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.c").write_text('#include <stdio.h>\nvoid dcm_f(void) { puts("x"); }\n')
    library = tmp_path / "libtest.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, tmp_path / "f.c"], check=True)
    found = "\n".join(library_gate.problems(library))
    for problem in ("not for 64-bit Arm", "needs libc.so.6", "version of a symbol: puts@GLIBC", "not stripped"):
        assert problem in found


@pytest.mark.slow
def test_the_runtime_passes() -> None:
    finished = subprocess.run([_REPOSITORY / "scripts/build-android-so"], check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    library = _REPOSITORY / "build/android-arm64/libdcmobile.so"
    assert library_gate.problems(library) == []
    for_the_cpu = _REPOSITORY / "build/android-arm64/cpu/libdcmobile.so"
    assert library_gate.problems(for_the_cpu) == []
    assert for_the_cpu.stat().st_size <= library_gate.MOST_BYTES
    readelf = ("readelf", "-W", "--dyn-syms", library)
    lines = subprocess.run(readelf, check=True, capture_output=True, text=True).stdout.splitlines()
    shown = {line.split()[-1] for line in lines if line and " UND " not in line}
    assert {"JNI_OnLoad", "dcm_model_open_fd", "dcm_context_run"} <= shown  # what Java calls, and the C API
