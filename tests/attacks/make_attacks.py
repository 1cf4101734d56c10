"""Writes hostile files: ``PYTHONPATH=tests/format python tests/attacks/make_attacks.py FOLDER [NAME...]``.

The folder gets a file for each attack, NAME.dcmodel, and attacks.tsv, a line for each: its name, the error that loading
it must give, and what it tries. They are made anew each time and are not kept: what is worth reading is the line that
makes each, and it makes the same bytes everywhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

import container_attacks
import graph_attacks
import packed_attacks
import packed_resource_attacks
import resource_attacks
import weight_attacks
from attack import Attack, write_attacks

ATTACKS: list[Attack] = [
    *container_attacks.ATTACKS,
    *weight_attacks.ATTACKS,
    *graph_attacks.ATTACKS,
    *resource_attacks.ATTACKS,
    *packed_attacks.ATTACKS,
    *packed_resource_attacks.ATTACKS,
]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    names = sys.argv[2:]
    write_attacks([attack for attack in ATTACKS if not names or attack.name in names], Path(sys.argv[1]))
