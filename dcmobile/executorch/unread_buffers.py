"""Buffers that a program carries and nothing reads: they would go into every .pte."""

from __future__ import annotations

from dataclasses import replace

from torch import fx
from torch.export import ExportedProgram
from torch.export.graph_signature import ExportGraphSignature, InputKind

from dcmobile.executorch.graph_copy import copied_graph


def without_unread_buffers(program: ExportedProgram) -> ExportedProgram:
    """A copy of an ATen program without them; the program itself if it has none. Tensors are shared.

    E.g. ``num_batches_tracked`` of batch norms in eval mode, the codes behind a ``Compressor``'s codebooks.
    """
    signature = program.graph_signature
    placeholders = {node.name: node for node in program.graph.nodes if node.op == "placeholder"}
    mutated = set(signature.buffers_to_mutate.values())
    unread = {
        spec.arg.name
        for spec in signature.input_specs
        if spec.kind == InputKind.BUFFER and not placeholders[spec.arg.name].users and spec.target not in mutated
    }
    if not unread:
        return program
    graph, copies = copied_graph(program.graph)
    for old, new in copies.items():
        if old.name in unread:
            graph.erase_node(new)
    inputs = [replace(spec) for spec in signature.input_specs if spec.arg.name not in unread]
    gone = {spec.target for spec in signature.input_specs if spec.arg.name in unread}
    return ExportedProgram(
        root=fx.GraphModule(program.graph_module, graph),
        graph=graph,
        graph_signature=ExportGraphSignature(inputs, list(signature.output_specs)),
        state_dict={name: tensor for name, tensor in program.state_dict.items() if name not in gone},
        range_constraints=program.range_constraints,
        module_call_graph=program.module_call_graph,
        example_inputs=program.example_inputs,
        constants={name: value for name, value in program.constants.items() if name not in gone},
        verifiers=[program.verifier],
    )
