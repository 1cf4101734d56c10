"""What a shared library for x86-64 Linux must have been built with: ``python tests/runtime/hardening_gate.py LIBRARY``.

It reads the library, not the build's flags: what counts is what ships (docs/security.md).
"""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

#: endbr64: where an indirect call or jump may land, if the processor is told to watch them.
_LANDING = b"\xf3\x0f\x1e\xfa"


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
        found.append("no function watches its stack: -fstack-protector-strong")
    if not re.search(r" __\w+_chk@", symbols):
        found.append("no call of the C library is checked: -D_FORTIFY_SOURCE")
    unmarked = _without_landing(library, symbols)
    if unmarked:
        found.append(f"{unmarked[0]} does not start with endbr64: -fcf-protection")
    return found


def _without_landing(library: Path, symbols: str) -> list[str]:
    """Functions that the library shows and that do not start as a target of indirect calls does."""
    content = library.read_bytes()
    bare = []
    for line in symbols.splitlines():
        fields = line.split()
        if len(fields) < 8 or fields[3] != "FUNC" or fields[6] == "UND":
            continue
        at = _offset(content, int(fields[1], 16))
        if content[at : at + len(_LANDING)] != _LANDING:
            bare.append(fields[7])
    return bare


def _offset(content: bytes, address: int) -> int:
    """Where the byte of an address is in a 64-bit little-endian file."""
    (table,) = struct.unpack_from("<Q", content, 0x20)
    size, count = struct.unpack_from("<HH", content, 0x36)
    for i in range(count):
        kind, _, offset, start, _, length = struct.unpack_from("<IIQQQQ", content, table + i * size)
        if kind == 1 and start <= address < start + length:
            return int(address - start + offset)
    raise ValueError(f"no segment has the address {address:#x}")


def _readelf(library: Path, option: str) -> str:
    return subprocess.run(["readelf", "-W", option, library], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    lines = problems(Path(sys.argv[1]))
    print("\n".join(f"{sys.argv[1]}: {line}" for line in lines))
    sys.exit(1 if lines else 0)
