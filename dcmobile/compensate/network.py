"""A whole network, layer by layer in the order of execution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from dcmobile.calibration.inputs import Arrays, Calibration
from dcmobile.calibration.walk import Walk
from dcmobile.compensate.moments import Floats
from dcmobile.compensate.weights import compensated_ops, fit_of, with_compensation
from dcmobile.encode import encode_graph
from dcmobile.graph import Graph
from dcmobile.layer_weights import module_of
from dcmobile.prune.prune_graph import prune_graph
from dcmobile.recipe import Compensation, LayerRecipe, Recipe
from dcmobile.share.share_graph import layer_settings, share_graph


def compensate_graph(
    graph: Graph,
    recipe: Recipe,
    calibration: Calibration,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Graph:
    """The graph with its layers pruned and shared as the recipe says, each making up for its own error and, as far as
    it can, for that of the layers before it.

    Layers that cannot (recurrent ones, embeddings, transposed convolutions, a weight that is used twice), and those
    without ``bits``, are pruned and shared as without calibration. Their biases stay too.
    calibration: samples like the real ones. threads: of the runtime. progress: called with (layers done, layers).

    Memory: for all samples the values between two layers, twice; and the moments of one layer, at most 4,096 columns
    at a time.
    """
    how = recipe.compensation or Compensation()
    work = {number: name for number, name in compensated_ops(graph).items() if _settings(name, recipe) is not None}
    pruned = prune_graph(graph, recipe)
    others = _others_only(graph, pruned, recipe, set(work.values()))
    before, now = (Walk(list(calibration.batches(graph)), threads) for _ in range(2))
    dense, encoded = encode_graph(graph), encode_graph(others)
    result = others
    changed = any(result.weights[name] is not weight for name, weight in graph.weights.items())
    for done, (number, name) in enumerate(work.items()):
        if progress is not None:
            progress(done, len(work))
        op, settings = graph.ops[number], _settings(name, recipe)
        assert settings is not None
        before.move_to(number, graph, dense)
        inputs_before = inputs = _inputs(before.values, op.inputs[0])
        if changed:
            now.move_to(number, result, encoded)
            inputs = _inputs(now.values, op.inputs[0])
        fit = fit_of(graph, op, inputs, inputs_before, how.damping)
        mask = pruned.weights[name].values != 0 if recipe.is_budgeted(module_of(name)) else None
        result = with_compensation(result, op, fit, settings, recipe.seed, mask)
        encoded |= encode_graph(result, [*op.weights.values()])
        changed = True
    if progress is not None:
        progress(len(work), len(work))
    return result


def _settings(weight: str, recipe: Recipe) -> LayerRecipe | None:
    """Of the weight's layer, if its values are to be shared."""
    settings = layer_settings(module_of(weight), recipe)
    return settings if settings is not None and settings.bits is not None else None


def _others_only(graph: Graph, pruned: Graph, recipe: Recipe, left_out: set[str]) -> Graph:
    """Everything but these weights pruned and shared."""
    shared = share_graph(pruned, recipe, but=left_out)
    weights = {name: graph.weights[name] if name in left_out else weight for name, weight in shared.weights.items()}
    return replace(graph, weights=weights)


def _inputs(values: Sequence[Arrays], name: str) -> list[Floats]:
    return [np.asarray(batch[name]) for batch in values]
