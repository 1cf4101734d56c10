"""One runtime with one network in a process of its own, stopped while others have their turn."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.folder import BUILD, NetworkFolder, relative_error
from benchmarks.peers import Peer

_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 300.0  # seconds that loading or a round may take beyond what was asked


class ContestantError(Exception):
    """The runtime cannot be timed; the text is the reason for the report."""


class Contestant(ABC):
    """start, then round after round, then stop. All raise ``ContestantError``."""

    name: str

    @abstractmethod
    def start(self) -> dict[str, Any]:
        """Load the network; returns what that took (load_ms, max_rel_err, peak_rss_bytes, file_bytes, ...)."""

    @abstractmethod
    def round(self, seconds: float) -> dict[str, float]:
        """Run for so long; returns runs, median_ms and min_ms."""

    @abstractmethod
    def stop(self) -> None:
        """End its process."""


class PeerContestant(Contestant):
    """A worker (``benchmarks.worker``) in the peer's environment."""

    def __init__(self, peer: Peer, folder: NetworkFolder, threads: int, cpus: Sequence[int]) -> None:
        self.name = peer.name
        self._command = [str(peer.python()), "-m", "benchmarks.worker", peer.name, folder.name, str(threads)]
        self._command.append(",".join(map(str, cpus)))
        self._threads = threads
        self._process: subprocess.Popen[str] | None = None
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115

    def start(self) -> dict[str, Any]:
        """Wait until it has loaded and run once, then stop it."""
        if not Path(self._command[0]).exists():
            raise ContestantError(f"not installed: {self._command[0]} is missing")
        # For runtimes that take the number of threads from OpenMP alone.
        environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": str(self._threads)}
        for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # they hold numpy back on some machines
            environment.pop(variable, None)
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, env=environment
        )
        facts = self._answer(_PATIENCE)
        if "failed" in facts:
            raise ContestantError(facts["failed"])
        self._process.send_signal(signal.SIGSTOP)
        return facts

    def round(self, seconds: float) -> dict[str, float]:
        """The process goes on for this round only: its threads cannot disturb others."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.stdin.write(f"{seconds}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise ContestantError(self._last_words()) from None
        answer: dict[str, float] = self._answer(seconds + _PATIENCE)
        self._process.send_signal(signal.SIGSTOP)
        return answer

    def stop(self) -> None:
        """Not gently: it may hang."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise ContestantError(f"no answer within {seconds:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise ContestantError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        assert self._process is not None
        code = self._process.wait()
        self._log.seek(0)
        words = [line.strip() for line in self._log if line.strip()]
        return f"ended with code {code}" + (f": {words[-1][:300]}" if words else "")


class DcmobileContestant(Contestant):
    """dcmobile-bench, which calls the C API; a fresh process each round."""

    name = "dcmobile"

    def __init__(self, program: Path, folder: NetworkFolder, threads: int, cpus: Sequence[int], isa: str = "") -> None:
        self.name = f"dcmobile_{isa}" if isa else "dcmobile"
        self._folder = folder
        self._cpus = set(cpus)
        self._output = folder.path / f"output.{os.getpid()}.f32"
        self._command = [str(program), f"--graph={folder.dcmodel}", f"--num_threads={threads}", "--json=-"]
        self._command += [f"--input_files={folder.input_values}", f"--batch={len(folder.input())}"]
        self._command += [f"--isa={isa}"] if isa else []

    def start(self) -> dict[str, Any]:
        """A few runs, for all that is not latency; the fastest of five loads."""
        loads, report = [], {}
        for _ in range(5):
            report = self._run(0.0, 2, "--enable_op_profiling", f"--output_files={self._output}")
            loads.append(report["load_ms"])
        error = relative_error(np.fromfile(self._output, np.float32), self._folder.expected())
        self._output.unlink()
        if not error < 0.01:
            raise ContestantError(f"wrong result: off by {error:.1e} of the largest output")
        peak = self._run(0.0, 2)["memory_bytes"]
        load = min(loads, key=lambda each: each["open"])
        return {
            "version": report["version"],
            "load_ms": load["open"] + load["context"],
            "load_split_ms": load,
            "first_run_ms": report["first_run_ms"],
            "max_rel_err": error,
            "imported_rss_bytes": peak["rss_at_start"],
            "peak_rss_bytes": peak["peak_rss"],
            "weight_bytes": peak["weights"],
            "file_bytes": report["file_bytes"],
            "operators": report["operators"],
        }

    def round(self, seconds: float) -> dict[str, float]:
        """Loads anew: two runs to warm up, then at least three."""
        latency = self._run(seconds, 3)["latency_ms"]
        return {"runs": latency["runs"], "median_ms": latency["median"], "min_ms": latency["min"]}

    def stop(self) -> None:
        """Nothing runs between the rounds."""

    def _run(self, seconds: float, runs: int, *flags: str) -> dict[str, Any]:
        effort = [f"--min_secs={seconds}", f"--num_runs={runs}", "--warmup_runs=1", "--warmup_min_secs=0"]
        done = subprocess.run(
            [*self._command, *effort, *flags],
            capture_output=True,
            text=True,
            timeout=seconds + _PATIENCE,
            preexec_fn=lambda: os.sched_setaffinity(0, self._cpus),
        )
        if done.returncode != 0:
            raise ContestantError(done.stderr.strip() or f"ended with code {done.returncode}")
        report: dict[str, Any] = json.loads(done.stdout)
        return report


def default_program() -> Path:
    """The dcmobile-bench that was installed with this Python."""
    import sys

    beside = Path(sys.executable).parent / "dcmobile-bench"
    return beside if beside.exists() else BUILD / "env" / "bin" / "dcmobile-bench"
