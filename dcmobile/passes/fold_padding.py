"""Puts zeros around a picture into the padding of the convolution that reads it."""

from __future__ import annotations

from dataclasses import replace

from dcmobile.graph import Graph, Op
from dcmobile.operators import Conv1d, Conv2d, Pad, Padding
from dcmobile.passes.rewriting import Rewriting

_MOST = 65_535


def fold_padding(graph: Graph) -> Graph:
    """The graph with each Pad of zeros, along the axes after the channels, inside the Conv1d or Conv2d that reads it.

    Networks from other frameworks pad so, because their padding is not the same on both sides.
    """
    work = Rewriting(graph)
    for op in work.ops():
        work.keep(_padded(op, work) or op)
    return work.finish()


def _padded(op: Op, work: Rewriting) -> Op | None:
    if not isinstance(op.attributes, Conv1d | Conv2d):
        return None
    pad = work.producer(op.inputs[0], Pad)
    if pad is None or not isinstance(pad.attributes, Pad):
        return None
    zeros = pad.attributes.mode == Padding.Constant and pad.attributes.value == 0
    before, after = pad.attributes.before, pad.attributes.after
    if not zeros or any(before[:2]) or any(after[:2]):
        return None
    conv = op.attributes
    if isinstance(conv, Conv1d):
        sides: tuple[int, ...] = (conv.pad_left + before[2], conv.pad_right + after[2])
        padded: Conv1d | Conv2d = replace(conv, pad_left=sides[0], pad_right=sides[1])
    else:
        sides = (
            conv.pad_top + before[2],
            conv.pad_left + before[3],
            conv.pad_bottom + after[2],
            conv.pad_right + after[3],
        )
        padded = replace(conv, pad_top=sides[0], pad_left=sides[1], pad_bottom=sides[2], pad_right=sides[3])
    if max(sides) > _MOST:
        return None
    return replace(op, attributes=padded, inputs=pad.inputs)
