"""Section 3 of docs/format.md: every rule about shapes and attributes, by the plain reader and the runtime."""

from math import inf, nan, prod
from typing import Any

import numpy as np
import pytest
from hand_assembly import build
from hand_made_model import refused
from plain_graph import arity
from plain_reader import read
from plain_rules import BATCH, Shape
from plain_schema import OPERATORS
from plain_weights import crc32c

from dcmobile import _native
from dcmobile.errors import GraphError

B = BATCH
Attributes = dict[str, Any]
# A weight is dense, and the others are shared: all zeros, without chunks.
SHARED = ("SparseShared", {"gap_bits": 2, "centroids": []})


def file_of(kind: str, attributes: Attributes, shapes: list[Shape], weights: list[Shape], dense: bool = True) -> bytes:
    """One operator. Where there is a batch, values without it are Constants."""
    held: list[dict[str, Any]] = []
    size = 0

    def add_weight(shape: Shape, *, dense: bool) -> int:
        nonlocal size
        zeros = bytes(4 * prod(shape))
        encoding = ("Dense", {"offset": size, "crc32c": crc32c(zeros)}) if dense else SHARED
        held.append({"shape": shape, "encoding": encoding})
        size += -(-len(zeros) // 16) * 16 if dense else 0
        return len(held) - 1

    for shape in weights:
        add_weight(shape, dense=dense)
    batch = any(shape[0] == BATCH for shape in shapes)
    inputs = [shape for shape in shapes if shape[0] == BATCH or not batch] or [(1, 1)]
    ops: list[dict[str, Any]] = []
    ids, next_input = [], 0
    for shape in shapes:
        if shape[0] == BATCH or not batch:
            ids.append(next_input)
            next_input += 1
        else:
            ids.append(len(inputs) + len(ops))
            ops.append({"attributes": ("Constant", {"weight": add_weight(shape, dense=True)}), "inputs": []})
    ops.append({"attributes": (kind, attributes), "inputs": ids})
    return build(
        {
            "inputs": [{"name": f"x{i}", "shape": shape} for i, shape in enumerate(inputs)],
            "weights": held,
            "ops": ops,
            "outputs": [{"name": "y", "value": 0}],
            "payload": bytes(size + 8),
        }
    )


def open_native(data: bytes) -> _native.Model:
    return _native.Model.open_memory(np.frombuffer(data, np.uint8))


Case = tuple[str, str, Attributes, list[Shape], list[Shape]]  # a piece of the error's text, then what `file_of` takes

PICTURE = (B, 4, 6, 6)
WINDOW = {"kernel_h": 2, "kernel_w": 2}
LSTM = [(8, 3), (8, 2), (8,)]
GRU = [(6, 3), (6, 2), (6,), (6,)]
CELL = {"weight": 0, "recurrent": 1, "bias": 2}

REFUSED: list[Case] = [
    # Windows
    ("rank other than 3", "Conv1d", {}, [(B, 4)], [(1, 4, 1)]),
    ("wants 3", "Conv1d", {}, [(B, 4, 5)], [(1, 4)]),
    ("channels reads 4", "Conv1d", {}, [(B, 4, 5)], [(1, 3, 1)]),
    ("groups", "Conv1d", {"groups": 3}, [(B, 4, 5)], [(3, 1, 1)]),
    ("is 0", "Conv1d", {"stride": 0}, [(B, 4, 5)], [(1, 4, 1)]),
    ("is 0", "Conv1d", {"dilation": 0}, [(B, 4, 5)], [(1, 4, 1)]),
    ("above 65535", "Conv1d", {"pad_left": 65536}, [(B, 4, 5)], [(1, 4, 1)]),
    ("larger than its padded", "Conv1d", {"dilation": 3}, [(B, 4, 5)], [(1, 4, 3)]),
    ("has not the shape \\[2\\]", "Conv1d", {"bias": 1}, [(B, 4, 5)], [(2, 4, 1), (4,)]),
    ("4 channels reads 3", "ConvTranspose2d", {}, [(B, 3, 6, 6)], [(4, 2, 2, 2)]),
    ("groups", "ConvTranspose2d", {"groups": 3}, [PICTURE], [(4, 2, 2, 2)]),
    ("groups", "ConvTranspose2d", {"groups": 0}, [PICTURE], [(4, 2, 2, 2)]),
    ("has not the shape \\[4\\]", "ConvTranspose2d", {"groups": 2, "bias": 1}, [PICTURE], [(4, 2, 2, 2), (2,)]),
    ("leave nothing", "ConvTranspose2d", {"pad_top": 4, "pad_bottom": 3}, [PICTURE], [(4, 2, 2, 2)]),
    ("is 0", "ConvTranspose2d", {"stride_w": 0}, [PICTURE], [(4, 2, 2, 2)]),
    ("rank other than 4", "AveragePool2d", WINDOW, [(B, 4, 6)], []),
    ("is 0", "AveragePool2d", {"kernel_h": 2}, [PICTURE], []),
    ("half the kernel", "AveragePool2d", WINDOW | {"pad_left": 2}, [PICTURE], []),
    ("without rows", "AdaptiveAveragePool2d", {"out_h": 1}, [PICTURE], []),
    ("without rows", "AdaptiveMaxPool2d", {"out_w": 1}, [PICTURE], []),
    ("rank other than 4", "AdaptiveMaxPool2d", {"out_h": 1, "out_w": 1}, [(B, 4, 6)], []),
    # Functions of one element
    ("low is not at most high", "Clamp", {"low": 1.0, "high": 0.5}, [(B, 2)], []),
    ("low is not at most high", "Clamp", {"low": nan, "high": 0.5}, [(B, 2)], []),
    ("slope of a LeakyRelu", "LeakyRelu", {"slope": inf}, [(B, 2)], []),
    ("has not the shape", "Prelu", {}, [(B, 4)], [(3,)]),
    ("has not the shape", "Prelu", {}, [(B, 4, 3)], [(3,)]),
    ("has not the shape", "Prelu", {}, [(4,)], [(4,)]),
    ("no weight 0", "Prelu", {}, [(B, 4)], []),
    ("scale of a Affine", "Affine", {"scale": nan}, [(B, 2)], []),
    ("shift of a Affine", "Affine", {"shift": -inf}, [(B, 2)], []),
    ("exponent of a PowerScalar", "PowerScalar", {"exponent": inf}, [(B, 2)], []),
    # Functions of two
    ("do not broadcast", "Subtract", {}, [(B, 3), (B, 2)], []),
    ("do not broadcast", "Multiply", {}, [(B, 3), (B, 1, 3)], []),
    ("do not broadcast", "Divide", {}, [(B, 3), (2, 3)], []),
    ("do not broadcast", "Minimum", {}, [(B, 3), (1, 1, 3)], []),
    ("do not broadcast", "Maximum", {}, [(2, 3), (3, 3)], []),
    # Sums
    ("axis 0", "Softmax", {"axis": 0}, [(B, 2)], []),
    ("axis 1", "Softmax", {"axis": 1}, [(2,)], []),
    ("axis 0", "Reduce", {"axes": [0]}, [(B, 2)], []),
    ("axis 2", "Reduce", {"axes": [1, 2]}, [(B, 2)], []),
    ("not ascending", "Reduce", {"axes": [2, 1]}, [(B, 2, 3)], []),
    ("not ascending", "Reduce", {"axes": [1, 1]}, [(B, 2, 3)], []),
    ("1 to 8 dimensions", "Reduce", {"axes": [0]}, [(2,)], []),
    ("rank below 2", "MatMul", {}, [(3,), (3, 2)], []),
    ("a MatMul reads", "MatMul", {}, [(B, 2, 3), (B, 2, 3)], []),
    ("mixes samples", "MatMul", {}, [(B, 3), (3, 2)], []),
    ("do not broadcast", "MatMul", {}, [(B, 2, 3), (4, 3, 2)], []),
    ("do not broadcast", "MatMul", {}, [(B, 2, 3), (B, 2, 3, 2)], []),
    ("an Attention reads", "Attention", {}, [(B, 3), (B, 3), (B, 3)], []),
    ("an Attention reads", "Attention", {}, [(B, 2, 3), (B, 4, 2), (B, 4, 5)], []),
    ("an Attention reads", "Attention", {}, [(B, 2, 3), (B, 4, 3), (B, 3, 5)], []),
    ("an Attention reads", "Attention", {}, [(B, 2, 3), (4, 4, 3), (4, 4, 5)], []),
    ("do not broadcast", "Attention", {}, [(B, 2, 3), (B, 4, 3), (B, 4, 5), (3, 2, 4)], []),
    ("an Attention reads", "Attention", {}, [(2, 2, 3), (2, 4, 3), (2, 4, 5), (1, 2, 2, 4)], []),
    ("scale of a Attention", "Attention", {"scale": nan}, [(B, 2, 3)] * 3, []),
    # Normalisation
    ("over 2 axes", "LayerNorm", {"axes": 2}, [(B, 3)], []),
    ("over 0 axes", "LayerNorm", {"axes": 0}, [(B, 3)], []),
    ("has not the shape", "LayerNorm", {"weight": 0}, [(B, 2, 3)], [(2,)]),
    ("has not the shape", "LayerNorm", {"bias": 0, "axes": 2}, [(B, 2, 3)], [(6,)]),
    ("epsilon of a LayerNorm", "LayerNorm", {"epsilon": -1.0}, [(B, 3)], []),
    ("epsilon of a GroupNorm", "GroupNorm", {"epsilon": inf}, [(B, 3)], []),
    ("groups", "GroupNorm", {"groups": 2}, [(B, 3)], []),
    ("groups", "GroupNorm", {"groups": 0}, [(B, 3)], []),
    ("rank below 2", "GroupNorm", {}, [(3,)], []),
    ("has not the shape", "GroupNorm", {"weight": 0}, [(B, 3, 4)], [(4,)]),
    ("has not the shape", "ChannelAffine", {}, [(B, 3)], [(4,)]),
    ("no bias", "ChannelAffine", {"bias": 2**32 - 1}, [(B, 3)], [(3,)]),
    ("size of a LocalResponseNorm", "LocalResponseNorm", {"size": 0}, [(B, 3)], []),
    ("beta of a LocalResponseNorm", "LocalResponseNorm", {"size": 1, "beta": nan}, [(B, 3)], []),
    ("rank below 2", "LocalResponseNorm", {"size": 1}, [(3,)], []),
    # Shape
    ("no weight 1", "Constant", {"weight": 1}, [], [(1,)]),
    ("a Reshape to \\[B, 5\\]", "Reshape", {"shape": [5]}, [(B, 2, 3)], []),
    ("dimension of 0", "Reshape", {"shape": [0]}, [(B, 2, 3)], []),
    ("a Reshape to \\[3\\]", "Reshape", {"shape": [3]}, [(2, 3)], []),
    ("1 to 8 dimensions", "Reshape", {"shape": [1] * 8}, [(B, 1)], []),
    ("1 to 8 dimensions", "Reshape", {}, [(1, 1)], []),
    ("an Expand to", "Expand", {"shape": [3, 3]}, [(B, 2, 3)], []),
    ("an Expand to", "Expand", {"shape": [2, 2, 3]}, [(B, 2, 3)], []),
    ("dimension of 0", "Expand", {"shape": [0, 3]}, [(B, 1, 3)], []),
    ("2\\^31", "Expand", {"shape": [2**31 - 1, 2]}, [(B, 1, 1)], []),
    ("is none", "Transpose", {"permutation": [0, 1]}, [(B, 2, 3)], []),
    ("is none", "Transpose", {"permutation": [0, 1, 1]}, [(B, 2, 3)], []),
    ("moves the batch", "Transpose", {"permutation": [1, 0, 2]}, [(B, 2, 3)], []),
    ("axis 0", "Concat", {"axis": 0}, [(B, 2), (B, 2)], []),
    ("a Concat reads", "Concat", {"axis": 1}, [(B, 2, 3), (B, 2, 4)], []),
    ("a Concat reads", "Concat", {"axis": 1}, [(B, 2), (2, 2)], []),
    ("a Concat reads", "Concat", {"axis": 1}, [(2, 2), (2, 2, 1)], []),
    ("axis 2", "Concat", {"axis": 2}, [(B, 2)], []),
    ("axis 0", "Slice", {"axis": 0, "end": 1}, [(B, 2)], []),
    ("a Slice 0:3:1", "Slice", {"axis": 1, "end": 3}, [(B, 2)], []),
    ("a Slice 1:1:1", "Slice", {"axis": 1, "start": 1, "end": 1}, [(B, 2)], []),
    ("a Slice 0:2:0", "Slice", {"axis": 1, "end": 2, "step": 0}, [(B, 2)], []),
    ("one number an axis", "Pad", {"before": [0], "after": [0]}, [(B, 2)], []),
    ("one number an axis", "Pad", {"before": [0, 1], "after": [0]}, [(B, 2)], []),
    ("pads the batch", "Pad", {"before": [1, 0], "after": [0, 0]}, [(B, 2)], []),
    ("reflects more", "Pad", {"before": [0, 2], "after": [0, 0], "mode": 1}, [(B, 2)], []),
    ("reflects more", "Pad", {"before": [0, 0], "after": [0, 2], "mode": 1}, [(B, 2)], []),
    ("2\\^31", "Pad", {"before": [0, 2**32 - 1], "after": [0, 2**32 - 1]}, [(B, 2)], []),
    ("without rows", "Resize2d", {"out_h": 1}, [PICTURE], []),
    ("rank other than 4", "Resize2d", {"out_h": 1, "out_w": 1}, [(B, 2, 3)], []),
    ("scale_h of a Resize2d", "Resize2d", {"out_h": 1, "out_w": 1, "scale_h": -1.0}, [PICTURE], []),
    ("scale_w of a Resize2d", "Resize2d", {"out_h": 1, "out_w": 1, "scale_w": nan}, [PICTURE], []),
    # Sequences
    ("wants 2", "Embedding", {}, [(B, 3)], [(3,)]),
    ("1 to 8 dimensions", "Embedding", {}, [(B, *[1] * 7)], [(3, 2)]),
    ("rank other than 3", "Lstm", CELL, [(B, 3)], LSTM),
    ("does not fit", "Lstm", CELL, [(B, 5, 4)], LSTM),
    ("does not fit", "Lstm", CELL, [(B, 5, 3)], [(6, 3), (6, 2), (6,)]),
    ("recurrent weight", "Lstm", CELL, [(B, 5, 3)], [(8, 3), (8, 3), (8,)]),
    ("has not the shape", "Lstm", CELL, [(B, 5, 3)], [(8, 3), (8, 2), (2,)]),
    ("a state of a Lstm", "Lstm", CELL | {"has_state": 1}, [(B, 5, 3), (B, 2), (B, 3)], LSTM),
    ("a state of a Lstm", "Lstm", CELL | {"has_state": 1}, [(B, 5, 3), (1, 2), (1, 2)], LSTM),
    ("no weight 5 for a recurrent", "Lstm", CELL | {"recurrent": 5}, [(B, 5, 3)], LSTM),
    ("does not fit", "Gru", CELL, [(B, 5, 3)], [(8, 3), (8, 2), (8,)]),
    ("has not the shape", "Gru", CELL | {"recurrent_bias": 3}, [(B, 5, 3)], [*GRU[:3], (2,)]),
    ("a state of a Gru", "Gru", CELL | {"has_state": 1}, [(B, 5, 3), (B, 3)], GRU),
]


@pytest.mark.parametrize(("text", "kind", "attributes", "shapes", "weights"), REFUSED)
def test_a_broken_rule_is_refused(
    text: str, kind: str, attributes: Attributes, shapes: list[Shape], weights: list[Shape]
) -> None:
    data = file_of(kind, attributes, shapes, weights)
    with refused(text) as caught:
        read(data)
    assert "\n" not in str(caught.value)
    with pytest.raises(GraphError):
        open_native(data)


Use = tuple[Attributes, list[Shape], list[Shape]]

# The smallest uses of operators that read other numbers of values than one.
MANY: dict[str, Use] = {
    **dict.fromkeys(
        ("Add", "Subtract", "Multiply", "Divide", "Minimum", "Maximum", "Power"), ({}, [(B, 3), (B, 3)], [])
    ),
    "MatMul": ({}, [(B, 3, 3), (B, 3, 3)], []),
    "Attention": ({}, [(B, 3, 3)] * 3, []),
    "Constant": ({}, [], [(1,)]),
    "Lstm": (CELL, [(B, 5, 3)], LSTM),
    "Gru": (CELL, [(B, 5, 3)], GRU),
}


@pytest.mark.parametrize("kind", MANY)
def test_the_number_of_inputs_is_checked(kind: str) -> None:
    attributes, shapes, weights = MANY[kind]
    read(file_of(kind, attributes, shapes, weights))
    open_native(file_of(kind, attributes, shapes, weights))
    least, most = arity(kind, {"has_state": False})
    wrong = [[*shapes, *[(B, 3, 3)] * (most + 1 - len(shapes))]]
    wrong += [shapes[: least - 1]] if least else []
    for chosen in wrong:
        data = file_of(kind, attributes, chosen, weights)
        with refused(f"\\({kind}\\) has {len(chosen)} inputs instead of"):
            read(data)
        with pytest.raises(GraphError):
            open_native(data)


def test_a_concat_of_nothing_is_refused() -> None:
    with refused("has 0 inputs instead of 1 or more"):
        read(file_of("Concat", {"axis": 1}, [], []))
    with pytest.raises(GraphError):
        open_native(file_of("Concat", {"axis": 1}, [], []))


DENSE_ONLY: list[tuple[str, Attributes, list[Shape], list[Shape]]] = [
    ("Prelu", {}, [(B, 4)], [(4,)]),
    ("LayerNorm", {"weight": 0}, [(B, 4)], [(4,)]),
    ("LayerNorm", {"bias": 0}, [(B, 4)], [(4,)]),
    ("GroupNorm", {"weight": 0}, [(B, 4)], [(4,)]),
    ("GroupNorm", {"bias": 0}, [(B, 4)], [(4,)]),
    ("ChannelAffine", {"bias": 0}, [(B, 4)], [(4,)]),
    ("Constant", {}, [], [(4,)]),
    ("Lstm", CELL, [(B, 5, 3)], LSTM),
    ("Gru", CELL, [(B, 5, 3)], GRU),
    ("Gru", {"recurrent": 1, "recurrent_bias": 2}, [(B, 5, 3)], GRU),
    ("Conv1d", {"bias": 1}, [(B, 4, 5)], [(1, 4, 1), (1,)]),
    ("ConvTranspose2d", {"bias": 1}, [PICTURE], [(4, 2, 2, 2), (2,)]),
]


@pytest.mark.parametrize(("kind", "attributes", "shapes", "weights"), DENSE_ONLY)
def test_small_weights_are_dense(kind: str, attributes: Attributes, shapes: list[Shape], weights: list[Shape]) -> None:
    data = file_of(kind, attributes, shapes, weights)
    assert read(data).ops
    open_native(data)
    data = file_of(kind, attributes, shapes, weights, dense=False)
    with refused("is not a Dense weight"):
        read(data)
    with pytest.raises(GraphError):
        open_native(data)


def test_an_output_has_the_batch() -> None:
    model: dict[str, Any] = {
        "inputs": [{"name": "x", "shape": [B, 2]}],
        "weights": [{"shape": [1], "encoding": ("Dense", {"crc32c": crc32c(bytes(4))})}],
        "ops": [{"attributes": ("Constant", {}), "inputs": []}],
        "outputs": [{"name": "y", "value": 1}],
        "payload": bytes(16),
    }
    with refused("has not the batch"):
        read(build(model))
    with pytest.raises(GraphError):
        open_native(build(model))
    model["inputs"][0]["shape"] = [1, 2]
    assert read(build(model)).ops[0].shape == (1,)
    assert open_native(build(model)).outputs == [("y", (1,))]


def test_a_constant_says_that_it_reads_nothing() -> None:
    model: dict[str, Any] = {
        "inputs": [{"name": "x", "shape": [2]}],
        "weights": [{"shape": [1], "encoding": ("Dense", {"crc32c": crc32c(bytes(4))})}],
        "ops": [{"attributes": ("Constant", {})}],
        "outputs": [{"name": "y", "value": 1}],
        "payload": bytes(16),
    }
    with refused("1 inputs instead of 0"):
        read(build(model))
    with pytest.raises(GraphError):
        open_native(build(model))


ENUMERATED = [(kind, name) for kind, fields in OPERATORS.items() for name, scalar, _ in fields if scalar[0].isupper()]


USES: dict[str, Use] = {
    "Linear": ({}, [(B, 3)], [(2, 3)]),
    "Conv1d": ({}, [(B, 4, 5)], [(1, 4, 1)]),
    "Conv2d": ({}, [PICTURE], [(1, 4, 1, 1)]),
    "ConvTranspose2d": ({}, [PICTURE], [(4, 1, 1, 1)]),
    "ChannelAffine": ({}, [(B, 3)], [(3,)]),
    "Reduce": ({"axes": [1]}, [(B, 3, 2)], []),
    "Pad": ({"before": [0, 1], "after": [0, 0]}, [(B, 3)], []),
    "Resize2d": ({"out_h": 2, "out_w": 2}, [PICTURE], []),
    **MANY,
}


@pytest.mark.parametrize(("kind", "name"), ENUMERATED)
def test_unknown_values_of_enumerations_are_refused(kind: str, name: str) -> None:
    attributes, shapes, weights = USES[kind]
    assert read(file_of(kind, attributes, shapes, weights)).ops[-1].attributes[name] == 0
    data = file_of(kind, {**attributes, name: 9}, shapes, weights)
    with refused(f"the {name} 9 is unknown"):
        read(data)
    with pytest.raises(GraphError):
        open_native(data)
