"""Fuzz target: any bytes through the plain reader, the runtime and ``dcmobile.fileformat``, which must agree.

``python tests/fuzz/fuzz_readers.py CORPUS SEEDS...`` with libFuzzer's options. Under atheris where that is installed,
which chooses inputs by the lines of Python that they reach; else inputs are mutated blindly. Corpora of the native
targets that lie beside CORPUS are given to the readers first: their files reach all of the C++ verifier.
"""

from __future__ import annotations

import importlib.util
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from libfuzzer_options import Options, parse

sys.path += [str(Path(__file__).parents[1] / "format")]

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
        guarded(path.read_bytes(), options)
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
    start = time.monotonic()
    replayed = replay(options, start + options.seconds * REPLAYED_SHARE)
    print(f"{replayed} files of other targets: the readers agree")
    if importlib.util.find_spec("atheris") is None:
        count = blind(options, start + options.seconds)
        print(f"Done {replayed + count} runs in {options.seconds:.0f} second(s)")
        print(f"stat::number_of_executed_units: {replayed + count}")
        return
    import atheris

    with atheris.instrument_imports(include=["dcmobile.fileformat", "plain_"]):
        import side_by_side  # noqa: F401
    left = max(round(options.seconds - (time.monotonic() - start)), 1)
    arguments = [word for word in sys.argv if not word.startswith("-max_total_time=")]
    atheris.Setup([*arguments, f"-max_total_time={left}"], lambda data: compare(bytes(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
