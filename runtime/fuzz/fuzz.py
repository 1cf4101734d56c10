"""Runs the fuzz targets (``make fuzz MINUTES=n``) and says what came of it.

Each target goes on from the corpus of earlier calls, so time adds up. A finding ends its target at once: the input is
kept in the work folder's ``findings``, and this ends with exit code 1. A report goes to its ``report.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUZZ = ROOT / "runtime" / "fuzz"
# Larger files only make each execution slower; what they have that small ones lack is their size.
LARGEST_SEED = 24 << 10


@dataclass(frozen=True)
class Target:
    """seeds: the folder of ``dcmobile_write_seeds`` that it starts from. most_bytes: of an input."""

    name: str
    seeds: str
    most_bytes: int
    python: str | None = None


TARGETS = (
    Target("load", "model", 32 << 10),
    Target("run", "model", 16 << 10),
    Target("huffman", "huffman", 2 << 10),
    Target("expand", "packed", 2 << 10),
    Target("readers", "model", 4 << 10, python="tests/fuzz/fuzz_readers.py"),
    Target("programs", "programs", 1 << 20, python="tests/fuzz/fuzz_programs.py"),
)


@dataclass(frozen=True)
class Result:
    """coverage: edges of the code that the corpus reaches, None for what does not count them."""

    target: str
    seconds: float
    executions: int
    corpus: int
    coverage: int | None
    finding: str | None


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="a build with DCMOBILE_BUILD_FUZZ")
    parser.add_argument("--work", type=Path, required=True, help="takes corpora, findings and the report")
    parser.add_argument("--seconds", type=float, required=True, help="for each target")
    parser.add_argument("--jobs", type=int, default=2, help="targets side by side")
    parser.add_argument("--seed", type=int, default=0, help="of all random choices, with empty corpora; 0: a new one")
    parser.add_argument("--targets", nargs="+", choices=[target.name for target in TARGETS], help="default: all")
    given = parser.parse_args()

    build, work = given.build.resolve(), given.work.resolve()
    if given.seed:
        shutil.rmtree(work / "corpus", ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    write_seeds(build, work)
    chosen = [target for target in TARGETS if not given.targets or target.name in given.targets]
    with ThreadPoolExecutor(given.jobs) as pool:
        results = list(pool.map(lambda target: fuzz(target, build, work, given), chosen))
    (work / "report.json").write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    print(table(results))
    for result in results:
        if result.finding:
            print(f"{result.target}: {result.finding}; its last lines:", file=sys.stderr)
            print(last_lines(work / f"{result.target}.log"), file=sys.stderr)
    return any(result.finding for result in results)


def write_seeds(build: Path, work: Path) -> None:
    """The first inputs: small networks, the golden files, and files made by hand to do harm."""
    seeds = work / "seeds"
    attacks = work / "attacks"
    subprocess.run([build / "runtime" / "fuzz" / "dcmobile_write_seeds", seeds], check=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "format")}
    subprocess.run([sys.executable, ROOT / "tests/attacks/make_attacks.py", attacks], check=True, env=environment)
    for path in [*(ROOT / "tests" / "golden").glob("*.dcmodel"), *attacks.glob("*.dcmodel")]:
        if path.stat().st_size <= LARGEST_SEED:
            shutil.copy(path, seeds / "model" / path.stem)


def fuzz(target: Target, build: Path, work: Path, given: argparse.Namespace) -> Result:
    """Run one target."""
    corpus, findings = work / "corpus" / target.name, work / "findings"
    regressions = FUZZ / "regressions" / target.name
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    seeds = [path for path in (work / "seeds" / target.seeds, regressions) if path.is_dir()]
    log_path = work / f"{target.name}.log"
    if target.python:
        program = [sys.executable, str(ROOT / target.python)]
    else:
        program = [str(build / "runtime" / "fuzz" / f"dcmobile_fuzz_{target.name}"), f"-dict={FUZZ / 'dcmodel.dict'}"]
    options = {
        "max_total_time": max(round(given.seconds), 1),
        "max_len": target.most_bytes,
        "timeout": 25,  # seconds of one input; machines are shared
        "rss_limit_mb": 4096,
        "seed": given.seed,
        "print_final_stats": 1,
        "artifact_prefix": f"{findings}/{target.name}-",
    }
    before = set(findings.glob(f"{target.name}-*"))
    with log_path.open("w") as log:
        done = subprocess.run(
            [*program, *(f"-{name}={value}" for name, value in options.items()), str(corpus), *map(str, seeds)],
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
            cwd=work,
        )
    text = log_path.read_text(errors="replace")
    new = sorted(set(findings.glob(f"{target.name}-*")) - before)
    finding = None
    if done.returncode != 0:
        finding = f"{new[0]} ({log_path} says why)" if new else f"ended with code {done.returncode}: see {log_path}"
    return Result(
        target.name,
        float(_last(r"Done \d+ runs in (\d+) second", text) or given.seconds),
        int(_last(r"stat::number_of_executed_units:\s*(\d+)", text) or _last(r"^#(\d+)", text) or 0),
        len(list(corpus.iterdir())),
        int(found) if (found := _last(r"\bcov: (\d+)", text)) else None,
        finding,
    )


def last_lines(log: Path, most: int = 30) -> str:
    """The end of a target's output: where tests run unattended, nobody can open the log."""
    return "\n".join(f"  {line[:400]}" for line in log.read_text(errors="replace").splitlines()[-most:])


def _last(pattern: str, text: str) -> str | None:
    found = re.findall(pattern, text, re.MULTILINE)
    return found[-1] if found else None


def table(results: list[Result]) -> str:
    """A line a target."""
    lines = [f"{'target':<10}{'seconds':>8}{'executions':>12}{'a second':>10}{'corpus':>8}{'edges':>8}  finding"]
    for result in results:
        rate = result.executions / max(result.seconds, 1)
        edges = f"{result.coverage:,}" if result.coverage else "-"
        lines.append(
            f"{result.target:<10}{result.seconds:>8.0f}{result.executions:>12,}{rate:>10.1f}{result.corpus:>8,}"
            f"{edges:>8}  {'FOUND' if result.finding else 'none'}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
