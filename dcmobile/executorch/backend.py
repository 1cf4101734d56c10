"""``DcmBackend``: compiles a delegated part of a program into the bytes of a .dcmodel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from executorch.exir.backend.backend_details import BackendDetails, PreprocessResult
from executorch.exir.backend.compile_spec_schema import CompileSpec
from torch.export import ExportedProgram

from dcmobile.capture.parametrized import trained_codebooks
from dcmobile.capture.program_to_graph import graph_of
from dcmobile.errors import DcmError
from dcmobile.executorch.argument_order import in_program_order
from dcmobile.executorch.aten_form import aten_form
from dcmobile.executorch.names import with_first_names, with_input_names
from dcmobile.fileformat import Metadata
from dcmobile.graph_file import DEFAULT_RECIPE, compressed_file, prepared_with_codebooks
from dcmobile.recipe import Recipe

#: Where a node of a delegated part carries its job. Unlike a compile spec, it is not written to the .pte.
JOB = "dcmobile.job"


@dataclass(frozen=True)
class Job:
    """inputs: the program's own names of its inputs, by what ExecuTorch calls them. tied: as in ``Names``. output:
    place of the node among the program's outputs, if one part has all of them; else None.
    """

    recipe: Recipe
    metadata: Metadata | Mapping[str, str] | None
    inputs: Mapping[str, str] = field(default_factory=dict)
    tied: Mapping[str, str] = field(default_factory=dict)
    output: int | None = None


@final
class DcmBackend(BackendDetails):  # type: ignore[misc]  # executorch is untyped
    """Its name is the delegate's id in a .pte."""

    @classmethod
    def copy_exported_program_for_preprocess(
        cls, edge_program: ExportedProgram, compile_specs: list[CompileSpec]
    ) -> ExportedProgram:
        """The program itself: ``preprocess`` changes nothing of it, and a copy would copy every weight."""
        return edge_program

    @staticmethod
    def preprocess(edge_program: ExportedProgram, compile_specs: list[CompileSpec]) -> PreprocessResult:
        """The .dcmodel of the part: the front end, the passes and the encoder of ``dcmobile.compress``.

        The recipe is that of the ``DcmPartitioner`` that made the part; without one, 8 bits a weight.
        """
        jobs = {node.name: node.meta[JOB] for node in edge_program.graph.nodes if JOB in node.meta}
        job = next(iter(jobs.values()), Job(DEFAULT_RECIPE, None))
        program = with_first_names(aten_form(edge_program), job.tied)
        places = [jobs[name].output if name in jobs else None for name in program.graph_signature.user_outputs]
        captured = in_program_order(graph_of(program, sizes=True), compile_specs, places)
        captured = with_input_names(captured, job.inputs)
        if compile_specs and list(captured.inputs) != [name for name in job.inputs.values() if name in captured.inputs]:
            raise DcmError("ExecuTorch has the inputs in another order than was expected: please report it")
        graph = prepared_with_codebooks(captured, trained_codebooks(program), job.recipe)
        _, written = compressed_file(graph, job.recipe, job.metadata, lambda stage, done, total: None)
        return PreprocessResult(processed_bytes=bytes(written.data))
