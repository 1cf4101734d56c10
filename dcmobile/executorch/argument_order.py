"""The order of a delegate's arguments: ExecuTorch has inputs by first use and results as they are computed, a .dcmodel
both as the program has them. For a whole network of several, compile specs in the .pte say which is which, so that its
.dcmodel is that of ``dcmobile.compress``.

A spec is called ``inputs`` or ``outputs``. Its value, a little-endian uint16 for each of the network's in their order,
is the number of the argument that it is (``runtime/bindings/executorch/argument_order.h`` reads it).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from executorch.exir.backend.compile_spec_schema import CompileSpec
from torch.export import ExportedProgram

from dcmobile.errors import DcmError
from dcmobile.graph import Graph

_INPUTS, _OUTPUTS = "inputs", "outputs"


def order_of(program: ExportedProgram, part: Collection[str]) -> list[CompileSpec]:
    """Specs for a part of an Edge program; none where the orders are the same, or the part is not a whole network."""
    signature = program.graph_signature
    constants = {
        *signature.inputs_to_parameters,
        *signature.inputs_to_buffers,
        *signature.inputs_to_lifted_tensor_constants,
    }
    calls = [node for node in program.graph.nodes if node.name in part]
    read = dict.fromkeys(source.name for node in calls for source in node.all_input_nodes if source.name not in part)
    given = [name for name in read if name not in constants]
    made = [node.name for node in calls if node.name in signature.user_outputs]
    return [
        *_spec(_INPUTS, given, signature.user_inputs),
        *_spec(_OUTPUTS, made, signature.user_outputs),
    ]


def _spec(key: str, arguments: Sequence[str], wanted: Sequence[object]) -> list[CompileSpec]:
    if sorted(arguments) != sorted(map(str, wanted)) or list(arguments) == list(wanted):
        return []
    order = np.array([arguments.index(str(name)) for name in wanted], "<u2")
    return [CompileSpec(key, order.tobytes())]


def in_program_order(graph: Graph, specs: Sequence[CompileSpec], places: Sequence[int | None]) -> Graph:
    """The graph of a delegate with its inputs and outputs as the specs say. Names of outputs count them, and stay.

    places: of the outputs in the program, in the order of the delegate's arguments, to check the specs with.
    """
    orders = {spec.key: np.frombuffer(spec.value, "<u2").tolist() for spec in specs}
    inputs, outputs = (
        tuple(names[argument] for argument in orders.get(key, range(len(names))))
        for key, names in ((_INPUTS, graph.inputs), (_OUTPUTS, graph.outputs))
    )
    if _OUTPUTS in orders and [places[argument] for argument in orders[_OUTPUTS]] != list(range(len(places))):
        raise DcmError("ExecuTorch has the outputs in another order than was expected: please report it")
    return replace(graph, inputs=inputs, outputs=outputs)
