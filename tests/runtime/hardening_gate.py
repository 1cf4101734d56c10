"""What a shared library for x86-64 Linux must have been built with: ``python tests/runtime/hardening_gate.py LIBRARY``.

It reads the library, not the build's flags: what counts is what ships (docs/security.md).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def problems(library: Path) -> list[str]:
    """A line for each protection that the library lacks."""
    segments, dynamic, symbols = (_readelf(library, option) for option in ("-l", "-d", "--dyn-syms"))
    found = []
    if "GNU_RELRO" not in segments or "BIND_NOW" not in dynamic:
        found.append("its tables of functions stay writable: -z relro -z now")
    stack = re.search(r"GNU_STACK +(?:0x\w+ +){5}(\w+)", segments)
    if stack is None or "E" in stack[1]:
        found.append("its stack can be run: -z noexecstack")
    if re.search(r"LOAD .* RWE ", segments):
        found.append("a segment can be written and run")
    if "TEXTREL" in dynamic:
        found.append("its code is written to when it is loaded: -fPIC")
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        found.append("it says where its libraries lie: no RPATH")
    if "__stack_chk_fail" not in symbols:
        found.append("no function watches its stack: -fstack-protector")
    if not re.search(r" __\w+_chk@", symbols):
        found.append("no call of the C library is checked: -D_FORTIFY_SOURCE")
    return found


def _readelf(library: Path, option: str) -> str:
    return subprocess.run(["readelf", "-W", option, library], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    lines = problems(Path(sys.argv[1]))
    print("\n".join(f"{sys.argv[1]}: {line}" for line in lines))
    sys.exit(1 if lines else 0)
