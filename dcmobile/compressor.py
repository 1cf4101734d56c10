"""Deep Compression around the user's own training loop.

A whole run::

    compressor = Compressor(model, Recipe({"fc*": {"density": 0.09, "bits": 5}, "*": {"bits": 8}}))
    compressor.prune()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
    for x, y in batches:                      # retrain the weights that are left
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()
        compressor.step()
    compressor.share()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)  # the parameters are the centroids now
    for x, y in batches:                      # retrain the centroids
        ...
    model.eval()
    compressor.export("net.dcmodel", example_inputs=(x,))

Masks and codebooks are parametrizations inside the model, and they are the whole state: ``model.state_dict()`` is a
full checkpoint, ``model.to(device)`` moves them, ``copy.deepcopy(model)`` copies them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from dcmobile.capture import capture
from dcmobile.capture.program import check_eval_mode
from dcmobile.compile import compress
from dcmobile.errors import ModelError, RecipeError
from dcmobile.export_report import ExportReport
from dcmobile.fileformat import Metadata
from dcmobile.graph import Graph
from dcmobile.graph_file import FilePath, Progress, check_writable, dense_bytes, write_graph
from dcmobile.layer import Layer, find_layers
from dcmobile.passes import prepare
from dcmobile.prune.mask import Mask
from dcmobile.prune.pruner import Pruner
from dcmobile.recipe import Recipe
from dcmobile.share.codebook import Codebook
from dcmobile.share.shadow_codebook import ShadowCodebook
from dcmobile.share.sharer import advance_codebooks, attach_codebook, attach_shadow_codebooks
from dcmobile.share.trained_codebook import with_trained_codebook

__all__ = ["Compressor", "ExportReport", "LayerStatus", "compress"]


@dataclass(frozen=True)
class LayerStatus:
    """Where a layer stands.

    name: path of the module. shape: of its weight. stage: "dense", "pruned" or "shared".
    density: share of the weights that stay, 0..1. bits: of a code, once the layer is shared; else None.
    tensor: what the module calls the weight; an LSTM has several, each with a status of its own.
    """

    name: str
    shape: tuple[int, ...]
    stage: str
    density: float
    bits: int | None
    tensor: str = "weight"

    @property
    def label(self) -> str:
        """The name, with the tensor where that is not ``weight``: ``rnn.weight_hh_l0``."""
        return self.name if self.tensor == "weight" else f"{self.name}.{self.tensor}".lstrip(".")


class Compressor:
    """Prunes, shares and exports a model while its user trains it.

    model: any ``torch.nn.Module``; changed in place by ``prune`` and ``share``.
    recipe: what to do with each layer. A layer is a ``weight`` of two or more dimensions (of Linear, a convolution, an
        Embedding), or a weight matrix of an LSTM, a GRU or an attention, all of which go by the name of the module; a
        tied weight goes by the first of its modules. Biases, normalisations and other vectors stay dense.

    A model that carries masks or codebooks of a ``Compressor`` already (a deep copy, say) is taken up where it stands.
    Raises ``RecipeError`` if a pattern fits no layer or for ``[compensation]``, ``ModelError`` if a layer has a
    parametrization of the user's own.
    """

    def __init__(self, model: nn.Module, recipe: Recipe | Mapping[str, Any]) -> None:
        self.model = model
        self.recipe = recipe if isinstance(recipe, Recipe) else Recipe(recipe)
        if self.recipe.compensation is not None:
            raise RecipeError(
                "[compensation] is for networks that nobody trains: use dcmobile.compress, or leave it out"
            )
        self._layers = tuple(find_layers(model, self.recipe))
        self.recipe.check_patterns(name for layer in self._layers for name in layer.names)
        self._pruner = Pruner(model, self._layers, self.recipe)

    def prune(self, example_inputs: Sequence[Any] | torch.Tensor | None = None) -> None:
        """Put a mask on every layer with a density, or under the budget. One-shot layers are pruned now, others as
        ``step`` is called.

        Layers that have a mask or a codebook already are left alone. An optimizer made before goes on working.
        example_inputs: positional arguments of one call; only a budget of multiply_adds needs them, to count.
        Raises ``ModelError`` for NaN or infinite weights, ``RecipeError`` for a budget that cannot be counted.
        """
        self._pruner.start(example_inputs)

    def step(self) -> None:
        """To be called after each ``optimizer.step()`` from ``prune`` to ``export``, before gradients are set to zero.

        Advances the schedules, chooses masks anew where they are due, and sets pruned weights back to zero, which
        momentum and weight decay may have moved. With ``[sharing]`` in the recipe, chooses codes after ``share``. Does
        nothing to layers without a mask.
        """
        self._pruner.advance()
        advance_codebooks(self._layers, self.recipe)

    @property
    def last_step(self) -> int:
        """The ``step`` call after which every layer has its density; 0 if all layers are pruned at once."""
        return self._pruner.last_step

    def share(self, progress: Progress | None = None) -> None:
        """Cluster the weights of every layer with bits and put a codebook in the place of weight and mask.

        From here on such a layer's parameter is the vector of its centroids: **build your optimizer after this call**.
        Masks are frozen. A layer that has not reached its density (``prune`` was not called, or its schedule has
        not ended, which gives a warning) is pruned to it now. progress: called with ("share", layers done, layers).

        With ``[sharing]`` in the recipe, layers without bits get codes that ``step`` goes on choosing; what is trained
        stays their dense weight, behind the codes.
        """
        due = [layer for layer in self._layers if layer.settings.bits is not None and not _is_shared(layer)]
        constrained = [
            layer for layer in self._layers if self.recipe.is_entropy_shared(layer.name) and not _is_shared(layer)
        ]
        total = len(due) + len(constrained)
        tell = progress or (lambda stage, done, of: None)
        for layer in (*due, *constrained):
            layer.check_finite()
        self._pruner.finish([*due, *constrained])
        for done, layer in enumerate(due):
            tell("share", done, total)
            attach_codebook(layer, self.recipe.seed)
        if constrained and self.recipe.sharing is not None:
            tell("share", len(due), total)
            attach_shadow_codebooks(constrained, self.recipe.sharing)
        tell("share", total, total)

    def export(
        self,
        path: FilePath,
        example_inputs: Sequence[Any] | torch.Tensor,
        metadata: Metadata | Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> ExportReport:
        """Write the network as a .dcmodel; the model stays as it is and can be trained further.

        Trained centroids and codes go to the file bit for bit. What the recipe asks and has not been done (a layer not
        pruned to its density, or not shared) is done for the file. Arguments and errors as for ``dcmobile.compress``.
        """
        check_writable(path)
        check_eval_mode(self.model)
        if progress is not None:
            progress("capture", 0, 1)
        captured = capture(self.model, example_inputs)
        shared = [layer for layer in self._layers if _is_shared(layer)]
        # A batch norm behind a shared layer stays on its own: one factor for each channel would break the codebook.
        graph = prepare(captured, fixed={name for layer in shared for name in layer.weight_names()})
        for layer in shared:
            graph = _with_codebook(graph, layer)
        if progress is not None:
            progress("capture", 1, 1)
        return write_graph(graph, self.recipe, path, dense_bytes(captured), metadata, progress)

    def state_dict(self) -> dict[str, Any]:
        """``model.state_dict()``: weights, masks, codebooks and the schedules' step."""
        return self.model.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a checkpoint up: give each layer the mask or codebook that the checkpoint has, then load all tensors.

        state: of ``state_dict`` here or of the model, made with the same recipe. Build the optimizer after this call,
        then load its state. Raises ``ModelError`` if the checkpoint does not fit the model.
        """
        for layer in self._layers:
            layer.match(state)
        try:
            self.model.load_state_dict(dict(state))
        except RuntimeError as error:
            reason = " ".join(line.strip() for line in str(error).splitlines()[:3])
            raise ModelError(f"the checkpoint does not fit the model: {reason}") from None

    def layers(self) -> tuple[LayerStatus, ...]:
        """Where each layer stands, in the model's order."""
        return tuple(_status(layer) for layer in self._layers)

    def summary(self) -> str:
        """``layers()`` as text, a line each."""
        width = max((len(status.label) for status in self.layers()), default=0)
        return "\n".join(
            f"{status.label:{width}}  {status.stage:6}  density {status.density:7.2%}  "
            f"{'' if status.bits is None else f'{status.bits} bits'}".rstrip()
            for status in self.layers()
        )


def _is_shared(layer: Layer) -> bool:
    return isinstance(layer.parametrization, Codebook | ShadowCodebook)


def _status(layer: Layer) -> LayerStatus:
    match layer.parametrization:
        case Mask() as mask:
            return LayerStatus(layer.name, layer.shape, "pruned", mask.density, None, layer.tensors[0])
        case Codebook() as codebook:
            bits = max(codebook.centroids - 1, 0).bit_length()
            return LayerStatus(layer.name, layer.shape, "shared", codebook.density, bits, layer.tensors[0])
        case ShadowCodebook() as shadow:
            bits = max(int(shadow.alive.sum()) - 1, 0).bit_length()
            return LayerStatus(layer.name, layer.shape, "shared", shadow.density, bits, layer.tensors[0])
        case _:
            return LayerStatus(layer.name, layer.shape, "dense", 1.0, None, layer.tensors[0])


def _with_codebook(graph: Graph, layer: Layer) -> Graph:
    """The graph with the layer's trained codes and centroids on its weight, where the graph has that weight."""
    name = next((name for name in layer.weight_names() if name in graph.weights), None)
    codebook = layer.parametrization
    if name is None or not isinstance(codebook, Codebook | ShadowCodebook):
        return graph
    codes = codebook.codes.flatten().cpu().numpy().astype(np.uint16)
    if isinstance(codebook, Codebook):
        centroids, settings = layer.parameter.detach().float().cpu().numpy(), layer.settings
    else:
        centroids = codebook.table[1:].float().cpu().numpy()
        settings = replace(layer.settings, bits=8, codebook="fp16" if codebook.rounded else "fp32")
    return with_trained_codebook(graph, name, codes, centroids, settings)
