"""``make soak``: LeNet-5 a million times, then for an hour at four threads, and what the process held meanwhile.

Writes ``build/soak/report.json``, and the figures with a picture into docs/reliability.md. The network is LeNet-5 at
the densities and bits of ``examples/mnist``, with random weights: what they are makes no difference to memory or time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from soak_page import write_page

ROOT = Path(__file__).resolve().parents[2]
RUNS = 1_000_000


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True, help="dcmobile-soak")
    parser.add_argument("--minutes", type=float, default=60, help="of the loop at four threads")
    parser.add_argument("--runs", type=int, default=RUNS, help="of the first part")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "reliability.md")
    given = parser.parse_args()
    folder = ROOT / "build" / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / "lenet5.dcmodel"
    write_model(model)

    sample = max(min(60.0, given.minutes * 60 / 20), 1.0)
    parts: dict[str, list[str]] = {
        "runs": ["--runs", str(given.runs), "--sample-seconds", "5"],
        # Two contexts of two threads each, and the model opened and closed beside them.
        "loop": [
            *("--seconds", str(given.minutes * 60), "--sample-seconds", str(sample)),
            *("--contexts", "2", "--threads", "2", "--reload-seconds", "5"),
        ],
    }
    reports: dict[str, Any] = {}
    for name, arguments in parts.items():
        print(f"{name}: {' '.join(arguments)}", file=sys.stderr)
        path = folder / f"{name}.json"
        subprocess.run([given.program, "--model", model, "--json", path, *arguments], check=False)
        reports[name] = json.loads(path.read_text())
    (folder / "report.json").write_text(json.dumps(reports, indent=1) + "\n")
    failures = [report["failure"] for report in reports.values() if report["failure"]]
    if not failures:
        write_page(given.document, reports)
    return len(failures)


def write_model(path: Path) -> None:
    """LeNet-5, compressed."""
    import torch

    import dcmobile
    from examples.mnist.task import TASKS

    if path.exists():
        return
    torch.manual_seed(0)
    task = TASKS[1]
    settings = {name: layer.settings() for name, layer in task.recipe().layers.items()}
    layers = {
        name: {key: value for key, value in layer.items() if key in ("density", "bits")}
        for name, layer in settings.items()
    }
    dcmobile.compress(task.network().eval(), path, example_inputs=(torch.rand(1, 1, 28, 28),), recipe=layers)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
