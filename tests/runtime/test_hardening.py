"""The extension is built with what a compiler can do against mistakes, and the gate sees where that is missing.

libdcmobile.so passes the same gate as a test of the native build.
"""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import hardening_gate
import pytest

from dcmobile import _native

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() != "x86_64", reason="reads libraries for x86-64 Linux"
)

_SOURCE = """
#include <stdio.h>
#include <string.h>
int dcm_f(const char *p, size_t n) {
  char copy[64], text[32];
  memcpy(copy, p, n);
  snprintf(text, n, "%s", copy);
  return text[0];
}
"""
_GOOD = (
    *("-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"),
    *("-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"),
)


def _build(folder: Path, *flags: str) -> Path:
    (folder / "f.c").write_text(_SOURCE)
    library = folder / "libtest.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", *flags, folder / "f.c", "-o", library], check=True)
    return library


def test_the_extension_passes() -> None:
    assert hardening_gate.problems(Path(_native.__file__)) == []


def test_a_good_library_passes(tmp_path: Path) -> None:
    assert hardening_gate.problems(_build(tmp_path, *_GOOD)) == []


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (("-Wl,-z,norelro",), "stay writable"),
        (("-Wl,-z,lazy",), "stay writable"),
        (("-Wl,-z,execstack",), "stack can be run"),
        (("-fno-stack-protector",), "watches its stack"),
        (("-U_FORTIFY_SOURCE",), "C library is checked"),
        (("-Wl,-rpath,/tmp",), "no RPATH"),
    ],
)
def test_the_gate_can_fail(tmp_path: Path, flags: tuple[str, ...], problem: str) -> None:
    (found,) = hardening_gate.problems(_build(tmp_path, *_GOOD, *flags))
    assert problem in found
