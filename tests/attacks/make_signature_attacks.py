"""Writes files for somebody who trusts one key, as make_attacks.py does, and the key's 32 bytes as FOLDER/public_key:

PYTHONPATH=tests/format python tests/attacks/make_signature_attacks.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from attack import write_attacks
from signature_attacks import ATTACKS, PUBLIC_KEY

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_attacks(ATTACKS, Path(sys.argv[1]))
    (Path(sys.argv[1]) / "public_key").write_bytes(PUBLIC_KEY)
