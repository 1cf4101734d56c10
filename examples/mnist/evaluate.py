"""Run the 10,000 test digits through a .dcmodel file with the C++ runtime, in a process that never imports torch.

``python -m examples.mnist.evaluate FILE.dcmodel`` prints one JSON object: ``wrong``, ``digits``, ``seconds``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import dcmobile
from examples.mnist import data

BATCH = 500


@dataclass(frozen=True)
class Outcome:
    """wrong of digits were misclassified, in seconds of running."""

    wrong: int
    digits: int
    seconds: float

    @property
    def error(self) -> float:
        """Per cent."""
        return 100.0 * self.wrong / self.digits


def evaluate(file: Path, digits: data.Digits, threads: int = 1) -> Outcome:
    """Classify the digits with the file."""
    model = dcmobile.load(str(file), threads=threads)
    start = time.perf_counter()
    wrong = 0
    for first in range(0, len(digits.labels), BATCH):
        scores = np.asarray(model(digits.images[first : first + BATCH]))
        wrong += int(np.count_nonzero(scores.argmax(axis=1) != digits.labels[first : first + BATCH]))
    return Outcome(wrong, len(digits.labels), time.perf_counter() - start)


def evaluate_apart(file: Path, folder: Path) -> Outcome:
    """``evaluate`` on the test digits of ``folder`` in a fresh process."""
    command = [sys.executable, "-m", "examples.mnist.evaluate", str(file), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return Outcome(**json.loads(done.stdout))


def main(arguments: list[str]) -> int:
    """Entry point of the fresh process."""
    if len(arguments) not in (1, 2):
        print("usage: python -m examples.mnist.evaluate FILE.dcmodel [MNIST_FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[1]) if len(arguments) == 2 else data.fetch()
    outcome = evaluate(Path(arguments[0]), data.load("t10k", folder))
    if "torch" in sys.modules:
        print("torch was imported: this is not the runtime alone", file=sys.stderr)
        return 1
    print(json.dumps(asdict(outcome)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
