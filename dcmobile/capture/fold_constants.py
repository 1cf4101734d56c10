"""Computes at compile time what depends on nothing but constants: masks, position indices, normalised weights."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import fx

from dcmobile.capture.constants import Constants
from dcmobile.capture.sizes import static_size

#: Calls whose result takes its size from the batch, and is the same for every sample.
_SIZED = frozenset(
    {
        "aten.expand.default",
        "aten.full.default",
        "aten.ones.default",
        "aten.repeat.default",
        "aten.reshape.default",
        "aten.view.default",
        "aten.zeros.default",
    }
)

#: Calls that ask their argument for its size and type only.
_LIKE = frozenset({"aten.full_like.default", "aten.ones_like.default", "aten.zeros_like.default"})


def fold(node: fx.Node, constants: Constants) -> bool:
    """Evaluate the call if all its tensors are constants (or it has none), and note the result in ``constants``.

    Calls that draw random numbers are left alone. A size that comes from the batch counts as 1: the graph is that of
    one sample (``passes.free_batch``). Returns whether the call was evaluated.
    """
    if node.op != "call_function" or not _is_pure(node.target):
        return False
    if str(node.target) in _LIKE:
        with torch.no_grad():
            constants.keep(node, _like(node))
        return True
    arguments: dict[fx.Node, Any] = {}
    for argument in node.all_input_nodes:
        if argument in constants:
            arguments[argument] = constants.value(argument)
        elif str(node.target) in _SIZED and (size := static_size(argument.meta.get("val"))) is not None:
            arguments[argument] = size
        else:
            return False
    args = fx.map_arg(node.args, lambda argument: arguments[argument])
    kwargs = dict(fx.map_arg(node.kwargs, lambda argument: arguments[argument]))
    if "device" in kwargs:
        kwargs["device"] = "cpu"
    with torch.no_grad():
        constants.compute(node, lambda: node.target(*args, **kwargs))  # type: ignore[operator]
    return True


def _like(node: fx.Node) -> torch.Tensor:
    made = node.meta["val"]
    shape = [static_size(size) for size in made.shape]
    value = {"aten.ones_like.default": 1, "aten.zeros_like.default": 0}.get(str(node.target))
    fill: Any = node.args[1] if value is None else value
    return torch.full(shape, fill, dtype=made.dtype)  # type: ignore[arg-type]


def _is_pure(target: Any) -> bool:
    if target is operator.getitem:
        return True
    return isinstance(target, torch._ops.OpOverload) and (
        torch.Tag.nondeterministic_seeded not in target.tags and not target._schema.is_mutable
    )
