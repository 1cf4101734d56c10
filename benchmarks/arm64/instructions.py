"""Counts what the NEON kernels execute: ``python -m benchmarks.arm64.instructions net.dcmodel ...``.

Seconds under an emulator mean nothing, but its instructions are those of a phone. Two runs of dcmobile-bench under
qemu, of which one makes one inference more, differ by the instructions of an inference. ``make test-arm64`` builds the
program; gcc builds the plugin that counts.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).parents[2]
_BENCH = _REPOSITORY / "build/linux-arm64/runtime/bench/dcmobile-bench"
_PLUGIN = _REPOSITORY / "build/bench/count_instructions.so"
_LEAST_SHARE = 0.01


@dataclass(frozen=True)
class Counts:
    """Executed instructions, multiply-adds, instructions that load or store."""

    instructions: int
    multiply_adds: int
    accesses: int

    def __sub__(self, other: Counts) -> Counts:
        return Counts(
            self.instructions - other.instructions,
            self.multiply_adds - other.multiply_adds,
            self.accesses - other.accesses,
        )


_NONE = Counts(0, 0, 0)


def _build_plugin() -> None:
    _PLUGIN.parent.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).with_name("count_instructions.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", _PLUGIN, source], check=True)


def _count(model: Path, runs: int) -> dict[str, Counts]:
    """By function, of a program that loads the model, runs it once and then so often."""
    log = _PLUGIN.with_suffix(".txt")
    emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", "-cpu", "cortex-a53"]
    flags = [f"--graph={model}", f"--num_runs={runs}", "--warmup_runs=0", "--warmup_min_secs=0", "--min_secs=0"]
    subprocess.run(
        [*emulator, "-plugin", _PLUGIN, "-d", "plugin", "-D", log, _BENCH, *flags],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    counts = {}
    names = subprocess.run(["c++filt"], input=log.read_text(), check=True, capture_output=True, text=True).stdout
    for line in names.splitlines():
        *numbers, name = line.split(" ", 3)
        counts[name] = Counts(*map(int, numbers))
    return counts


def inference(model: Path) -> dict[str, Counts]:
    """By function, of one inference; most instructions first."""
    once, twice = _count(model, 1), _count(model, 2)
    difference = {name: counts - once.get(name, _NONE) for name, counts in twice.items()}
    return dict(sorted(difference.items(), key=lambda item: -item[1].instructions))


def _short(name: str) -> str:
    """Without namespaces, what it returns and what it takes."""
    name = re.sub(r"\(anonymous namespace\)::|\bdcm::", "", name)
    name = re.sub(r"\(.*$", "", name)
    return name.removeprefix("void ") if name != "?" else "the C library"


def table(model: Path) -> str:
    """The functions that take most of an inference, as Markdown."""
    counts = inference(model)
    total = sum(each.instructions for each in counts.values())
    multiply_adds = sum(each.multiply_adds for each in counts.values())
    lines = [
        f"{model.stem}: {total / 1e6:,.0f} million instructions, {multiply_adds / 1e6:,.1f} million multiply-adds",
        "",
        "| function | of all instructions | instructions a multiply-add | loads and stores a multiply-add |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, each in counts.items():
        share = each.instructions / total
        if share < _LEAST_SHARE:
            break
        ratios = [
            f"{of / each.multiply_adds:.2f}" if each.multiply_adds else "" for of in (each.instructions, each.accesses)
        ]
        lines.append(f"| `{_short(name)}` | {share:.0%} | {ratios[0]} | {ratios[1]} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Prints a table for each file."""
    _build_plugin()
    for model in arguments:
        print(table(Path(model)))


if __name__ == "__main__":
    main(sys.argv[1:])
