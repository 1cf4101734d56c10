"""Which lines of the loader the native tests and the fuzzers' corpora reach (``make coverage``).

Runs the tests, the hostile files of tests/attacks and the replay programs of a build with DCMOBILE_COVERAGE on the
corpora, and prints the share of the lines of each folder, and of each file of ``BARS`` the lines that nothing reaches.
Ends with exit code 1 if a folder of ``BARS`` has less than it should.

Lines are those that the compiler made code of: what is for another processor is no line here. Of a template or an
inline function that several files use, a line counts once, and is reached if any of them reaches it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "runtime" / "src"
#: Least share of lines.
BARS = {"format": 0.90, "huffman": 0.90}
SHOWN = (*BARS, "graph", "core", "ops", "plan", "api")
#: The folder of seeds of each target.
TARGETS = {"load": "model", "run": "model", "huffman": "huffman", "expand": "packed"}
TESTS = ("dcmobile_runtime_tests", "dcmobile_allocation_tests", "dcmobile_threads_tests")
#: The counts of each line of each file.
Reached = dict[Path, dict[int, int]]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="a build with DCMOBILE_COVERAGE")
    parser.add_argument("--corpora", type=Path, required=True, help="the work folder of fuzz.py")
    parser.add_argument("--without-tests", action="store_true", help="what the corpora alone reach")
    given = parser.parse_args()
    build = given.build.resolve()

    attacks = build / "runtime" / "tests" / "dcmobile_attacks"
    replays = [build / "runtime" / "fuzz" / f"dcmobile_replay_{target}" for target in TARGETS]
    tests = [] if given.without_tests else [build / "runtime" / "tests" / name for name in TESTS]
    for path in build.glob("*.profraw"):
        path.unlink()
    for test in tests:
        run(build, [test, "--gtest_brief=1"])
    if tests:
        with TemporaryDirectory() as folder:
            write_attacks(Path(folder))
            run(build, [attacks, folder])
        tests.append(attacks)
    for target, replay in zip(TARGETS, replays, strict=True):
        folders = [given.corpora / "corpus" / target, given.corpora / "seeds" / TARGETS[target]]
        inputs = [folder for folder in [*folders, ROOT / "runtime/fuzz/regressions" / target] if folder.is_dir()]
        if inputs:
            run(build, [replay, *inputs])

    profile = build / "all.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-o", profile, *build.glob("*.profraw")], check=True)
    reached = read_lines(build, profile, [*replays, *tests])
    shares = {folder: share(reached, SOURCES / folder) for folder in SHOWN}
    (build / "coverage.json").write_text(json.dumps({k: v[0] / v[1] for k, v in shares.items()}, indent=1) + "\n")
    for folder in BARS:
        for path in sorted(path for path in reached if path.is_relative_to(SOURCES / folder)):
            covered, lines = share(reached, path)
            missed = ranges([line for line, count in reached[path].items() if count == 0])
            left = f"not {missed}" if missed else ""
            print(f"{path.relative_to(SOURCES)!s:<28}{covered:>6,} of {lines:>5,} lines  {left}".rstrip())
    for folder, (covered, lines) in shares.items():
        print(f"src/{folder:<8}{covered:>7,} of {lines:>6,} lines  {100 * covered / lines:.1f} %")
    low = [folder for folder, bar in BARS.items() if shares[folder][0] < bar * shares[folder][1]]
    for folder in low:
        print(f"src/{folder} is below {100 * BARS[folder]:.0f} %", file=sys.stderr)
    return bool(low)


def write_attacks(folder: Path) -> None:
    """The hostile files of tests/attacks."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "format")}
    subprocess.run([sys.executable, ROOT / "tests/attacks/make_attacks.py", folder], check=True, env=environment)


def run(build: Path, command: list[str | Path]) -> None:
    """Run a program; each leaves a profile of its own, also its children."""
    subprocess.run(command, check=True, env={**os.environ, "LLVM_PROFILE_FILE": str(build / "%p.profraw")}, cwd=build)


def read_lines(build: Path, profile: Path, programs: list[Path]) -> Reached:
    """What ``llvm-cov`` says of every line with code, in lcov's format."""
    first, *others = programs
    objects = [first, *(word for program in others for word in ("-object", program))]
    export = ["llvm-cov-19", "export", "-format=lcov", f"-instr-profile={profile}", *objects, SOURCES]
    text = subprocess.run(export, check=True, capture_output=True, text=True, cwd=build).stdout
    reached: Reached = {}
    lines: dict[int, int] = {}
    for record in text.splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            lines = reached.setdefault(Path(value), {})
        elif kind == "DA":
            line, count = value.split(",")[:2]
            lines[int(line)] = lines.get(int(line), 0) + int(count)
    return reached


def share(reached: Reached, path: Path) -> tuple[int, int]:
    """Lines that were reached, and all lines, of a file or of the files of a folder."""
    counts = [count for file, lines in reached.items() if file.is_relative_to(path) for count in lines.values()]
    return sum(count > 0 for count in counts), max(len(counts), 1)


def ranges(lines: list[int]) -> str:
    """Lines as 3, 5-8."""
    found: list[list[int]] = []
    for line in sorted(lines):
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


if __name__ == "__main__":
    sys.exit(main())
