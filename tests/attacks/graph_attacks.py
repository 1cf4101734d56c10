"""On the graph: ids, names, shapes, attributes, metadata."""

from __future__ import annotations

import struct
from typing import Any

from attack import Attack, saying, spoilt
from hand_made_model import Model
from plain_weights import crc32c

_ATTRIBUTE, _SHAPE, _REFERENCE, _OPERATOR = "GRAPH_ATTRIBUTE", "GRAPH_SHAPE", "GRAPH_REFERENCE", "GRAPH_OPERATOR"

_BIG, _HALF = 2**32 - 1, 2**31

#: Shapes of the dense weights that an operator of `one_operator` may name.
_WEIGHTS = [[4, 2, 3, 3], [4], [2], [6, 8], [16, 8], [16, 4], [16], [2, 4, 3, 3]]
_KERNEL, _FOUR, _TWO, _MATRIX, _GATES, _RECURRENT, _SIXTEEN, _TRANSPOSED = range(8)


def one_operator(kind: str, attributes: dict[str, Any], *shapes: list[int], read: list[int] | None = None) -> Model:
    """A network of one operator on inputs of the shapes, with some dense weights of small numbers."""
    payload = bytearray()
    weights: list[Model] = []
    for shape in _WEIGHTS:
        payload += bytes(-len(payload) % 16)
        count = 1
        for axis in shape:
            count *= axis
        values = struct.pack(f"<{count}f", *(0.25 * (i % 5) for i in range(count)))
        fields = {"element_type": 0, "offset": len(payload), "crc32c": crc32c(values)}
        weights.append({"shape": shape, "encoding": ("Dense", fields)})
        payload += values
    return {
        "version": 1,
        "inputs": [{"name": f"x{i}", "shape": shape} for i, shape in enumerate(shapes)],
        "weights": weights,
        "ops": [{"name": "it", "attributes": (kind, attributes), "inputs": read or list(range(len(shapes)))}],
        "outputs": [{"name": "y", "value": len(shapes)}],
        "payload": bytes(payload) + bytes(8),
    }


_PICTURE = [-1, 2, 8, 8]


def _on(shape: list[int], name: str, code: str, tries: str, kind: str, /, **attributes: Any) -> Attack:
    return saying(name, code, tries, lambda: one_operator(kind, attributes, shape))


def _picture(name: str, code: str, tries: str, kind: str, /, **attributes: Any) -> Attack:
    return _on(_PICTURE, name, code, tries, kind, **attributes)


def _conv(name: str, code: str, tries: str, **attributes: Any) -> Attack:
    return _picture(f"conv_{name}", code, tries, "Conv2d", **{"weight": _KERNEL, "bias": _FOUR, **attributes})


def _pool(name: str, code: str, tries: str, kind: str = "MaxPool2d", **attributes: Any) -> Attack:
    return _picture(f"pool_{name}", code, tries, kind, **{"kernel_h": 2, "kernel_w": 2, **attributes})


def _two(name: str, code: str, tries: str, kind: str, /, *shapes: list[int], **attributes: Any) -> Attack:
    return saying(name, code, tries, lambda: one_operator(kind, attributes, *shapes))


def _input(name: str, code: str, tries: str, *shape: int) -> Attack:
    return spoilt(f"input_{name}", code, tries, lambda m: m["inputs"][0].update(shape=shape))


def _reads(name: str, tries: str, *values: int) -> Attack:
    return spoilt(f"reads_{name}", _REFERENCE, tries, lambda m: m["ops"][2].update(inputs=values))


def _doubled(model: Model) -> None:
    """Every operator joins the value before to itself."""
    model["ops"] = [{"attributes": ("Concat", {"axis": 1}), "inputs": [i, i]} for i in range(64)]
    model["outputs"] = [{"name": "y", "value": 64}]


ATTACKS = [
    # --- Values ---
    _reads("itself", "An operator that reads what it makes: a cycle of one.", 3),
    _reads("the_future", "An operator that reads a value that a later one would make.", 4),
    _reads("2_32", "An operator that reads the value of the last number there is.", _BIG),
    _reads("nothing", "A Softmax of nothing."),
    _reads("too_many", "A Softmax of two values.", 1, 2),
    spoilt(
        "cycle_of_two",
        _REFERENCE,
        "Two operators that read each other's values.",
        lambda m: (m["ops"][0].update(inputs=[2]), m["ops"][1].update(inputs=[1])),
    ),
    spoilt(
        "output_of_no_value",
        _REFERENCE,
        "An output that is a value which nothing makes.",
        lambda m: m["outputs"][0].update(value=4),
    ),
    spoilt(
        "output_at_2_32",
        _REFERENCE,
        "An output that is the value of the last number there is.",
        lambda m: m["outputs"][0].update(value=_BIG),
    ),
    spoilt(
        "weight_out_of_range",
        _REFERENCE,
        "An operator names a weight that there is not.",
        lambda m: m["ops"][0].update(attributes=("Linear", {"weight": 3})),
    ),
    spoilt(
        "weight_is_none",
        _REFERENCE,
        "An operator whose weight is the number that means none.",
        lambda m: m["ops"][0].update(attributes=("Linear", {"weight": _BIG})),
    ),
    spoilt(
        "bias_out_of_range",
        _REFERENCE,
        "A bias that there is not.",
        lambda m: m["ops"][0].update(attributes=("Linear", {"weight": 0, "bias": _BIG - 1})),
    ),
    spoilt(
        "bias_is_sparse",
        _REFERENCE,
        "A bias whose values are codes: a read of an array that is not there.",
        lambda m: m["ops"][0].update(attributes=("Linear", {"weight": 0, "bias": 0})),
    ),
    spoilt(
        "bias_too_short",
        _SHAPE,
        "A bias of 3 for 2 rows.",
        lambda m: m["ops"][1].update(attributes=("Linear", {"weight": 2, "bias": 1})),
    ),
    # --- Operators ---
    spoilt(
        "operator_of_the_future",
        _OPERATOR,
        "An operator that there is not.",
        lambda m: m["ops"][2].update(attributes_type=200),
    ),
    spoilt(
        "operator_under_another_name",
        "FILE_STRUCTURE",
        "A Softmax's table read as a Reshape: its axis as a vector.",
        lambda m: m["ops"][2].update(attributes_type=42),
    ),
    spoilt(
        "activation_of_the_future",
        _OPERATOR,
        "An activation that there is not.",
        lambda m: m["ops"][0].update(attributes=("Linear", {"weight": 0, "activation": 255})),
    ),
    spoilt("no_inputs", _REFERENCE, "A network of no inputs.", lambda m: m.update(inputs=[])),
    spoilt("no_operators", _REFERENCE, "A network of no operators.", lambda m: m.update(ops=[])),
    spoilt("no_outputs", _REFERENCE, "A network of no outputs.", lambda m: m.update(outputs=[])),
    # --- Names and metadata ---
    spoilt(
        "inputs_of_one_name",
        _REFERENCE,
        "Two inputs of one name.",
        lambda m: m.update(inputs=[m["inputs"][0], dict(m["inputs"][0])]),
    ),
    spoilt(
        "outputs_of_one_name",
        _REFERENCE,
        "Two outputs of one name.",
        lambda m: m.update(outputs=[m["outputs"][0], {"name": "p", "value": 1}]),
    ),
    spoilt(
        "entries_of_one_key",
        _REFERENCE,
        "Two entries of one key: two readers would take two values.",
        lambda m: m["metadata"].update(entries=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]),
    ),
    spoilt(
        "entry_without_a_value",
        "FILE_STRUCTURE",
        "An entry of the metadata without what is required.",
        lambda m: m["metadata"].update(entries=[{"key": "a"}]),
    ),
    spoilt(
        "name_of_a_format",
        "OK",
        "A name that printf() would take for a format.",
        lambda m: m["ops"][0].update(name="%s%n%999999d"),
    ),
    spoilt(
        "name_of_100_000_bytes",
        "OK",
        "A name that is longer than any text about it.",
        lambda m: m["ops"][0].update(name="n" * 100_000),
    ),
    spoilt(
        "name_in_a_refusal",
        _SHAPE,
        "A name of formats and of 100,000 bytes in an error's text.",
        lambda m: (
            m["ops"][1].update(name="%s%n" * 25_000),
            m["ops"][1].update(attributes=("Linear", {"weight": 2, "bias": 1})),
        ),
    ),
    # --- Inputs ---
    _input("of_rank_0", _SHAPE, "An input without dimensions."),
    _input("of_rank_9", _SHAPE, "A dimension more than any array for them has room for.", *([1] * 9)),
    _input("of_rank_100_000", _SHAPE, "Dimensions without end.", *([1] * 100_000)),
    _input("with_a_zero", _SHAPE, "An input of no elements.", -1, 0),
    _input("with_a_batch_in_the_middle", _SHAPE, "A batch that is not the first axis.", 4, -1),
    _input("of_minus_2", _SHAPE, "A negative size that is not the batch.", -2, 4),
    _input("of_minus_2_31", _SHAPE, "The most negative size, which has no positive.", -(2**31), 4),
    _input("of_2_31", _SHAPE, "A sample of 2^31 elements.", -1, 65536, 32768),
    _input("of_2_64", _SHAPE, "2^64 elements: 0 in 64 bits.", -1, 2**16, 2**16, 2**16, 2**16),
    _input(
        "that_wraps_to_the_right_number",
        _SHAPE,
        "2^64 + 4 elements: in 64 bits 4, as many as the network takes.",
        -1,
        4,
        5 * 5581,
        49477,
        8681,
        384773,
    ),
    # --- Windows ---
    _conv("stride_0", _ATTRIBUTE, "A division by a stride of 0.", stride_w=0),
    _conv("stride_2_32", _ATTRIBUTE, "A stride of 2^32 - 1.", stride_h=_BIG),
    _conv("pad_2_31", _ATTRIBUTE, "A padding of 2^31: negative, if it is signed.", pad_top=_HALF),
    _conv("pad_2_32", _ATTRIBUTE, "Two paddings whose sum wraps.", pad_left=_BIG, pad_right=2),
    _conv(
        "pad_65535",
        _SHAPE,
        "The largest paddings: a result of 2^34 elements from 128.",
        pad_top=65535,
        pad_bottom=65535,
        pad_left=65535,
        pad_right=65535,
    ),
    _conv("dilation_0", _ATTRIBUTE, "A dilation of 0: a window of one element with three taps.", dilation_h=0),
    _conv("dilation_2_31", _ATTRIBUTE, "A dilation that makes the window's extent wrap.", dilation_w=_HALF),
    _conv("dilation_too_wide", _SHAPE, "A window that is wider than the picture.", dilation_w=65535),
    _conv("groups_0", _ATTRIBUTE, "A division by 0 groups.", groups=0),
    _conv("groups_3", _SHAPE, "3 groups of 2 channels.", groups=3),
    _conv("groups_2_32", _SHAPE, "2^32 - 1 groups.", groups=_BIG),
    _conv("of_a_matrix", _SHAPE, "A kernel of two dimensions.", weight=_MATRIX),
    _conv("of_other_channels", _SHAPE, "2 groups of a kernel for one.", groups=2),
    _pool("kernel_0", _ATTRIBUTE, "A window of nothing.", kernel_h=0),
    _pool("kernel_2_32", _ATTRIBUTE, "A window of 2^32 - 1.", kernel_w=_BIG),
    _pool("stride_0", _ATTRIBUTE, "A division by a stride of 0.", stride_h=0),
    _pool(
        "pad_beyond_half", _ATTRIBUTE, "Windows that lie in the padding alone: the largest of no elements.", pad_left=2
    ),
    _pool("average_pad_2_31", _ATTRIBUTE, "A padding of 2^31.", "AveragePool2d", pad_bottom=_HALF),
    _picture("adaptive_pool_to_0", _ATTRIBUTE, "A picture of no rows.", "AdaptiveAveragePool2d", out_h=0, out_w=1),
    _picture("adaptive_pool_to_2_31", _SHAPE, "A picture of 2^31 rows.", "AdaptiveMaxPool2d", out_h=_HALF, out_w=1),
    _picture(
        "conv_transpose_too_large",
        _SHAPE,
        "A result of more than 2^31 elements from 128.",
        "ConvTranspose2d",
        weight=_TRANSPOSED,
        stride_h=65535,
        stride_w=65535,
    ),
    _picture(
        "conv_transpose_cut_to_nothing",
        _SHAPE,
        "Paddings that leave nothing.",
        "ConvTranspose2d",
        weight=_TRANSPOSED,
        pad_top=65535,
        groups=1,
    ),
    # --- Axes and shapes ---
    spoilt(
        "softmax_over_the_batch",
        _ATTRIBUTE,
        "A sum over other people's samples.",
        lambda m: m["ops"][2].update(attributes=("Softmax", {"axis": 0})),
    ),
    spoilt(
        "softmax_axis_2_32",
        _ATTRIBUTE,
        "An axis far behind the last.",
        lambda m: m["ops"][2].update(attributes=("Softmax", {"axis": _BIG})),
    ),
    _picture("flatten_backwards", _ATTRIBUTE, "From the last axis to the first.", "Flatten", first_axis=3, last_axis=1),
    _picture(
        "flatten_axis_2_32", _ATTRIBUTE, "Up to an axis that there is not.", "Flatten", first_axis=1, last_axis=_BIG
    ),
    _picture(
        "flatten_the_batch", _ATTRIBUTE, "The batch and the channels become one.", "Flatten", first_axis=0, last_axis=1
    ),
    _picture("reduce_axes_twice", _ATTRIBUTE, "One axis twice.", "Reduce", axes=[1, 1]),
    _picture(
        "reduce_axes_of_100_000", _ATTRIBUTE, "More axes than a table has room for.", "Reduce", axes=[1] * 100_000
    ),
    _picture("reduce_axis_2_32", _ATTRIBUTE, "An axis far behind the last.", "Reduce", axes=[_BIG]),
    _picture("reduce_the_batch", _ATTRIBUTE, "A sum over other people's samples.", "Reduce", axes=[0]),
    _picture("reduction_of_the_future", _OPERATOR, "A reduction that there is not.", "Reduce", axes=[1], reduction=9),
    _picture(
        "reshape_wraps_to_the_right_number",
        _SHAPE,
        "2^64 + 128 elements: in 64 bits 128, as many as there are.",
        "Reshape",
        shape=[128 * 9 * 19 * 571, 174763, 160465489],
    ),
    _picture("reshape_to_nothing", _SHAPE, "A size of 0.", "Reshape", shape=[0, 128]),
    _picture(
        "reshape_to_other_elements", _SHAPE, "129 elements from 128: one of somebody else's.", "Reshape", shape=[129]
    ),
    _picture("reshape_of_rank_9", _ATTRIBUTE, "A dimension more than there is room for.", "Reshape", shape=[1] * 9),
    _picture(
        "reshape_of_rank_8_and_a_batch",
        _SHAPE,
        "Eight dimensions and the batch's.",
        "Reshape",
        shape=[128, 1, 1, 1, 1, 1, 1, 1],
    ),
    _picture(
        "transpose_twice_the_same", _ATTRIBUTE, "A permutation that is none.", "Transpose", permutation=[0, 1, 1, 3]
    ),
    _picture(
        "transpose_axis_2_32", _ATTRIBUTE, "An axis far behind the last.", "Transpose", permutation=[0, 1, 2, _BIG]
    ),
    _picture("transpose_too_short", _ATTRIBUTE, "A permutation of two axes of four.", "Transpose", permutation=[0, 1]),
    _picture("slice_step_0", _ATTRIBUTE, "A step of 0: elements without end.", "Slice", axis=1, start=0, end=2, step=0),
    _picture("slice_backwards", _ATTRIBUTE, "An end before the start.", "Slice", axis=2, start=5, end=2),
    _picture("slice_past_the_end", _ATTRIBUTE, "Elements behind the last.", "Slice", axis=2, start=0, end=9),
    _picture("slice_to_2_32", _ATTRIBUTE, "Elements up to 2^32 - 1.", "Slice", axis=3, start=7, end=_BIG),
    _picture(
        "expand_what_is_not_1", _SHAPE, "An axis of 8 made 16: elements behind the last.", "Expand", shape=[2, 16, 8]
    ),
    _picture("pad_too_few_axes", _ATTRIBUTE, "Paddings of two axes of four.", "Pad", before=[0, 0], after=[0, 0]),
    _picture("pad_2_32", _SHAPE, "A padding of 2^32 - 1.", "Pad", before=[0, 0, 0, _BIG], after=[0, 0, 0, _BIG]),
    _picture(
        "pad_reflects_too_far",
        _ATTRIBUTE,
        "A mirror of elements that there are not.",
        "Pad",
        before=[0, 0, 8, 0],
        after=[0, 0, 0, 0],
        mode=1,
    ),
    _picture("pad_the_batch", _ATTRIBUTE, "Samples made of padding.", "Pad", before=[1, 0, 0, 0], after=[0, 0, 0, 0]),
    _picture("resize_to_0", _ATTRIBUTE, "A picture of no rows.", "Resize2d", out_h=0, out_w=8),
    _picture("resize_to_2_31", _SHAPE, "A picture of 2^31 rows.", "Resize2d", out_h=_HALF, out_w=8),
    _picture(
        "resize_by_nan",
        _ATTRIBUTE,
        "A step that is not a number: an index of it.",
        "Resize2d",
        out_h=8,
        out_w=8,
        scale_h=float("nan"),
    ),
    _picture(
        "resize_by_minus_1",
        _ATTRIBUTE,
        "A negative step: elements before the first.",
        "Resize2d",
        out_h=8,
        out_w=8,
        scale_w=-1.0,
    ),
    _picture(
        "resize_by_a_huge_step",
        "OK",
        "A step of 1e30: an index of it, if it were taken as it is.",
        "Resize2d",
        out_h=8,
        out_w=8,
        scale_h=1e30,
        scale_w=1e30,
    ),
    _picture("clamp_upside_down", _ATTRIBUTE, "A lowest above the highest.", "Clamp", low=1.0, high=-1.0),
    _picture("group_norm_of_0", _ATTRIBUTE, "A division by 0 groups.", "GroupNorm", groups=0, epsilon=1e-5),
    _picture("layer_norm_of_2_32_axes", _ATTRIBUTE, "More axes than there are.", "LayerNorm", axes=_BIG, epsilon=1e-5),
    _picture("layer_norm_epsilon_negative", _ATTRIBUTE, "The root of a negative number.", "LayerNorm", epsilon=-1.0),
    _picture("response_norm_of_0", _ATTRIBUTE, "A division by a size of 0.", "LocalResponseNorm", size=0),
    _picture("prelu_of_3_slopes", _SHAPE, "4 slopes for 2 channels.", "Prelu", weight=_FOUR),
    _two("matmul_of_other_sizes", _SHAPE, "8 columns by 7 rows.", "MatMul", [-1, 8, 8], [-1, 7, 8]),
    _two(
        "concat_of_other_sizes",
        _SHAPE,
        "Pictures of two widths side by side.",
        "Concat",
        [-1, 2, 8],
        [-1, 2, 9],
        axis=1,
    ),
    _two("concat_axis_2_32", _ATTRIBUTE, "An axis far behind the last.", "Concat", [-1, 2], [-1, 2], axis=_BIG),
    _two("add_of_two_batches", _SHAPE, "A batch against three samples.", "Add", [-1, 4], [3, 4]),
    _two(
        "attention_of_other_keys",
        _SHAPE,
        "Keys of 8 features, queries of 4.",
        "Attention",
        [-1, 3, 4],
        [-1, 3, 8],
        [-1, 3, 8],
        scale=1.0,
    ),
    spoilt("concat_doubles_for_ever", _SHAPE, "A value joined to itself 64 times: 2^66 elements.", _doubled),
    # --- Sequences ---
    _on(
        [-1, 5, 8],
        "lstm_of_other_gates",
        _SHAPE,
        "A recurrent weight for other gates.",
        "Lstm",
        weight=_GATES,
        recurrent=_GATES,
    ),
    _on(
        [-1, 5, 8],
        "lstm_without_its_state",
        _REFERENCE,
        "A state that nothing gives.",
        "Lstm",
        weight=_GATES,
        recurrent=_RECURRENT,
        bias=_SIXTEEN,
        has_state=1,
    ),
    _on(
        [-1, 5, 8],
        "lstm_itself",
        "OK",
        "Nothing: that the two before are refused for their reasons.",
        "Lstm",
        weight=_GATES,
        recurrent=_RECURRENT,
        bias=_SIXTEEN,
    ),
    _on(
        [-1, 3], "embedding_of_anything", "OK", "Rows -1, 1e30 and NaN of 6, when it runs.", "Embedding", weight=_MATRIX
    ),
    _on([-1, 3], "embedding_of_a_kernel", _SHAPE, "Rows of a weight of four dimensions.", "Embedding", weight=_KERNEL),
]
