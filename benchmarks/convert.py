"""``python -m benchmarks.convert PEER NETWORK``: makes a peer's files; run by the interpreter of the peer."""

from __future__ import annotations

import sys

from benchmarks.folder import network_folder
from benchmarks.peers import find_peer


def main() -> int:
    """0, or 1 with the reason as the last line of standard error."""
    peer, folder = find_peer(sys.argv[1]), network_folder(sys.argv[2])
    try:
        peer.import_runtime()
        peer.convert(folder)
    except Exception as error:
        print(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
