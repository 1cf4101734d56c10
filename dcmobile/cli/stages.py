"""The progress of a compression on stderr: bars in a terminal, a line a stage elsewhere, nothing with ``--quiet``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: What is shown for each stage of ``dcmobile.graph_file.Progress``, and for the reading before it.
_TITLES = {
    "read": "reading the program",
    "capture": "capturing the network",
    "scan": "measuring layers",
    "trial": "trying sizes",
    "compensate": "making up for errors",
    "prune": "pruning",
    "share": "sharing weights",
    "encode": "Huffman coding",
    "write": "verifying and writing",
    "lower": "compressing and lowering to ExecuTorch",
}


class Stages:
    """Called with (stage, done, total), as ``dcmobile.compress`` calls its ``progress``.

    check: called each time, to stop the work by what it raises.
    """

    def __init__(self, quiet: bool, check: Callable[[], None]) -> None:
        self._quiet = quiet
        self._check = check
        self._seen: dict[str, TaskID | None] = {}
        self._bars: Progress | None = None

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr is not None and sys.stderr.isatty():
            self._bars = _bars()
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` steps of the stage are done."""
        self._check()
        if self._quiet:
            return
        title = _TITLES.get(stage, stage)
        if stage not in self._seen:
            self._seen[stage] = None if self._bars is None else self._bars.add_task(title, total=max(total, 1))
            if self._bars is None:
                click.echo(f"dcmobile: {title}", err=True)
        task = self._seen[stage]
        if self._bars is not None and task is not None:
            self._bars.update(task, completed=done if total else 1)


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,  # the closing table takes their place
    )
