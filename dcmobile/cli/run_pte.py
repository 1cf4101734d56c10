"""``dcmobile run`` of a .pte on numpy arrays, through ExecuTorch's runtime and dcmobile's delegate."""

from __future__ import annotations

import time
from pathlib import Path

from dcmobile.cli.exported_program import quiet_torch
from dcmobile.cli.npy import read_npy, write_npy
from dcmobile.cli.run_lines import run_lines
from dcmobile.cli.tensor_files import match_inputs, match_outputs
from dcmobile.cli.terminal import print_out
from dcmobile.report.quantities import duration_text


def run_pte(file: Path, inputs: tuple[str, ...], outputs: tuple[str, ...], quiet: bool) -> None:
    """Inputs and outputs have no names in a .pte: ``input`` and ``output``, or ``input_0`` and so on."""
    with quiet_torch():
        from dcmobile.executorch.program import Program

        program = Program(file)
    method = program.method
    sources = match_inputs(inputs, [each.name for each in method.inputs])
    targets = match_outputs(outputs, [each.name for each in method.outputs])
    arrays = {name: read_npy(path) for name, path in sources.items()}
    start = time.perf_counter_ns()
    results = program([arrays[each.name] for each in method.inputs])
    elapsed = time.perf_counter_ns() - start
    by_name = dict(zip((each.name for each in method.outputs), results, strict=True))
    for name, path in targets.items():
        write_npy(path, by_name[name])
    if not quiet:
        lines = run_lines("input", method.inputs, [arrays[each.name].shape for each in method.inputs], sources, "from")
        lines += run_lines("output", method.outputs, [each.shape for each in results], targets, "to")
        print_out("".join(f"{line}\n" for line in [*lines, f"ran in {duration_text(elapsed)}"]))
