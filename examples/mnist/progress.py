"""Jobs in processes side by side, and a bar for each: lines instead of bars where the output is no terminal."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from examples.mnist.job import Job
from examples.mnist.summary import Row


def run_side_by_side(jobs: Sequence[Job], console: Console) -> Iterator[Row]:
    """The rows of the jobs as they end. A job's error is raised here; the others are then stopped."""
    context = get_context("spawn")
    workers = max(1, min(os.cpu_count() or 1, len(jobs)))
    with context.Manager() as manager:
        messages = manager.Queue()
        with (
            ProcessPoolExecutor(workers, context, initializer=_leave_interrupts_alone) as pool,
            _Display(console) as display,
        ):
            waiting: set[Future[Row]] = {pool.submit(_run, job, messages) for job in jobs}
            try:
                while waiting:
                    ended, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                    display.show_all(messages)
                    for future in ended:
                        yield future.result()
            except BaseException:
                for process in list((pool._processes or {}).values()):
                    process.terminate()
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _leave_interrupts_alone() -> None:
    """Ctrl-C reaches the whole group of processes; the first one alone decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(job: Job, messages: queue.Queue[tuple[Any, ...]]) -> Row:
    name = f"{job.task.reported.title}, seed {job.seed}"
    return job.run(lambda stage, done, total, note: messages.put((name, stage, done, total, note)))


class _Display:
    """A bar a job: the stage it is in, how far it is, how long it has run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}"),
            TextColumn("{task.fields[stage]:12}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._stages: dict[str, str] = {}

    def __enter__(self) -> _Display:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def show_all(self, messages: queue.Queue[tuple[Any, ...]]) -> None:
        """Show what the jobs have said since the last call."""
        while True:
            try:
                name, stage, done, total, note = messages.get_nowait()
            except queue.Empty:
                return
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(name, stage=stage, note="")
            if self._stages.get(name) != stage and not self._console.is_terminal:
                self._console.print(f"{name}: {stage}", highlight=False)
            self._stages[name] = stage
            self._bars.update(self._tasks[name], stage=stage, completed=done, total=total, note=note)
