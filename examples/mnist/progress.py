"""Jobs in processes side by side, and a bar for each; where the output is no terminal, a line a tenth of a stage."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from examples.mnist.training import Progress as Tell

Result_co = TypeVar("Result_co", covariant=True)


class Job(Protocol[Result_co]):
    """Something that takes a while; it is pickled for its process."""

    @property
    def title(self) -> str:
        """What its bar is called."""

    def run(self, progress: Tell) -> Result_co:
        """Do it."""


def run_side_by_side(jobs: Sequence[Job[Result_co]], console: Console, most: int | None = None) -> Iterator[Result_co]:
    """The results of the jobs as they end. A job's error is raised here; the others are then stopped.

    most: jobs at a time; as many as there are cores unless given.
    """
    context = get_context("spawn")
    workers = max(1, min(most or os.cpu_count() or 1, len(jobs)))
    with context.Manager() as manager:
        messages = manager.Queue()
        with (
            ProcessPoolExecutor(workers, context, initializer=_leave_interrupts_alone) as pool,
            _Display(console) as display,
        ):
            waiting: set[Future[Result_co]] = {pool.submit(_run, job, messages) for job in jobs}
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


def _run(job: Job[Result_co], messages: queue.Queue[tuple[Any, ...]]) -> Result_co:
    return job.run(lambda stage, done, total, note: messages.put((job.title, stage, done, total, note)))


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
        self._told: dict[str, tuple[str, int]] = {}

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
            if not self._console.is_terminal:
                self._tell_tenths(name, stage, done, total, note)
            self._bars.update(self._tasks[name], stage=stage, completed=done, total=total, note=note)

    def _tell_tenths(self, name: str, stage: str, done: int, total: int, note: str) -> None:
        """A line at each tenth of a stage, so that the output of hours stays short and shows that it goes on."""
        tenth = stage, 10 * done // total
        if self._told.get(name) != tenth:
            self._told[name] = tenth
            self._console.print(f"{name}: {stage} {10 * tenth[1]} % {note}".rstrip(), highlight=False, markup=False)
