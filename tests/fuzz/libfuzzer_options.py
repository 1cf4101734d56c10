"""The part of libFuzzer's command line that the targets without libFuzzer understand."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """seconds: of the run. seed: of the random choices, 0 for a new one. folders: the corpus, then
    those with more seeds."""

    seconds: float
    seed: int
    artifact_prefix: str
    folders: list[Path]


def parse(arguments: list[str] | None = None) -> Options:
    """``-name=value`` of ``sys.argv``, or of the arguments, and folders; other names are left alone."""
    given = sys.argv[1:] if arguments is None else arguments
    named = dict(word[1:].split("=", 1) for word in given if word.startswith("-") and "=" in word)
    folders = [Path(word) for word in given if not word.startswith("-")]
    return Options(
        float(named.get("max_total_time", 10)), int(named.get("seed", 0)), named.get("artifact_prefix", "./"), folders
    )
