"""Which weights of a graph are compressed: those of layers. All others are small, or not what the paper speaks of."""

from __future__ import annotations

from dcmobile.graph import Graph, Weight

#: The weights that make a layer, by operator: what a recipe speaks of. Every other weight is stored dense: biases,
#: normalisations, slopes, constants.
LAYER_ROLES: dict[str, tuple[str, ...]] = {
    "Linear": ("weight",),
    "Conv1d": ("weight",),
    "Conv2d": ("weight",),
    "ConvTranspose2d": ("weight",),
    "Embedding": ("weight",),
    "Lstm": ("weight", "recurrent"),
    "Gru": ("weight", "recurrent"),
}


def layer_roles(kind: str) -> tuple[str, ...]:
    """The roles of an operator's weights that may be pruned and shared, e.g. ``("weight", "recurrent")`` of an Lstm."""
    return LAYER_ROLES.get(kind, ())


def dense_weights(graph: Graph) -> frozenset[str]:
    """The names of the weights that the format holds dense only: those that some operator uses as anything but a
    layer's weight.
    """
    return frozenset(name for op in graph.ops for role, name in op.weights.items() if role not in layer_roles(op.kind))


def layer_weights(graph: Graph) -> dict[str, tuple[Weight, ...]]:
    """The weights that a recipe speaks of, by the path of their module, in the order of execution.

    A module has more than one where its operators do: those of an LSTM all go by its own path. A weight that is used
    twice comes once; one that must be dense somewhere (``dense_weights``) does not come at all.
    """
    found: dict[str, dict[str, Weight]] = {}
    dense = dense_weights(graph)
    for op in graph.ops:
        for role in layer_roles(op.kind):
            name = op.weights.get(role)
            if name is not None and name not in dense:
                found.setdefault(module_of(name), {})[name] = graph.weights[name]
    return {module: tuple(weights.values()) for module, weights in found.items()}


def module_of(weight: str) -> str:
    """The path of the module that has a weight: ``rnn`` for ``rnn.weight_ih_l0``, empty for the model's own."""
    return weight.rpartition(".")[0]
