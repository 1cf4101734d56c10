"""What a shared library must be for an app on Android 9 or later: ``python tests/android/library_gate.py FILE...``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

MOST_BYTES = 300_000
#: Of a library with shaders, which are 200 KB at most.
MOST_BYTES_FOR_GPUS = 600_000
_PAGE = 0x4000  # of newer phones; a library for these works on those with pages of 4 KiB too
_LIBRARIES = {"libandroid.so", "libc.so", "libdl.so", "liblog.so", "libm.so"}
_SYMBOLS = Path(__file__).parents[2] / "runtime/android/system-symbols.txt"


def problems(library: Path) -> list[str]:
    """A line for each rule that the library breaks; empty if it may go into an app."""
    header, dynamic, segments, symbols, sections = (
        _readelf(library, option) for option in ("-h", "-d", "-l", "--dyn-syms", "-S")
    )
    found = []
    if "AArch64" not in header:
        found.append("it is not for 64-bit Arm")
    for name in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
        if name not in _LIBRARIES:
            found.append(f"it needs {name}, which is not one of Android's libraries for apps")
    for text in re.findall(r"^ +LOAD .*(0x[0-9a-f]+)$", segments, re.MULTILINE):
        if int(text, 16) < _PAGE:
            found.append(f"a segment is aligned to {int(text, 16)} bytes, not to pages of {_PAGE}")
    if re.search(r"^ +TLS ", segments, re.MULTILINE) or re.search(r" TLS +\w+ +\w+ +\w+ ", symbols):
        found.append("it has thread-local variables, which Android 9 does not know")
    found += _symbol_problems(symbols)
    if ".symtab" in sections:
        found.append("it is not stripped")
    most = MOST_BYTES_FOR_GPUS if b"vkGetInstanceProcAddr" in library.read_bytes() else MOST_BYTES
    if library.stat().st_size > most:
        found.append(f"it has {library.stat().st_size:,} bytes, more than {most:,}")
    return found


def _symbol_problems(symbols: str) -> list[str]:
    allowed = {line.split()[1] for line in _SYMBOLS.read_text().splitlines() if line and not line.startswith("#")}
    found = []
    for line in symbols.splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].endswith(":"):
            continue
        bind, where, name = fields[4], fields[6], fields[7]
        if where == "UND":
            if "@" in name:
                found.append(f"it asks for a version of a symbol: {name}")
            elif name not in allowed:
                found.append(f"it asks the system for {name}, which is not in {_SYMBOLS.name}")
        elif bind in ("GLOBAL", "WEAK") and not name.startswith("dcm_") and name != "JNI_OnLoad":
            found.append(f"it shows {name}, which is neither of the C API nor what Java calls")
    return found


def _readelf(library: Path, option: str) -> str:
    return subprocess.run(["readelf", "-W", option, library], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    lines = [f"{name}: {line}" for name in sys.argv[1:] for line in problems(Path(name))]
    print("\n".join(lines))
    sys.exit(1 if lines else 0)
