"""What shall be timed: the options of ``dcmobile bench`` as dcmobile-bench takes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcmobile.errors import Code, DcmError, MachineError


@dataclass(frozen=True)
class BenchRequest:
    """model: a .dcmodel on this machine. timeout: seconds that a device may take for all runs."""

    model: Path
    threads: int
    batch: int
    runs: int
    seconds: float
    operators: bool
    timeout: float

    def flags(self, graph: str, report: str) -> list[str]:
        """For dcmobile-bench. graph, report: paths where it runs; "-" is its standard output."""
        flags = [f"--graph={graph}", f"--num_threads={self.threads}", f"--batch={self.batch}"]
        flags += [f"--num_runs={self.runs}", f"--min_secs={self.seconds}", f"--json={report}"]
        return flags + (["--enable_op_profiling"] if self.operators else [])

    def result(self, report: str, who: str) -> dict[str, Any]:
        """The program's JSON, with the model's path here. Raises ``MachineError`` if it is none."""
        try:
            figures: dict[str, Any] = json.loads(report)
        except ValueError:
            raise MachineError(f"{who}: dcmobile-bench wrote no JSON", Code.MACHINE_UNSUPPORTED) from None
        return figures | {"graph": str(self.model)}

    def failure(self, errors: str, graph: str, who: str) -> DcmError | None:
        """What dcmobile-bench itself said is wrong; None if it said nothing. graph: as for ``flags``."""
        lines = [line for line in errors.splitlines() if line.startswith("dcmobile-bench: ")]
        if not lines:
            return None
        text = lines[-1].removeprefix("dcmobile-bench: ")
        if text.startswith(f"{graph}: "):
            return DcmError(f"{who}: {self.model}: {text.removeprefix(f'{graph}: ')}")
        return DcmError(f"{who}: {text}")
