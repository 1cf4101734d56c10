"""``DcmPartitioner``: gives ExecuTorch's lowering the parts of a program that dcmobile can take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from executorch.exir.backend.partitioner import DelegationSpec, Partitioner, PartitionResult
from executorch.exir.backend.utils import tag_constant_data
from executorch.exir.program._program import _default_decomposition_table
from torch import fx
from torch.export import ExportedProgram

from dcmobile.capture.program import aten_program, refuse_train_mode
from dcmobile.capture.translation import kept_operators
from dcmobile.errors import RecipeError
from dcmobile.executorch.argument_order import order_of
from dcmobile.executorch.aten_form import aten_form, is_edge
from dcmobile.executorch.backend import JOB, DcmBackend, Job
from dcmobile.executorch.dim_order import check_dim_order
from dcmobile.executorch.explanation import explain
from dcmobile.executorch.names import Names, names_of, with_first_names
from dcmobile.executorch.survey import Survey, survey
from dcmobile.executorch.unread_buffers import without_unread_buffers
from dcmobile.fileformat import Metadata
from dcmobile.graph_file import DEFAULT_RECIPE
from dcmobile.layer_weights import layer_weights
from dcmobile.recipe import Recipe


class DcmPartitioner(Partitioner):  # type: ignore[misc]  # executorch is untyped
    """For ``executorch.exir.to_edge_transform_and_lower(program, partitioner=[DcmPartitioner(recipe), ...])``.

    Takes every operator that the runtime has, in as few parts as the program allows; each part is compressed as the
    recipe says and becomes one delegate, whose blob is a .dcmodel. What is left goes to the partitioners after this one
    and to ExecuTorch's own kernels; ``explanation`` says what that is and why, and it is printed on stderr unless
    ``quiet``; ``took_all`` is whether that is nothing. A program of a model with masks and codebooks of a
    ``Compressor`` keeps them bit for bit.

    recipe: as for ``dcmobile.compress``; None: 8 bits for every layer, no pruning.
    metadata: ``Metadata`` or a mapping of free entries, for every blob.

    Raises ``RecipeError`` for a recipe with ``[compensation]``.
    Lowering raises ``RecipeError`` for a pattern that fits no layer of any part, ``ModelError`` for a program in train
    mode, for channels_last inputs and for NaN weights.
    """

    def __init__(
        self,
        recipe: Recipe | Mapping[str, Any] | None = None,
        metadata: Metadata | Mapping[str, str] | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        super().__init__()
        self.delegation_spec = DelegationSpec(DcmBackend.__name__, [])
        self.explanation = ""
        self.took_all = False
        if isinstance(recipe, Recipe) and recipe.compensation is not None:
            raise RecipeError(
                "the recipe has layers make up for their errors ([compensation]), which a delegate cannot: it gets no "
                "calibration inputs"
            )
        self._given = recipe is not None
        self._recipe = DEFAULT_RECIPE if recipe is None else recipe if isinstance(recipe, Recipe) else Recipe(recipe)
        self._metadata = metadata
        self._quiet = quiet
        self._names = Names()
        self._tensors: dict[str, torch.Tensor] = {}
        self._surveyed: tuple[ExportedProgram, Survey] | None = None

    def transform_for_pre_decomposition(self, exported_program: ExportedProgram) -> ExportedProgram:
        """The program without buffers that nothing reads, such as the counters of batch norms."""
        self._names = names_of(exported_program)
        return without_unread_buffers(exported_program)

    def ops_to_not_decompose(
        self, ep: ExportedProgram
    ) -> tuple[list[torch._ops.OpOverload], Callable[[fx.Node], bool] | None]:
        """The operators that stay whole, and a filter for their calls where dcmobile takes only some."""
        if is_edge(ep):
            return [], None  # lowered: there is nothing to ask any more
        self._tensors = dict(ep.state_dict)
        kept = list(_kept())
        left = self._survey(ep).left
        if not left:
            return kept, None
        return kept, lambda node: node.name not in left

    def partition(self, ep: ExportedProgram) -> PartitionResult:
        """Tag the calls of each part, and the constants that go with them."""
        inputs = dict(zip(ep.graph_signature.user_inputs, self._names.inputs, strict=False))
        found = survey(with_first_names(aten_form(ep, self._tensors), self._names.tied))
        for part in found.parts:
            check_dim_order(ep, part.nodes, inputs)
        if self._given:
            self._recipe.check_patterns(name for part in found.parts for name in layer_weights(part.graph))
        nodes = {node.name: node for node in ep.graph.nodes}
        outputs = {name: index for index, name in reversed(list(enumerate(ep.graph_signature.user_outputs)))}
        tags = {}
        for number, part in enumerate(found.parts):
            tag = f"dcm{number}"
            tags[tag] = DelegationSpec(DcmBackend.__name__, order_of(ep, part.nodes))
            whole = len(outputs) > 1 and set(outputs) <= set(part.nodes)
            for name in part.nodes:
                nodes[name].meta["delegation_tag"] = tag
                place = outputs.get(name) if whole else None
                nodes[name].meta[JOB] = Job(self._recipe, self._metadata, inputs, self._names.tied, place)
        tag_constant_data(ep)
        self.explanation = explain(found)
        self.took_all = not found.left
        if found.left and not self._quiet:
            print(self.explanation, file=sys.stderr)
        return PartitionResult(tagged_exported_program=ep, partition_tags=tags)

    def _survey(self, program: ExportedProgram) -> Survey:
        """Of the program as ExecuTorch will decompose it; kept, since it is asked for several times."""
        if self._surveyed is None or self._surveyed[0] is not program:
            self._surveyed = (program, survey(_decomposed(program)))
        return self._surveyed[1]


@cache
def _decomposed_by_executorch() -> frozenset[torch._ops.OpOverload]:
    """Kept, since torch takes a while to make the table."""
    return frozenset(_default_decomposition_table())


@cache
def _kept() -> tuple[torch._ops.OpOverload, ...]:
    """Operators that ExecuTorch would decompose, and that dcmobile reads whole. Views of a tensor, such as ``split``,
    cannot be kept there.
    """
    return tuple(
        operator
        for operator in kept_operators()
        if operator in _decomposed_by_executorch() and all(made.alias_info is None for made in operator._schema.returns)
    )


def _decomposed(program: ExportedProgram) -> ExportedProgram:
    refuse_train_mode(program)
    calls = {node.target for node in program.graph.nodes if node.op == "call_function"}
    if not calls & _decomposed_by_executorch().difference(_kept()):
        return program
    return aten_program(program, None, _kept())
