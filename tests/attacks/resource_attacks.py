"""On memory and time: a small file that stands for a large network, or for much work.

What a file may ask for is in docs/security.md: 64 MiB, and 512 bytes for each of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attack import Attack, spoilt
from hand_assembly import Repeated, build
from hand_made_model import Model, encoding, pack, tiny

_LIMIT, _STRUCTURE, _SHAPE = "MACHINE_LIMIT", "FILE_STRUCTURE", "GRAPH_SHAPE"

#: So many chunks of 36 bytes make a megabyte.
_MEGABYTE = 2**20 // 36


def _empty_sparse(*shape: int) -> Model:
    """A sparse weight in which nothing is set."""
    return {"shape": shape, "encoding": ("SparseShared", {"gap_bits": 4, "centroids": [1.0], "chunks": []})}


def _codes_of_one_symbol(chunks: int, symbols: int = 65536) -> Model:
    """Codes that take no bits: 36 bytes of the file for 65,536 weights."""
    chunk: Model = {"gap_count": 0, "code_count": symbols, "offset": 0, "crc32c": 0}
    chunk |= {"gap_bytes": [0] * 4, "code_bytes": [0] * 4}
    starts = [{**chunk, "start": i * symbols} for i in range(chunks)]
    fields = {"code_lengths": pack(1), "centroids": [0.5], "chunks": starts}
    return {"shape": [chunks, symbols], "encoding": ("DenseShared", fields)}


def _gaps_of_one_symbol(chunks: int, symbols: int = 65536) -> Model:
    """Every weight set, by gaps of 0 and codes of 0 that take no bits."""
    weight = _codes_of_one_symbol(chunks, symbols)
    fields = weight["encoding"][1] | {"gap_bits": 2, "gap_lengths": pack(1)}
    for chunk in fields["chunks"]:
        chunk["gap_count"] = symbols
    return {"shape": weight["shape"], "encoding": ("SparseShared", fields)}


def _network(weights: Sequence[Model], ops: Any, *input_shape: int, output: int = 1) -> Model:
    """One input, weights, operators, one output."""
    return {
        "version": 1,
        "inputs": [{"name": "x", "shape": input_shape}],
        "weights": weights,
        "ops": ops,
        "outputs": [{"name": "y", "value": output}],
        "payload": bytes(8),
    }


def _linear(name: str, code: str, tries: str, weight: Model, inputs: int = 4) -> Attack:
    """A Linear with the weight."""
    op = {"attributes": ("Linear", {"weight": 0})}
    return Attack(name, code, tries, lambda: build(_network([weight], [op], -1, inputs)))


def _conv(name: str, code: str, tries: str, shape: Sequence[int], **attributes: int) -> Attack:
    """A Conv2d with a sparse weight in which nothing is set."""
    op = {"attributes": ("Conv2d", {"weight": 0, **attributes})}
    channels = shape[1] * attributes.get("groups", 1)
    network = _network([_empty_sparse(*shape)], [op], -1, channels, 8, 8)
    return Attack(name, code, tries, lambda: build(network))


def _repeated(name: str, code: str, tries: str, change: Any) -> Attack:
    def make() -> bytes:
        model = tiny()
        change(model)
        return build(model)

    return Attack(name, code, tries, make)


def _padded(model: Model, **fields: Any) -> None:
    """Fields that are read often, and half a megabyte of nothing: the bound on reading grows with the file."""
    model.update(fields, payload=model["payload"] + bytes(500_000))


def _expands(*shape: int) -> bytes:
    """One number, repeated."""
    op = {"attributes": ("Expand", {"shape": shape})}
    return build(_network([], [op], -1, *([1] * len(shape))))


def _many_values() -> bytes:
    """30,000 Relus, all read by one Concat at the end: every value lives until then."""
    count = 30_000
    ops: list[Model] = [{"attributes": ("Relu", {}), "inputs": [0]} for _ in range(count)]
    ops.append({"attributes": ("Concat", {"axis": 1}), "inputs": range(1, count + 1)})
    return build(_network([], ops, -1, 4, output=count + 1))


def _linears_of_one_weight(weight: Model, count: int) -> bytes:
    """So many Linears of the input by one weight, all the same table; as much padding as reading them takes."""
    op = {"attributes": ("Linear", {"weight": 0}), "inputs": [0]}
    columns = weight["shape"][1]
    return build({**_network([weight], Repeated(op, count), -1, columns), "payload": bytes(8 + 6 * count)})


def _long_prefixes(model: Model) -> None:
    """1,000 keys of 1,000 bytes that differ at the end: as much to compare as there can be."""
    model["metadata"]["entries"] = [{"key": "k" * 990 + f"{i:04d}", "value": ""} for i in range(1000)]


ATTACKS = [
    # --- Weights that are not there ---
    spoilt(
        "a_terabyte",
        _STRUCTURE,
        "Dense values of 2^40 bytes in a file of a few hundred.",
        lambda m: m["weights"][1].update(shape=[2**20, 2**18]),
    ),
    spoilt(
        "sixteen_gigabytes",
        _STRUCTURE,
        "The most values that a shape may have, which are not in the file.",
        lambda m: m["weights"][1].update(shape=[2**32 - 1]),
    ),
    _linear(
        "empty_rows",
        _LIMIT,
        "2^32 - 1 rows without a weight, of which each takes 4 bytes of memory.",
        _empty_sparse(2**32 - 1, 1),
        1,
    ),
    _linear(
        "empty_rows_of_half_a_gigabyte",
        _LIMIT,
        "2^27 rows: less than most memory limits, far more than the file.",
        _empty_sparse(2**27, 1),
        1,
    ),
    _linear("empty_rows_that_are_few", "OK", "2^20 rows: 4 MiB, which any file may have.", _empty_sparse(2**20, 1), 1),
    _linear("empty_columns", _SHAPE, "2^32 - 1 columns without a weight.", _empty_sparse(1, 2**32 - 1)),
    _linear(
        "codes_without_bits",
        _LIMIT,
        "A megabyte of chunks whose 1.9 G codes take no bits: a zip bomb.",
        _codes_of_one_symbol(_MEGABYTE),
        65536,
    ),
    _linear("gaps_without_bits", _LIMIT, "The same with gaps.", _gaps_of_one_symbol(_MEGABYTE), 65536),
    _linear(
        "codes_without_bits_that_are_few",
        "OK",
        "The same bomb, of 8 MiB, which any file may have.",
        _codes_of_one_symbol(128),
        65536,
    ),
    _linear("gaps_without_bits_that_are_few", "OK", "The same with gaps.", _gaps_of_one_symbol(64), 65536),
    _linear(
        "chunks_without_end",
        "FILE_INDEX",
        "A megabyte of chunks of one code for a weight of four.",
        {**_codes_of_one_symbol(_MEGABYTE, 1), "shape": [4, 1]},
        1,
    ),
    # --- What a kernel makes of them ---
    _conv(
        "conv_of_nothing",
        "OK",
        "A kernel of 3 x 3 between 16,384 and as many channels, all zeros: 10 GB, if it were laid out.",
        [16384, 16384, 3, 3],
        pad_top=1,
        pad_bottom=1,
        pad_left=1,
        pad_right=1,
    ),
    _conv(
        "conv_of_a_window_of_2_32",
        "OK",
        "A kernel of 65,535 x 65,535 zeros over a picture of 8 x 8.",
        [1, 1, 65535, 65535],
        pad_top=65535,
        pad_bottom=65535,
        pad_left=65535,
        pad_right=65535,
        stride_h=65535,
        stride_w=65535,
    ),
    _conv("conv_of_many_groups", "OK", "65,536 groups of a kernel of one zero.", [65536, 1, 1, 1], groups=65536),
    # --- One weight of many operators: each looks at it, and may make a layout of its own of it ---
    Attack(
        "linears_of_one_weight",
        _LIMIT,
        "20,000 operators by a weight of 25 MB.",
        lambda: _linears_of_one_weight({**_gaps_of_one_symbol(128), "shape": [256, 32768]}, 20_000),
    ),
    Attack(
        "linears_of_empty_rows",
        _LIMIT,
        "20,000 operators by 2^22 rows of nothing, of which each makes a few bytes.",
        lambda: _linears_of_one_weight(_empty_sparse(2**22, 1), 20_000),
    ),
    Attack(
        "linears_of_one_weight_that_are_few",
        "OK",
        "Three operators by a weight of 6 MB, as where steps of a network share one.",
        lambda: _linears_of_one_weight({**_gaps_of_one_symbol(32), "shape": [64, 32768]}, 3),
    ),
    # --- Values ---
    Attack("expand_to_2_31", _SHAPE, "One number, 2^31 times.", lambda: _expands(2**16, 2**15)),
    Attack(
        "expand_to_8_gigabytes",
        "OK",
        "One number, 2^31 - 1 times: a network that no context has room for.",
        lambda: _expands(2**31 - 1),
    ),
    Attack("values_that_all_live", "OK", "30,000 values that are all read at the very end.", _many_values),
    # --- One part, many references ---
    _repeated(
        "one_weight_many_times",
        _STRUCTURE,
        "250,000 weights that are one table.",
        lambda m: m.update(weights=Repeated(m["weights"][0], 250_000)),
    ),
    _repeated(
        "one_operator_many_times",
        "OK",
        "50,000 operators that are one table.",
        lambda m: _padded(m, ops=Repeated({"attributes": ("Relu", {})}, 50_000)),
    ),
    _repeated(
        "operators_of_a_megabyte",
        "OK",
        "As many operators as a megabyte may have.",
        lambda m: m.update(ops=Repeated({"attributes": ("Relu", {})}, 160_000), payload=m["payload"] + bytes(400_000)),
    ),
    _repeated(
        "one_operator_too_often",
        _STRUCTURE,
        "A million operators that are one table.",
        lambda m: m.update(ops=Repeated({"attributes": ("Relu", {})}, 1_000_000)),
    ),
    _repeated(
        "one_long_name_many_times",
        _STRUCTURE,
        "10,000 operators of one name of 100,000 bytes.",
        lambda m: m.update(ops=Repeated({"name": "n" * 100_000, "attributes": ("Relu", {})}, 10_000)),
    ),
    _repeated(
        "one_long_label_many_times",
        _STRUCTURE,
        "10,000 labels that are one text of 100,000 bytes.",
        lambda m: m["metadata"].update(labels=Repeated("l" * 100_000, 10_000)),
    ),
    _repeated(
        "one_long_key_many_times",
        _STRUCTURE,
        "10,000 entries of one key of 100,000 bytes.",
        lambda m: m["metadata"].update(entries=Repeated({"key": "k" * 100_000, "value": ""}, 10_000)),
    ),
    _repeated(
        "one_input_many_times",
        "GRAPH_REFERENCE",
        "100,000 inputs that are one table, and so of one name.",
        lambda m: _padded(m, inputs=Repeated(m["inputs"][0], 100_000)),
    ),
    _repeated(
        "one_output_many_times",
        "GRAPH_REFERENCE",
        "100,000 outputs that are one table.",
        lambda m: _padded(m, outputs=Repeated(m["outputs"][0], 100_000)),
    ),
    # --- Long ---
    spoilt(
        "keys_of_a_long_prefix",
        "OK",
        "1,000 keys of 1,000 bytes that differ in the last: slow to compare.",
        _long_prefixes,
    ),
    spoilt(
        "labels_of_a_megabyte",
        "OK",
        "100,000 labels of 10 bytes.",
        lambda m: m["metadata"].update(labels=[f"label{i:05d}" for i in range(100_000)]),
    ),
    spoilt(
        "inputs_by_the_thousand",
        "OK",
        "10,000 inputs that nothing reads.",
        lambda m: (
            m["inputs"].extend({"name": f"x{i}", "shape": [-1, 1]} for i in range(10_000)),
            m["ops"][0].update(inputs=[0]),
            m["ops"][2].update(inputs=[10_002]),
            m["outputs"][0].update(value=10_003),
        ),
    ),
    spoilt(
        "concat_of_200_000",
        "OK",
        "One value joined 200,000 times.",
        lambda m: (
            m["ops"].append({"attributes": ("Concat", {"axis": 1}), "inputs": [0] * 200_000}),
            m["outputs"][0].update(value=4),
        ),
    ),
    spoilt(
        "centroids_by_the_million",
        _STRUCTURE,
        "A codebook of a megabyte.",
        lambda m: encoding(m, 0).update(centroids=[0.5] * 2**18),
    ),
]
