"""What a layer's inputs say about its weights: which changes the outputs notice, and which make up for each other.

With inputs x, outputs ``W x + b`` change by ``(W' - W) x`` where weights change. Summed over samples that is
``(W' - W) H (W' - W)^T``, H the second moments of x (Hassibi and Stork, NIPS 1993; Frantar and Alistarh, "Optimal Brain
Compression", NeurIPS 2022). Where the layer has a bias, which takes up a change of the mean, x is counted from its
mean: that leaves less to lose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile.graph import Op
from dcmobile.operators import Conv1d, Conv2d, Linear

Wide = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

#: Columns that are looked at together. Beyond, a layer's columns are cut into blocks that are made up for each on its
#: own: H takes 8 * 4096^2 bytes, 134 MB, however large the layer is.
BLOCK = 4096
#: Places of one sample that are looked at, evenly drawn: the outputs of a convolution are far more than that.
_PLACES = 256


@dataclass(frozen=True)
class Moments:
    """Of a layer's inputs as weights see them: for each group of channels, a vector of ``columns`` numbers a place.

    own: for each block of columns [groups, c, c], the mean of x' x'^T, x' = x minus its mean where the layer has a
    bias. cross: the same of x0' x'^T, x0 the inputs in the uncompressed network. mean, mean_before: [groups, columns]
    of x and x0.
    """

    own: tuple[Wide, ...]
    cross: tuple[Wide, ...]
    mean: Wide
    mean_before: Wide

    @property
    def columns(self) -> int:
        """Weights of an output in its group."""
        return int(self.mean.shape[1])


def can_compensate(op: Op) -> bool:
    """Whether the operator's outputs are sums of its inputs by its weights."""
    return isinstance(op.attributes, Linear | Conv1d | Conv2d)


def groups_of(op: Op) -> int:
    """Of an operator of ``can_compensate``."""
    return getattr(op.attributes, "groups", 1)


def moments(
    op: Op, shape: tuple[int, ...], inputs: Sequence[Floats], before: Sequence[Floats], centred: bool
) -> Moments:
    """Of all batches together.

    shape: of the weight. inputs: of the operator, batch for batch. before: in the uncompressed network, for the same
    samples; the same list where nothing before the layer has changed.
    """
    columns = int(np.prod(shape[1:]))
    groups = groups_of(op)
    blocks = [slice(start, min(start + BLOCK, columns)) for start in range(0, columns, BLOCK)]
    same = inputs is before
    own = [np.zeros((groups, b.stop - b.start, b.stop - b.start)) for b in blocks]
    cross = own if same else [np.zeros_like(each) for each in own]
    sums, sums_before, places = np.zeros((groups, columns)), np.zeros((groups, columns)), 0
    for number, (now, then) in enumerate(zip(inputs, before, strict=True)):
        seen = patches(op, shape, now, number)
        seen_before = seen if same else patches(op, shape, then, number)
        places += seen.shape[2]
        sums += seen.sum(2, dtype=np.float64)
        sums_before += seen_before.sum(2, dtype=np.float64)
        for block, total, crossed in zip(blocks, own, cross, strict=True):
            turned = seen[:, block].transpose(0, 2, 1)
            total += seen[:, block] @ turned
            if not same:
                crossed += seen_before[:, block] @ turned
    mean, mean_before = sums / places, sums_before / places
    for block, total, crossed in zip(blocks, own, cross, strict=True):
        total /= places
        if not same:
            crossed /= places
        if centred:
            total -= mean[:, block, np.newaxis] * mean[:, np.newaxis, block]
            if not same:
                crossed -= mean_before[:, block, np.newaxis] * mean[:, np.newaxis, block]
    return Moments(tuple(own), tuple(cross), mean, mean_before)


def patches(op: Op, shape: tuple[int, ...], batch: Floats, number: int) -> Floats:
    """float32 [groups, columns, places]: what the weights of each group are multiplied with, at drawn places.

    number: of the batch; the same one gives the same places.
    """
    random = np.random.default_rng(number)
    if isinstance(op.attributes, Linear):
        rows = batch.reshape(-1, batch.shape[-1])
        samples = batch.shape[0] if batch.ndim > 1 else 1
        chosen = _drawn(random, len(rows), samples * _PLACES)
        return np.ascontiguousarray(rows[chosen].T)[np.newaxis]
    attributes = op.attributes
    assert isinstance(attributes, Conv1d | Conv2d)
    if isinstance(attributes, Conv1d):
        image, kernel = batch[:, :, np.newaxis], (1, shape[2])
        pads = ((0, 0), (attributes.pad_left, attributes.pad_right))
        stride, dilation = (1, attributes.stride), (1, attributes.dilation)
    else:
        image, kernel = batch, (shape[2], shape[3])
        pads = ((attributes.pad_top, attributes.pad_bottom), (attributes.pad_left, attributes.pad_right))
        stride, dilation = (
            (attributes.stride_h, attributes.stride_w),
            (attributes.dilation_h, attributes.dilation_w),
        )
    sizes = [
        (image.shape[2 + axis] + sum(pads[axis]) - dilation[axis] * (kernel[axis] - 1) - 1) // stride[axis] + 1
        for axis in (0, 1)
    ]
    chosen = _drawn(random, sizes[0] * sizes[1], _PLACES)
    top, left = chosen // sizes[1] * stride[0], chosen % sizes[1] * stride[1]
    padded = np.pad(image, ((0, 0), (0, 0), *pads)) if any(map(any, pads)) else image
    seen = np.stack(
        [
            padded[:, :, top + row * dilation[0], left + column * dilation[1]]
            for row in range(kernel[0])
            for column in range(kernel[1])
        ],
        2,
    )  # [samples, channels, kernel, places]
    samples, channels, taps, places = seen.shape
    grouped = seen.reshape(samples, attributes.groups, channels // attributes.groups * taps, places)
    return np.ascontiguousarray(grouped.transpose(1, 2, 0, 3).reshape(*grouped.shape[1:3], samples * places))


def _drawn(random: np.random.Generator, places: int, most: int) -> npt.NDArray[np.intp]:
    if places <= most:
        return np.arange(places)
    return np.sort(random.choice(places, most, replace=False))
