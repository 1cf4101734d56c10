"""Makes the files that are missing: each in a process of its own, which may crash or hang."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.folder import NetworkFolder
from benchmarks.peers import Peer

_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 1200  # seconds


def ensure_network(folder: NetworkFolder) -> None:
    """Compress the network unless its folder has it. Raises ``RuntimeError``."""
    if not folder.dcmodel.exists():
        reason = _run(Path(sys.executable), "benchmarks.prepare", folder.name)
        if reason is not None:
            raise RuntimeError(f"{folder.name} cannot be prepared: {reason}")


def ensure_files(peer: Peer, folder: NetworkFolder) -> str | None:
    """Convert the network for the peer unless its files are there; returns why that is not possible, or None."""
    if all(file.exists() for file in peer.files(folder)):
        return None
    if not peer.python().exists():
        return "not installed"
    reason = _run(peer.python(), "benchmarks.convert", peer.name, folder.name)
    if reason is not None:
        for file in peer.files(folder):
            file.unlink(missing_ok=True)
    return reason


def _run(python: Path, module: str, *arguments: str) -> str | None:
    """Returns None, or the last line that it said before it failed."""
    try:
        done = subprocess.run(
            [python, "-m", module, *arguments],
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"no result within {_PATIENCE} s"
    if done.returncode == 0:
        return None
    words = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return words[-1] if words else f"ended with code {done.returncode}"
