"""A page of docs/ whose console blocks run as they stand: the folder that they run in, and comparing what comes out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def prepare(page: str, folder: Path) -> Path:
    """Run the page's first Python block in the folder, and put a command dcmobile into its bin/. Gives the folder."""
    script = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert script is not None
    subprocess.run([sys.executable, "-c", script[1]], cwd=folder, check=True)
    program = folder / "bin" / "dcmobile"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m dcmobile.cli "$@"\n')
    program.chmod(0o755)
    return folder


def without_numbers(text: str) -> list[str]:
    """Words and signs; digits masked, units of time, rules and spaces left out, which vary with numbers, kernels,
    which vary with the CPU, and keys, which are new each time.
    """
    text = re.sub(r"\b[0-9a-f]{16,}\b", "KEY", text)
    text = re.sub(r"\b\w+_(?:generic|neon|avx2|avx512)\b", "KERNEL", text)
    text = re.sub(r"(?<=Why these kernels\n).*", "REASONS", text, flags=re.DOTALL)
    masked = re.sub(r"\d+(?:[.,]\d+)*(?: (?:us|ms|s)\b)?|─+|[ \t]+", lambda m: "#" if m[0][0].isdigit() else " ", text)
    return [line.strip() for line in masked.splitlines()]
