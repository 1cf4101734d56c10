"""One network with one seed, from data to the error of its file. Runs in a process of its own."""

from __future__ import annotations

from pathlib import Path

import torch

from dcmobile.report.report_of_file import file_report
from examples.mnist import data
from examples.mnist.evaluate import evaluate_apart
from examples.mnist.seeded_job import SeededJob, fingerprint_of
from examples.mnist.summary import Row
from examples.mnist.task import TASKS, Task
from examples.mnist.training import Progress, train


class Job(SeededJob):
    """One of the demo's."""

    @property
    def task(self) -> Task:
        """How the network is trained."""
        return next(task for task in TASKS if task.name == self.network)

    @property
    def title(self) -> str:
        """What progress calls the job."""
        return f"{self.task.reported.title}, seed {self.seed}"

    def run(self, progress: Progress) -> Row:
        """Train, compress, write the file, classify the test digits with it."""
        mnist = data.fetch()
        work = self.prepare(_fingerprint(self.task))
        trained = train(self.task, self.seed, data.load("train", mnist), data.load("t10k", mnist), work, progress)
        progress("encode", 0, 1, "")
        report = trained.compressor.export(self.file, (torch.zeros(1, 1, 28, 28),))
        progress("encode", 1, 1, "")
        progress("run the file", 0, 1, "")
        outcome = evaluate_apart(self.file, mnist)
        progress("run the file", 1, 1, "")
        return Row(
            network=self.network,
            seed=self.seed,
            dense_bytes=report.dense_bytes,
            file_bytes=self.file.stat().st_size,
            dense_error=trained.dense_error,
            file_error=outcome.error,
            layers=[layer.to_json() for layer in file_report(self.file).layers],
            file=str(self.file),
            run_seconds=outcome.seconds,
        )


def _fingerprint(task: Task) -> str:
    """Of all that training depends on."""
    sources = (Path(__file__).with_name(name) for name in ("networks.py", "training.py"))
    return fingerprint_of(task.numbers(), (task.recipe_file, *sources))
