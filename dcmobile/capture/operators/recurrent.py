"""Recurrent layers: LSTM and GRU, whole sequences and single steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import fx

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import concat, reshape, slice_axis, swap_axes
from dcmobile.capture.translation import Unsupported, translates
from dcmobile.graph import Value


@translates("aten.lstm.input", keep=True)
def lstm(call: Call) -> None:
    """``nn.LSTM``: an operator for each layer and direction."""
    h0, c0 = call.raw("hx")
    y, states = _layers(call, "lstm", [h0, c0])
    call.give_all([y, *states])


@translates("aten.gru.input", keep=True)
def gru(call: Call) -> None:
    """``nn.GRU``: an operator for each layer and direction."""
    y, states = _layers(call, "gru", [call.raw("hx")])
    call.give_all([y, *states])


@translates("aten.lstm_cell.default", keep=True)
def lstm_cell(call: Call) -> None:
    """``nn.LSTMCell``: a sequence of one element."""
    _, h, c = _cell(call, "lstm", call.raw("hx"))
    call.give_all([h, c])


@translates("aten.gru_cell.default", keep=True)
def gru_cell(call: Call) -> None:
    """``nn.GRUCell``: a sequence of one element."""
    _, h = _cell(call, "gru", [call.raw("hx")])
    call.give(h)


def _cell(call: Call, kind: str, states: Sequence[Any]) -> tuple[Value, ...]:
    x = call.value("input")
    if len(x.shape) != 2:
        raise Unsupported("its input has one dimension: add a batch dimension")
    parameters = [call.raw(name) for name in ("w_ih", "w_hh", "b_ih", "b_hh")]
    given = [] if _all_zero(call, states) else [call.value_of(state, "hx") for state in states]
    row = reshape(call, x, (x.shape[0], 1, x.shape[1]))
    return _layer(call, kind, row, given, parameters[:2], [b for b in parameters[2:] if b is not None], False)


def _layers(call: Call, kind: str, states: Sequence[Any]) -> tuple[Value, list[Value]]:
    """The sequence that the last layer makes and the last states, each [layers directions, N, hidden]."""
    batch_first = bool(call.number("batch_first"))
    directions = 2 if call.number("bidirectional") else 1
    parameters, a_layer = list(call.raw("params")), 4 if call.number("has_biases") else 2
    if call.number("train") and call.real("dropout"):
        raise Unsupported("it drops out at random: call .eval() on the model")
    if len(parameters) != call.integer("num_layers") * directions * a_layer:
        raise Unsupported("it has projections (proj_size), which are not supported")
    x = call.value("input")
    x = x if batch_first else swap_axes(call, x, 0, 1)
    zero = _all_zero(call, states)
    last: list[list[Value]] = [[] for _ in states]
    for layer in range(call.integer("num_layers")):
        made = []
        for direction in range(directions):
            index = layer * directions + direction
            w_ih, w_hh, *biases = parameters[index * a_layer : (index + 1) * a_layer]
            given = [] if zero else [_state(call, state, index) for state in states]
            y, *ends = _layer(call, kind, x, given, [w_ih, w_hh], biases, direction == 1)
            made.append(y)
            for kept, end in zip(last, ends, strict=True):
                kept.append(reshape(call, end, (1, *end.shape)))
        x = concat(call, made, 2)
    return x if batch_first else swap_axes(call, x, 0, 1), [concat(call, kept, 0) for kept in last]


def _layer(
    call: Call,
    kind: str,
    x: Value,
    states: Sequence[Value],
    matrices: Sequence[fx.Node],
    biases: Sequence[fx.Node],
    reverse: bool,
) -> tuple[Value, ...]:
    """One layer in one direction over [N, T, features]: the sequence, then the last state or states."""
    weight, recurrent = (call.weight(matrix) for matrix in matrices)
    weights = {"weight": weight.name, "recurrent": recurrent.name}
    if biases and kind == "lstm":
        total = sum(call.constant(bias).to(torch.float64) for bias in biases)
        assert isinstance(total, torch.Tensor)
        weights["bias"] = call.new_weight(call.weight_name(biases[0], "bias"), total).name
    elif biases:
        weights |= {"bias": call.weight(biases[0]).name, "recurrent_bias": call.weight(biases[1]).name}
    n, t, _ = x.shape
    hidden = recurrent.values.shape[1]
    end = (n, hidden)
    if kind == "lstm":
        attributes: operators.Attributes = operators.Lstm(bool(states), reverse)
        shapes = [(n, t, hidden), end, end]
    else:
        attributes = operators.Gru(bool(states), reverse)
        shapes = [(n, t, hidden), end]
    return call.steps(attributes, x, *states, shapes=shapes, weights=weights)


def _state(call: Call, state: Any, index: int) -> Value:
    """The state of one layer and direction, [N, hidden], from that of all."""
    value = call.value_of(state, "hx")
    return reshape(call, slice_axis(call, value, 0, index, index + 1), value.shape[1:])


def _all_zero(call: Call, states: Sequence[Any]) -> bool:
    return all(call.is_constant(state) and not call.constant(state).any() for state in states)
