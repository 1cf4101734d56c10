"""Fuzz target: any bytes through the plain reader, the runtime and ``dcmobile.fileformat``, which must agree.

``python tests/fuzz/fuzz_readers.py CORPUS SEEDS...`` with libFuzzer's options. Under atheris where that is installed,
which chooses inputs by the lines of Python that they reach; else inputs are mutated blindly. Corpora of the native
targets that lie beside CORPUS are given to the readers first: their files reach all of the C++ verifier.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from libfuzzer_options import Options, parse

FORMAT_TESTS = Path(__file__).parents[1] / "format"
sys.path += [str(FORMAT_TESTS)]

# Shares of the time that may go to the other targets' corpora.
REPLAYED_SHARE = 0.5
MOST_BYTES = 8 << 10


def compare(data: bytes) -> None:
    """Raise if the readers do not agree, with checksums or without."""
    from side_by_side import compare as all_readers

    if len(data) > MOST_BYTES:
        return
    for check_checksums in (True, False):
        all_readers(data, check_checksums=check_checksums)


def files(folders: list[Path]) -> Iterator[Path]:
    """Every file of the folders."""
    for folder in folders:
        if folder.is_dir():
            yield from sorted(path for path in folder.iterdir() if path.is_file())


def replay(options: Options, end: float) -> int:
    """The corpora of other targets, in an order that changes, until the time is over. Returns how many there were."""
    beside = options.folders[0].parent
    known = list(files([beside / "load", beside / "run"]))
    random.shuffle(known)
    count = 0
    for path in known:
        if time.monotonic() > end:
            break
        with contextlib.suppress(FileNotFoundError):  # the other target runs, and has found a smaller one
            data = path.read_bytes()
            guarded(data, options)
            count += 1
    return count


def guarded(data: bytes, options: Options) -> None:
    """Compare, and keep the bytes if that fails."""
    try:
        compare(data)
    except BaseException:
        path = Path(f"{options.artifact_prefix}crash-{time.time_ns():x}")
        path.write_bytes(data)
        print(f"kept in {path}", file=sys.stderr)
        raise


def blind(options: Options, end: float) -> int:
    """Damage at random, without atheris. Returns how many inputs there were."""
    known = [path.read_bytes() for path in files(options.folders)]
    count = 0
    while time.monotonic() < end:
        data = bytearray(random.choice(known))
        for _ in range(random.randint(1, 4)):
            data[random.randrange(len(data))] = random.choice((0, 1, 2, 255, random.randrange(256)))
        guarded(bytes(data), options)
        count += 1
    return count


def main() -> None:
    """The target."""
    options = parse()
    if options.seed:
        random.seed(options.seed)
    start = time.monotonic()
    atheris = importlib.import_module("atheris") if importlib.util.find_spec("atheris") else None
    if atheris is not None:
        plain = sorted(path.stem for path in FORMAT_TESTS.glob("plain_*.py"))
        with atheris.instrument_imports(include=["dcmobile.fileformat", *plain]):
            importlib.import_module("side_by_side")
    replayed = replay(options, start + options.seconds * REPLAYED_SHARE)
    print(f"{replayed} files of other targets: the readers agree")
    if atheris is None:
        count = replayed + blind(options, start + options.seconds)
        print(f"Done {count} runs in {options.seconds:.0f} second(s)")
        print(f"stat::number_of_executed_units: {count}")
        return
    left = max(round(options.seconds - (time.monotonic() - start)), 1)
    arguments = [word for word in sys.argv if not word.startswith("-max_total_time=")]
    atheris.Setup([*arguments, f"-max_total_time={left}"], lambda data: compare(bytes(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
