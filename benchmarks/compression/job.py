"""One network with one seed, from data to the error of its file. Runs in a process of its own."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.compression.split import load_split
from benchmarks.compression.task import Task, task_of
from benchmarks.compression.training import EXAMPLE, Training
from dcmobile.report.report_of_file import file_report
from examples.mnist import data
from examples.mnist.evaluate import evaluate_apart
from examples.mnist.seeded_job import SeededJob, fingerprint_of
from examples.mnist.training import Progress, error


@dataclass(frozen=True)
class Row:
    """A row of report.json.

    dense_bytes: of the parameters in fp32. file_bytes: of the whole file. dense_error, file_error: per cent of the
    10,000 test pictures, the file's by the C++ runtime. held_back_*: of the 5,000 that choices are made by.
    layers: as ``dcmobile inspect --json`` gives them. structure_bytes: what is neither weights nor padding.
    seconds: of training, from data to the file, interrupted or not.
    """

    network: str
    seed: int
    dense_bytes: int
    file_bytes: int
    ratio: float
    dense_error: float
    file_error: float
    held_back_dense_error: float
    held_back_file_error: float
    structure_bytes: int
    layers: list[dict[str, Any]]
    file: str
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Job(SeededJob):
    """One of the benchmark's. share: of the training pictures and of the recipe's steps, to look at the whole road."""

    share: float = 1.0

    @property
    def task(self) -> Task:
        """How the network is trained."""
        return replace(task_of(self.network), share=self.share)

    @property
    def title(self) -> str:
        """What progress calls the job."""
        return f"{self.task.title}, seed {self.seed}"

    def run(self, progress: Progress) -> Row:
        """Train, compress, write the file, classify the test pictures with it."""
        pictures = self.task.fetch()
        work = self.prepare(fingerprint(self.task))
        training = Training(self.task, self.seed, load_split(pictures, self.share), work, progress)
        dense = training.dense()
        compressor = training.compressed(dense)
        progress("file", 0, 1, "")
        written = time.monotonic()
        report = compressor.export(self.file, EXAMPLE)
        row = Row(
            network=self.network,
            seed=self.seed,
            dense_bytes=report.dense_bytes,
            file_bytes=self.file.stat().st_size,
            ratio=round(report.dense_bytes / self.file.stat().st_size, 2),
            dense_error=error(dense, data.load("t10k", pictures)),
            file_error=evaluate_apart(self.file, pictures).error,
            held_back_dense_error=training.held_back_error(dense),
            held_back_file_error=training.held_back_error(compressor.model),
            structure_bytes=report.bytes.structure,
            layers=[layer.to_json() for layer in file_report(self.file).layers],
            file=str(self.file),
            seconds=round(training.seconds() + time.monotonic() - written, 1),
        )
        progress("file", 1, 1, "")
        return row


def fingerprint(task: Task) -> str:
    """Of everything in this folder that training depends on."""
    recipe = task.recipe()
    sources = (Path(__file__).with_name(name) for name in ("split.py", "training.py", "vary.py"))
    return fingerprint_of((task.parts(), recipe.budget, recipe.sharing), sources)
