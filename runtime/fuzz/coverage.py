"""Which lines of the loader the native tests and the fuzzers' corpora reach (``make coverage``).

Runs the tests and the replay programs of a build with DCMOBILE_COVERAGE on the corpora, and prints the share of the
lines of each folder. Ends with exit code 1 if a folder of ``BARS`` has less than it should.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "runtime" / "src"
#: Least share of lines.
BARS = {"format": 0.90, "huffman": 0.90}
SHOWN = (*BARS, "graph", "core", "ops", "plan", "api")
#: The folder of seeds of each target.
TARGETS = {"load": "model", "run": "model", "huffman": "huffman", "expand": "packed"}
TESTS = ("dcmobile_runtime_tests", "dcmobile_allocation_tests", "dcmobile_threads_tests")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="a build with DCMOBILE_COVERAGE")
    parser.add_argument("--corpora", type=Path, required=True, help="the work folder of fuzz.py")
    parser.add_argument("--without-tests", action="store_true", help="what the corpora alone reach")
    given = parser.parse_args()
    build = given.build.resolve()

    replays = [build / "runtime" / "fuzz" / f"dcmobile_replay_{target}" for target in TARGETS]
    tests = [] if given.without_tests else [build / "runtime" / "tests" / name for name in TESTS]
    for path in build.glob("*.profraw"):
        path.unlink()
    for test in tests:
        run(build, [test, "--gtest_brief=1"])
    for target, replay in zip(TARGETS, replays, strict=True):
        folders = [given.corpora / "corpus" / target, given.corpora / "seeds" / TARGETS[target]]
        inputs = [folder for folder in [*folders, ROOT / "runtime/fuzz/regressions" / target] if folder.is_dir()]
        if inputs:
            run(build, [replay, *inputs])

    profile = build / "all.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-o", profile, *build.glob("*.profraw")], check=True)
    objects = [word for program in [*replays, *tests] for word in ("-object", program)]
    export = ["llvm-cov-19", "export", "-summary-only", f"-instr-profile={profile}", *objects, SOURCES]
    files = json.loads(subprocess.run(export, check=True, capture_output=True).stdout)["data"][0]["files"]
    shares = {folder: share(files, SOURCES / folder) for folder in SHOWN}
    (build / "coverage.json").write_text(json.dumps({k: v[0] / v[1] for k, v in shares.items()}, indent=1) + "\n")
    for folder, (covered, lines) in shares.items():
        print(f"src/{folder:<8}{covered:>7,} of {lines:>6,} lines  {100 * covered / lines:.1f} %")
    low = [folder for folder, bar in BARS.items() if shares[folder][0] < bar * shares[folder][1]]
    for folder in low:
        print(f"src/{folder} is below {100 * BARS[folder]:.0f} %", file=sys.stderr)
    return bool(low)


def run(build: Path, command: list[str | Path]) -> None:
    """Run a program; each leaves a profile of its own, also its children."""
    subprocess.run(command, check=True, env={**os.environ, "LLVM_PROFILE_FILE": str(build / "%p.profraw")}, cwd=build)


def share(files: list[dict[str, object]], folder: Path) -> tuple[int, int]:
    """Lines that were reached, and all lines, of the files of a folder."""
    covered = lines = 0
    for file in files:
        if str(file["filename"]).startswith(f"{folder}/"):
            summary = file["summary"]
            assert isinstance(summary, dict)
            covered += summary["lines"]["covered"]
            lines += summary["lines"]["count"]
    return covered, max(lines, 1)


if __name__ == "__main__":
    sys.exit(main())
