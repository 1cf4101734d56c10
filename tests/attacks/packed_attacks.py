"""On the packed form of the model (docs/format.md, section 9): its numbers, counts and types, and what lies about it.

What the other attacks say of weights and graphs is said a second time in the packed form: both must be refused alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import container_attacks
import graph_attacks
import weight_attacks
from attack import Attack, place, put, sealed, set_payload, target
from hand_assembly import build
from hand_made_model import Model, chunk, encoding, pack, tiny
from hand_packing import HandPacking, Step, number, packed_file, signed
from plain_weights import crc32c

_STRUCTURE, _VERSION, _OPERATOR = "FILE_STRUCTURE", "FILE_VERSION", "GRAPH_OPERATOR"

#: More than there are bytes, in numbers of 4 bytes that wrap to 0 and to 4, in chunks that wrap to 32, and the most.
_COUNTS = (2**30, 2**30 + 1, 119_304_648, 2**32 - 1)


def _file(model: Model) -> bytes:
    return packed_file(HandPacking(model).form(), model.get("payload"))


def _twins() -> list[Attack]:
    """Of the attacks that say something of a model, all but those on what is not packed, or cannot be."""
    other_codes = {"operator_under_another_name": _VERSION}
    left_out = {"version_0", "version_of_the_future", "union_type_without_a_table"}

    def twin(attack: Attack) -> Attack:
        def make() -> bytes:
            assert attack.model is not None
            return _file(attack.model())

        return Attack(f"packed_{attack.name}", other_codes.get(attack.name, attack.code), attack.tries, make)

    attacks = [*container_attacks.ATTACKS, *weight_attacks.ATTACKS, *graph_attacks.ATTACKS]
    return [twin(attack) for attack in attacks if attack.model is not None and attack.name not in left_out]


def _form(name: str, code: str, tries: str, change: Callable[[HandPacking], bytes | None]) -> Attack:
    """The small model's form with a part changed; what `change` returns, if anything, is the form."""

    def make() -> bytes:
        model = tiny()
        packing = HandPacking(model)
        form = change(packing)
        return packed_file(packing.form() if form is None else form, model["payload"])

    return Attack(f"packed_{name}", code, tries, make)


def _part(name: str, code: str, tries: str, data: bytes, *path: Step) -> Attack:
    """One part of the small model's form is replaced."""
    return _form(name, code, tries, lambda packing: packing.replace(data, *path))


def _cut(name: str, tries: str, *path: Step) -> Attack:
    """The form ends before a part."""
    return _form(f"cut_before_{name}", _STRUCTURE, tries, lambda packing: packing.until(*path))


def _bytes(name: str, code: str, tries: str, *form: int) -> Attack:
    """A form written byte by byte."""
    return Attack(f"packed_{name}", code, tries, lambda: packed_file(bytes(form), tiny()["payload"]))


def _spoilt(name: str, code: str, tries: str, change: Callable[[Model], object]) -> Attack:
    """The small model with one thing changed before it is packed."""

    def make() -> bytes:
        model = tiny()
        change(model)
        return _file(model)

    return Attack(f"packed_{name}", code, tries, make)


def _beside(field: str) -> Attack:
    """The packed model, and a part of another beside it: two readers could take either."""

    def make() -> bytes:
        model = tiny()
        return packed_file(HandPacking(model).form(), model["payload"], **{field: model[field]})

    return Attack(f"packed_{field}_beside", _STRUCTURE, f"The packed model, and {field} of another beside it.", make)


def _counts(name: str, *path: Step, of: str) -> list[Attack]:
    return [
        _part(
            f"{name}_of_{count}", _STRUCTURE, f"{count} {of}, in a form of a few hundred bytes.", number(count), *path
        )
        for count in _COUNTS
    ]


def _packed_in_packed(depth: int) -> bytes:
    """A form whose only field is `packed`, in which there is a form, and so on."""
    form = HandPacking(tiny()).form()
    for _ in range(depth):
        form = number(1 << 7) + number(len(form)) + form
    return packed_file(form, tiny()["payload"])


def _is_the_payload() -> bytes:
    """The reference to the packed model leads to the payload: its streams say what its numbers are."""
    form = HandPacking(tiny()).form()
    data = bytearray(packed_file(form, form))
    at = place(data, "packed")
    put(data, at, (target(data, "payload") - at) % 2**32)
    return bytes(data)


def _payload_alone() -> bytes:
    """Version 2 with nothing packed, though all else is there."""
    return build({**tiny(), "version": 2})


def _paired(gap_bits: int, gap_lengths: bytes | None = None) -> Callable[[Model], None]:
    """The sparse weight says that its gaps are coded otherwise."""

    def change(model: Model) -> None:
        encoding(model, 0)["gap_bits"] = gap_bits
        if gap_lengths is not None:
            encoding(model, 0)["gap_lengths"] = gap_lengths

    return change


def _half_a_pair(second: int) -> Callable[[Model], object]:
    """Five gap symbols in three pairs, of which the last has half; its other half is `second` and should be 0.

    The gaps 0 1 / 3 2 / 0 with k = 2 are the symbols 4, 11 and 4 * second.
    """
    symbols = [4, 11, 4 * second]
    lengths = [0] * 16
    for symbol, length in zip(sorted(set(symbols)), (1, 2, 2), strict=True):
        lengths[symbol] = length
    nibbles: list[int] = []
    for length in lengths:
        nibbles += [length] if length else [0, 0]
    words = dict(zip(sorted(symbols, key=lambda s: (lengths[s], s)), ("0", "10", "11"), strict=True))
    streams = bytes(int(words[symbol][::-1], 2) for symbol in symbols)

    def change(model: Model) -> None:
        set_payload(model, 0, *streams)
        chunk(model, 0).update(gap_bytes=[1, 1, 1, 0])
        _paired(18, pack(*nibbles))(model)

    return sealed(change)


def _values_anywhere(model: Model) -> None:
    """The bias two bytes behind the streams, where no value of version 1 may stand."""
    values = model["payload"][16:22]
    model["payload"] = model["payload"][:10] + b"\0" + values + bytes(8)
    encoding(model, 1).update(offset=11, crc32c=crc32c(values))


def _noise(seed: int) -> Attack:
    return Attack(
        f"packed_noise_{seed}",
        {1: _VERSION, 2: _STRUCTURE, 3: _VERSION}[seed],
        "A form of a kilobyte of noise.",
        lambda: packed_file(random.Random(seed).randbytes(1024), bytes(8)),
    )


_CHUNK = ("weights", 0, "encoding", "chunks", 0)
_SHARED = ("weights", 2, "encoding")

ATTACKS = [
    *_twins(),
    # --- The file about it ---
    Attack("packed_model_absent", _STRUCTURE, "Version 2, and nothing that is packed.", _payload_alone),
    Attack(
        "packed_model_that_nobody_reads",
        "OK",
        "Bytes that are no packed model, in a file of version 1.",
        lambda: build({**tiny(), "packed": b"\xff" * 100}),
    ),
    Attack(
        "packed_model_of_both_versions",
        "OK",
        "Version 1, with another whole model packed beside it: the one that counts is the plain one.",
        lambda: build({**tiny(), "packed": HandPacking(tiny()).form()}),
    ),
    *(_beside(field) for field in ("inputs", "weights", "ops", "outputs", "metadata")),
    Attack(
        "packed_model_is_the_payload",
        "FILE_CHECKSUM",
        "One vector is both: sections lie in the numbers that say where they lie.",
        _is_the_payload,
    ),
    Attack("packed_model_packed_again", _STRUCTURE, "A packed model in a packed model.", lambda: _packed_in_packed(1)),
    Attack(
        "packed_model_packed_1000_times",
        _STRUCTURE,
        "1,000 packed models, each in the next: a stack that overflows.",
        lambda: _packed_in_packed(1000),
    ),
    _bytes("version_inside", _STRUCTURE, "A version of its own.", 1, 1),
    _bytes("payload_inside", _STRUCTURE, "A payload of its own.", 1 << 5, 0),
    # --- Where it ends ---
    _bytes("form_of_no_bytes", _STRUCTURE, "A form of no bytes."),
    _bytes("form_of_nothing", _STRUCTURE, "A model of no fields: required ones are absent.", 0),
    _form("byte_behind_the_end", _STRUCTURE, "A byte behind the form.", lambda packing: packing.form() + b"\0"),
    _form("form_twice", _STRUCTURE, "The form, and once more.", lambda packing: packing.form() * 2),
    _form("last_byte_lost", _STRUCTURE, "The form without its last byte.", lambda packing: packing.form()[:-1]),
    _cut("a_name", "Ends where a text's bytes should be.", "inputs", 0, "name", "bytes"),
    _cut("a_type", "Ends where a union's type should be.", "ops", 0, "attributes", "type"),
    _cut("a_chunk", "Ends where a chunk should be.", *_CHUNK),
    _cut("a_checksum", "Ends where 4 bytes should be.", *_CHUNK, "crc32c"),
    _cut("a_size", "Ends inside a chunk's eight sizes.", *_CHUNK, "code_bytes", 3),
    _cut("a_codebook", "Ends where floats should be.", "weights", 0, "encoding", "centroids", "elements"),
    _cut("the_outputs", "Ends between two fields of the model.", "outputs"),
    # --- Numbers ---
    _part("number_of_6_bytes", _STRUCTURE, "A number that goes on for 6 bytes.", b"\x80" * 5 + b"\1", *_CHUNK, "start"),
    _part("number_of_the_whole_form", _STRUCTURE, "A number that goes on for ever.", b"\xff" * 1000, *_CHUNK, "start"),
    _part("number_of_2_32", _STRUCTURE, "2^32 in 5 bytes: 0 in 32 bits.", b"\x80\x80\x80\x80\x10", *_CHUNK, "offset"),
    _part("number_of_2_35", _STRUCTURE, "35 bits, all set.", b"\xff\xff\xff\xff\x7f", *_CHUNK, "offset"),
    _part("number_with_a_0_behind", _STRUCTURE, "0 in two bytes: one model in two forms.", b"\x80\0", *_CHUNK, "start"),
    _part("number_of_5_bytes_with_a_0", _STRUCTURE, "5 in five bytes.", b"\x85\x80\x80\x80\0", *_CHUNK, "gap_count"),
    _part(
        "size_of_65536", _STRUCTURE, "A stream of 65,536 bytes: 0 in 16 bits.", number(65536), *_CHUNK, "gap_bytes", 0
    ),
    _part("size_of_2_32", _STRUCTURE, "A stream of 2^32 - 1 bytes.", number(2**32 - 1), *_CHUNK, "code_bytes", 2),
    _part(
        "batch_of_2_31", "GRAPH_SHAPE", "The most negative size there is.", signed(-(2**31)), "inputs", 0, "shape", 1
    ),
    _part("size_of_2_31", "GRAPH_SHAPE", "The largest size there is.", signed(2**31 - 1), "inputs", 0, "shape", 1),
    # --- Fields that are present ---
    _part("field_of_the_future", _VERSION, "A field that its table does not have.", number(1 << 8 | 0x5E), "present"),
    _part("fields_of_the_future", _VERSION, "32 fields of a table of two.", number(2**32 - 1), "weights", 1, "present"),
    _part("relu_with_a_field", _VERSION, "A field of a table without any.", b"\4\1", "ops", 2, "attributes"),
    _part("weight_of_no_fields", _STRUCTURE, "A weight without what is required.", b"\0", "weights", 1),
    _part("op_of_no_fields", _STRUCTURE, "An operator without what is required.", b"\0", "ops", 1),
    _part("input_of_no_fields", _STRUCTURE, "An input without what is required.", b"\0", "inputs", 0),
    _part("output_of_no_fields", _STRUCTURE, "An output without what is required.", b"\0", "outputs", 0),
    _part("sparse_of_no_fields", _STRUCTURE, "A sparse weight of nothing.", b"\1\0", "weights", 0, "encoding"),
    _part("conv_of_no_fields", "GRAPH_SHAPE", "A Conv2d of its defaults alone.", b"\2\0", "ops", 1, "attributes"),
    # --- Types ---
    _part("operator_0", _STRUCTURE, "A union of no type, with a table.", b"\0", "ops", 0, "attributes", "type"),
    _part("operator_52", _OPERATOR, "The operator behind the last.", b"\x34", "ops", 0, "attributes", "type"),
    _part("operator_255", _OPERATOR, "The last operator there can be.", b"\xff", "ops", 0, "attributes", "type"),
    _part("encoding_0", _STRUCTURE, "An encoding of no type, with a table.", b"\0", *_SHARED, "type"),
    _part("encoding_4", _OPERATOR, "The encoding behind the last: an operator's table.", b"\4", *_SHARED, "type"),
    _part("encoding_255", _OPERATOR, "The last encoding there can be.", b"\xff", *_SHARED, "type"),
    _part("encoding_of_another", _VERSION, "A dense shared weight read as a dense one.", b"\3", *_SHARED, "type"),
    # --- Counts ---
    *_counts("name", "inputs", 0, "name", "count", of="bytes of text"),
    *_counts("shape", "weights", 0, "shape", "count", of="numbers"),
    *_counts("batches", "inputs", 0, "shape", "count", of="signed numbers"),
    *_counts("centroids", "weights", 0, "encoding", "centroids", "count", of="floats"),
    *_counts("half_centroids", *_SHARED, "centroids_f16", "count", of="numbers of 2 bytes"),
    *_counts("chunks", "weights", 0, "encoding", "chunks", "count", of="chunks"),
    *_counts("weights", "weights", "count", of="tables"),
    *_counts("labels", "metadata", "labels", "count", of="texts"),
    _form(
        "name_of_all_that_is_left",
        _STRUCTURE,
        "A name that takes the rest of the form.",
        lambda packing: packing.replace(
            number(len(packing.form()) - len(packing.until("inputs", 0, "name", "bytes"))), "inputs", 0, "name", "count"
        ),
    ),
    _part("vector_of_one_too_many", _OPERATOR, "A weight more than there are.", number(4), "weights", "count"),
    _part("vector_of_one_too_few", _STRUCTURE, "A weight less than there are.", number(2), "weights", "count"),
    # --- What only packed files say ---
    _spoilt("values_anywhere", "OK", "Dense values at an odd byte, which the packed form allows.", _values_anywhere),
    _spoilt("gap_bits_16", _STRUCTURE, "Pairs of gaps of no bits.", _paired(16)),
    _spoilt("gap_bits_17", _STRUCTURE, "Pairs of gaps of one bit.", _paired(17)),
    _spoilt("gap_bits_21", _STRUCTURE, "Pairs of 5 bits: an alphabet of 1,024 in tables for 256.", _paired(21)),
    _spoilt("gap_bits_24", _STRUCTURE, "Pairs of 8 bits: an alphabet of 65,536.", _paired(24)),
    _spoilt("pairs_of_single_gaps", "FILE_STREAM", "Streams of single gaps, said to be of pairs.", _paired(18)),
    _spoilt("pairs_that_end_in_half", "OK", "Five gaps in three pairs.", _half_a_pair(0)),
    _spoilt("half_pair_with_a_whole", "FILE_INDEX", "A gap in the half that there is not.", _half_a_pair(2)),
    _spoilt(
        "pairs_past_the_alphabet",
        "FILE_HUFFMAN",
        "Lengths for 32 symbols in an alphabet of 16.",
        _paired(18, pack(*[5] * 32)),
    ),
    *(_noise(seed) for seed in (1, 2, 3)),
    # --- What must go on working ---
    Attack("packed_model_itself", "OK", "Nothing: the file that the others are made of.", lambda: _file(tiny())),
]
